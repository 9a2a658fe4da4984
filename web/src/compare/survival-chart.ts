// The distribution of stall lengths: one line a scheme, both axes logarithmic.

import type { EChartsCoreOption } from 'echarts/core';
import { axisLook, labelLook, legendLook } from '../ui/chart-look.ts';
import { colourIn, type Marker, schemeStyle } from '../ui/colours.ts';
import { formatCount, formatNs, formatRatio } from '../ui/duration.ts';
import { chartSymbol } from '../ui/markers.ts';
import type { CsvTable } from '../ui/save.ts';
import type { SchemeResult } from './row-names.ts';
import { atLeast, type SurvivalPoint, thinned } from './survival.ts';

/** What the vertical axis counts. */
export type SurvivalScale = 'share' | 'count';

export interface SurvivalLine {
  readonly name: string;
  readonly row: SchemeResult;
  readonly points: readonly SurvivalPoint[];
}

export interface SurvivalDrawing {
  readonly scale: SurvivalScale;
  readonly repetitions: number;
  /** Mapcount schemes, of which each has a marker where there are several. */
  readonly mapcounts: readonly string[];
  readonly theme: 'light' | 'dark';
}

const MARKERS: readonly Marker[] = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin'];

const heightOf = (count: number, line: SurvivalLine, { scale, repetitions }: SurvivalDrawing): number =>
  scale === 'share' ? count / line.row.stall.count : count / repetitions;

export function survivalOption(lines: readonly SurvivalLine[], drawing: SurvivalDrawing): EChartsCoreOption {
  const { scale, mapcounts, theme } = drawing;
  const drawn = lines.filter(({ points }) => points.length > 0);
  return {
    grid: { left: 70, right: 24, top: 64, bottom: 50 },
    legend: { ...legendLook(theme), top: 0, itemWidth: 40, data: drawn.map(({ name }) => name) },
    xAxis: {
      ...axisLook(theme),
      type: 'log',
      name: 'length of a stall window',
      nameLocation: 'middle',
      nameGap: 32,
      min: 'dataMin',
      axisLabel: { ...labelLook(theme), formatter: formatNs, hideOverlap: true },
      axisPointer: { snap: false, label: { formatter: ({ value }: { value: number }) => formatNs(value) } },
    },
    yAxis: {
      ...axisLook(theme),
      type: 'log',
      name: scale === 'share' ? 'share of stalls at least as long' : 'stalls at least as long, a run',
      nameLocation: 'middle',
      nameGap: 52,
      axisLabel: { ...labelLook(theme), formatter: formatRatio },
    },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'line' },
      formatter: (hits: unknown) => tooltipAt(hits, drawn),
    },
    series: drawn.map((line) => {
      const { colour, dash, marker } = schemeStyle(line.row.scheme);
      const own = mapcounts.length > 1 ? MARKERS[mapcounts.indexOf(line.row.mapcount)] : undefined;
      const symbol = chartSymbol(own ?? marker);
      const shade = colourIn(colour, theme);
      return {
        type: 'line',
        name: line.name,
        // A step holds up to its length: no stall lies between two that are neighbours.
        step: 'start',
        symbol,
        symbolSize: 8,
        color: shade,
        lineStyle: { color: shade, width: 2, type: dash.length === 0 ? 'solid' : [...dash] },
        data: marked(thinned(line.points)).map(({ point, isMarked }) => ({
          value: [point.ns, heightOf(point.atLeast, line, drawing)],
          symbol: isMarked ? symbol : 'none',
        })),
      };
    }),
  };
}

/** Markers are as far from one another as eyes need; the longest stall always has one. */
function marked(
  points: readonly SurvivalPoint[],
): readonly { readonly point: SurvivalPoint; readonly isMarked: boolean }[] {
  const DISTANCE = 2;
  let before = 0;
  return points.map((point, index) => {
    const isLast = index === points.length - 1;
    const isMarked = isLast || point.ns > before * DISTANCE;
    if (isMarked) before = point.ns;
    return { point, isMarked };
  });
}

function tooltipAt(hits: unknown, lines: readonly SurvivalLine[]): string {
  const ns = (hits as readonly { readonly axisValue?: number }[])[0]?.axisValue;
  if (ns === undefined) return '';
  const rows = lines.map(({ name, row, points }) => {
    const longer = atLeast(points, ns);
    return `${name}: ${formatCount(longer)} of ${formatCount(row.stall.count)} (${formatRatio((100 * longer) / row.stall.count)} %)`;
  });
  return [`${formatNs(ns)} or longer`, ...rows].join('\n');
}

export function survivalTable(lines: readonly SurvivalLine[], repetitions: number): CsvTable {
  return {
    columns: ['scheme', 'mapcount', 'stallNs', 'atLeast', 'share', 'perRun'],
    rows: lines.flatMap(({ row, points }) =>
      points.map(({ ns, atLeast: count }) => [
        row.scheme,
        row.mapcount,
        ns,
        count,
        count / row.stall.count,
        count / repetitions,
      ]),
    ),
  };
}
