// A chart with what every chart of the page has: the theme, the size of its place, a description, its data as a table and as files.

import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type CsvTable, saveBlob, saveCsv } from './save.ts';
import { theme } from './theme.ts';

export interface ChartProps {
  readonly title: string;
  /** What it shows and how to read it, in a sentence or two: for everybody on the screen, and for who cannot see it. */
  readonly description: string;
  /** Made anew when `theme` changes, so it may read it. Tooltips are drawn, never HTML: the policy of the page allows no other. */
  readonly option: EChartsCoreOption;
  readonly data: () => CsvTable;
  /** Of its files, without an ending. */
  readonly fileName: string;
  readonly heightPx?: number;
  /** What changes how it is drawn, between its description and the picture. */
  readonly controls?: ComponentChildren;
  /** Drawn, and drawn again. */
  readonly onReady?: (chart: EChartsType) => void;
}

const HEIGHT_PX = 360;
/** More rows than that are for the file. */
const ROWS_SHOWN = 200;

export function Chart(props: ChartProps) {
  const { title, description, option, data, fileName, heightPx = HEIGHT_PX, controls, onReady } = props;
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const drawnIn = useRef(theme.peek());
  const [isReady, setReady] = useState(false);
  const shade = theme.value;

  useEffect(() => {
    const element = place.current!;
    let isGone = false;
    const observer = new ResizeObserver(() => chart.current?.resize());
    void import('./echarts.ts').then(({ init }) => {
      if (isGone) return;
      drawnIn.current = theme.peek();
      chart.current = init(element, themeName(drawnIn.current), { renderer: 'canvas' });
      observer.observe(element);
      setReady(true);
    });
    return () => {
      isGone = true;
      observer.disconnect();
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    if (!isReady || chart.current === null) return;
    chart.current.setOption({ ...themed(place.current!), ...option, ...fixed(option) }, { notMerge: true });
    // It has no effect on a chart without an option, so it comes behind.
    if (drawnIn.current !== shade) chart.current.setTheme(themeName(shade));
    drawnIn.current = shade;
    onReady?.(chart.current);
  }, [isReady, option, shade, onReady]);

  return (
    <figure class="chart">
      <figcaption>
        {title}
        <p class="chart-description">{description}</p>
      </figcaption>
      {controls === undefined ? null : <div class="chart-controls">{controls}</div>}
      <div
        ref={place}
        class="chart-canvas"
        style={{ height: `${heightPx}px` }}
        role="img"
        aria-label={`${title}. ${description}`}
      />
      <div class="tools">
        <button
          type="button"
          disabled={!isReady}
          onClick={() => void savePng(chart.current!, fileName, place.current!)}
        >
          Save PNG
        </button>
        <button type="button" onClick={() => saveCsv(fileName, data())}>
          Save CSV
        </button>
      </div>
      <ChartData title={title} data={data} />
    </figure>
  );
}

/** The numbers behind the picture, for who reads better than sees. */
function ChartData({ title, data }: Pick<ChartProps, 'title' | 'data'>) {
  const [isOpen, setOpen] = useState(false);
  const table = isOpen ? data() : null;
  return (
    <details class="chart-data" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Data of this chart</summary>
      {table === null ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be in reach of the keyboard.
        <div class="data-table-scroll" tabIndex={0}>
          <table>
            <caption>
              {title}
              {table.rows.length > ROWS_SHOWN
                ? `: the first ${ROWS_SHOWN} of ${table.rows.length} rows; Save CSV has all`
                : ''}
            </caption>
            <thead>
              <tr>
                {table.columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.slice(0, ROWS_SHOWN).map((row, index) => (
                <tr key={index}>
                  {row.map((cell, at) => (
                    <td key={table.columns[at]}>{String(cell ?? '')}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

const themeName = (shade: 'light' | 'dark'): string => (shade === 'dark' ? 'dark' : 'default');

/** Text and lines in the colours that the style sheet gives the place of the chart. */
function themed(element: HTMLElement): EChartsCoreOption {
  const { color, fontFamily } = getComputedStyle(element);
  return { textStyle: { color, fontFamily }, animation: false, backgroundColor: 'transparent' };
}

function fixed(option: EChartsCoreOption): EChartsCoreOption {
  const tooltip = option.tooltip;
  return typeof tooltip === 'object' && tooltip !== null ? { tooltip: { ...tooltip, renderMode: 'richText' } } : {};
}

const PIXEL_RATIO = 2;

async function savePng(chart: EChartsType, name: string, element: HTMLElement): Promise<void> {
  const backgroundColor = getComputedStyle(element.ownerDocument.body).backgroundColor;
  const canvas = chart.renderToCanvas({ pixelRatio: PIXEL_RATIO, backgroundColor });
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob !== null) saveBlob(`${name}.png`, blob);
}
