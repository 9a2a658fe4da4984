// Where the time went: one bar a scheme, one part of it a cause.

import type { EChartsCoreOption } from 'echarts/core';
import { axisLook, labelLook, legendLook } from '../ui/chart-look.ts';
import { causeStyle, colourIn, type Pattern } from '../ui/colours.ts';
import { formatNs, formatRatio } from '../ui/duration.ts';
import type { CsvTable } from '../ui/save.ts';
import type { SchemeResult } from './row-names.ts';

export type CauseScale = 'linear' | 'log' | 'share';

export interface CauseBar {
  readonly name: string;
  readonly row: Pick<SchemeResult, 'scheme' | 'mapcount'>;
  readonly totalNs: number;
  readonly byCause: readonly { readonly cause: string; readonly ns: number }[];
}

/** Causes in the order of the catalog, those that nobody has had left out. */
export function causesOf(rows: readonly SchemeResult[], known: readonly string[]): readonly string[] {
  const had = new Set(
    rows.flatMap(({ stallByCauseNs }) =>
      Object.entries(stallByCauseNs)
        .filter(([, ns]) => ns > 0)
        .map(([cause]) => cause),
    ),
  );
  return [...known.filter((cause) => had.has(cause)), ...[...had].filter((cause) => !known.includes(cause))];
}

export function causeBars(
  rows: readonly SchemeResult[],
  causes: readonly string[],
  name: (row: SchemeResult) => string,
): readonly CauseBar[] {
  return rows.map((row) => {
    const byCause = causes.map((cause) => ({
      cause,
      ns: (row.stallByCauseNs as Readonly<Record<string, number>>)[cause] ?? 0,
    }));
    return { name: name(row), row, byCause, totalNs: byCause.reduce((sum, { ns }) => sum + ns, 0) };
  });
}

/**
 * How long each part is drawn. On a logarithmic axis no sum of lengths is the length of a sum; so there a bar is as long as its total,
 * and is divided by share, from `startNs` on.
 */
export function drawnParts({ totalNs, byCause }: CauseBar, scale: CauseScale, startNs: number): readonly number[] {
  if (scale === 'linear') return byCause.map(({ ns }) => ns);
  if (totalNs === 0) return byCause.map(() => 0);
  if (scale === 'share') return byCause.map(({ ns }) => (100 * ns) / totalNs);
  let share = 0;
  let before = startNs;
  return byCause.map(({ ns }) => {
    share += ns / totalNs;
    const end = startNs * (totalNs / startNs) ** share;
    const part = end - before;
    before = end;
    return part;
  });
}

/** The decade below the shortest bar. */
export function logStart(bars: readonly CauseBar[]): number {
  const shortest = Math.min(...bars.map(({ totalNs }) => totalNs).filter((ns) => ns > 0));
  return Number.isFinite(shortest) ? 10 ** (Math.ceil(Math.log10(shortest)) - 1) : 1;
}

const DECALS: Readonly<Record<Pattern, object>> = {
  // The word 'none' would do, if echarts did not write into it.
  solid: { symbol: 'none' },
  diagonal: { symbol: 'line', rotation: Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [2, 5] },
  'counter-diagonal': { symbol: 'line', rotation: -Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [2, 5] },
  horizontal: { symbol: 'line', dashArrayX: [1, 0], dashArrayY: [2, 5] },
  vertical: { symbol: 'line', rotation: Math.PI / 2, dashArrayX: [1, 0], dashArrayY: [2, 5] },
  dots: { symbol: 'circle', symbolSize: 0.7, dashArrayX: [[0, 7]], dashArrayY: [7, 0] },
  grid: { symbol: 'rect', symbolSize: 0.5, dashArrayX: [[0, 7]], dashArrayY: [7, 0] },
};
const DECAL_COLOUR = { light: '#ffffffc0', dark: '#15181cc0' };

export function causeOption(
  bars: readonly CauseBar[],
  causes: readonly string[],
  scale: CauseScale,
  theme: 'light' | 'dark',
): EChartsCoreOption {
  const startNs = logStart(bars);
  const parts = bars.map((bar) => drawnParts(bar, scale, startNs));
  return {
    aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
    grid: { left: 8, right: 32, top: 64, bottom: 44, containLabel: true },
    legend: { ...legendLook(theme), top: 0, itemWidth: 28, itemHeight: 16, data: [...causes] },
    xAxis: {
      ...axisLook(theme),
      type: scale === 'log' ? 'log' : 'value',
      ...(scale === 'log' && { min: startNs }),
      ...(scale === 'share' && { max: 100 }),
      name: scale === 'share' ? 'share of the stall time' : 'stall time, all vCPUs and repetitions',
      nameLocation: 'middle',
      nameGap: 28,
      axisLabel: {
        ...labelLook(theme),
        formatter: scale === 'share' ? (percent: number) => `${percent} %` : formatNs,
        hideOverlap: true,
      },
    },
    yAxis: {
      ...axisLook(theme),
      type: 'category',
      inverse: true,
      data: bars.map(({ name }) => name),
      axisTick: { show: false },
      axisLabel: { ...labelLook(theme), interval: 0 },
    },
    tooltip: {
      trigger: 'item',
      formatter: (hit: unknown) => {
        const { seriesName, dataIndex } = hit as { readonly seriesName: string; readonly dataIndex: number };
        const bar = bars[dataIndex];
        const part = bar?.byCause.find(({ cause }) => cause === seriesName);
        if (bar === undefined || part === undefined) return '';
        const share = formatRatio((100 * part.ns) / bar.totalNs);
        return `${bar.name}\n${part.cause}: ${formatNs(part.ns)}, ${share} % of ${formatNs(bar.totalNs)}`;
      },
    },
    series: [
      ...(scale === 'log' ? [ground(bars, startNs)] : []),
      ...causes.map((cause, index) => {
        const { colour, pattern } = causeStyle(cause);
        return {
          type: 'bar',
          name: cause,
          stack: 'causes',
          barMaxWidth: 26,
          itemStyle: {
            color: colourIn(colour, theme),
            decal: { ...DECALS[pattern], color: DECAL_COLOUR[theme] },
          },
          data: parts.map((part) => part[index] ?? 0),
        };
      }),
    ],
  };
}

/** A logarithmic axis has no 0 to stack upon. */
const ground = (bars: readonly CauseBar[], startNs: number): object => ({
  type: 'bar',
  stack: 'causes',
  silent: true,
  itemStyle: { color: 'transparent', decal: { symbol: 'none' } },
  data: bars.map(() => startNs),
});

export function causeTable(bars: readonly CauseBar[]): CsvTable {
  return {
    columns: ['scheme', 'mapcount', 'cause', 'ns', 'share'],
    rows: bars.flatMap(({ row, byCause, totalNs }) =>
      byCause.map(({ cause, ns }) => [row.scheme, row.mapcount, cause, ns, totalNs === 0 ? 0 : ns / totalNs]),
    ),
  };
}
