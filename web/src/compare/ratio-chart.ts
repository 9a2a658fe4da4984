// Longest stalls beside those of a baseline, on a logarithmic axis: points with their intervals, as in a forest plot.

import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams, CustomSeriesRenderItemReturn } from 'echarts';
import type { EChartsCoreOption } from 'echarts/core';
import { axisLook, labelLook } from '../ui/chart-look.ts';
import { colourIn, schemeStyle } from '../ui/colours.ts';
import { formatRatio } from '../ui/duration.ts';
import { chartSymbol } from '../ui/markers.ts';
import type { CsvTable } from '../ui/save.ts';
import type { ComparisonResult, PairedResult, RowId, SchemeResult } from './row-names.ts';

export interface Ratio {
  readonly name: string;
  readonly row: RowId;
  /** null: the baseline had no stall in some repetition. */
  readonly estimate: number | null;
  readonly ci95: readonly [number, number] | null;
}

/** That with which the service has paired each repetition. */
export const pairedBaseline = ({ paired, schemes }: ComparisonResult): string =>
  paired[0]?.baseline ?? schemes[0]?.scheme ?? '';

/**
 * Beside the baseline of the service: its own estimates, repetition by repetition, with their intervals. Beside another one: longest
 * stall over longest stall, of which no interval is known.
 */
export function ratiosTo(baseline: string, result: ComparisonResult, name: (row: RowId) => string): readonly Ratio[] {
  if (baseline === pairedBaseline(result)) return result.paired.map((pair) => pairedRatio(pair, name));
  return result.schemes
    .filter(({ scheme }) => scheme !== baseline)
    .map((row) => {
      const base = result.schemes.find(({ scheme, mapcount }) => scheme === baseline && mapcount === row.mapcount);
      return { name: name(row), row, estimate: plainRatio(row, base), ci95: null };
    });
}

function pairedRatio(pair: PairedResult, name: (row: RowId) => string): Ratio {
  const { estimate, ci95 } = pair.maxStallRatio;
  const [low, high] = ci95 ?? [];
  const interval = low === undefined || high === undefined ? null : ([low, high] as const);
  return { name: name(pair), row: pair, estimate, ci95: interval };
}

const plainRatio = (row: SchemeResult, base: SchemeResult | undefined): number | null =>
  base === undefined || base.stall.maxNs === 0 ? null : row.stall.maxNs / base.stall.maxNs;

/** Room for every point and interval, one decade at least; an interval that reaches 0 goes to the left edge. */
export function ratioExtent(ratios: readonly Ratio[]): readonly [number, number] {
  const values = ratios.flatMap(({ estimate, ci95 }) => [estimate, ...(ci95 ?? [])]);
  const drawable = values.filter((value): value is number => value !== null && value > 0);
  const low = Math.min(...drawable, 0.5);
  const high = Math.max(...drawable, 2);
  return [10 ** Math.floor(Math.log10(low / 1.2)), 10 ** Math.ceil(Math.log10(high * 1.2))];
}

export function ratioOption(ratios: readonly Ratio[], baseline: string, theme: 'light' | 'dark'): EChartsCoreOption {
  const [low, high] = ratioExtent(ratios);
  const drawn = ratios
    .map((ratio, index) => ({ ...ratio, index }))
    .filter(({ estimate }) => estimate !== null && estimate > 0);
  return {
    grid: { left: 8, right: 32, top: 24, bottom: 44, containLabel: true },
    xAxis: {
      ...axisLook(theme),
      type: 'log',
      min: low,
      max: high,
      name: `longest stall, as a multiple of that of ${baseline}`,
      nameLocation: 'middle',
      nameGap: 28,
      axisLabel: { ...labelLook(theme), formatter: (ratio: number) => `${formatRatio(ratio)}x`, hideOverlap: true },
    },
    yAxis: {
      ...axisLook(theme),
      type: 'category',
      inverse: true,
      data: ratios.map(({ name }) => name),
      axisTick: { show: false },
      axisLabel: { ...labelLook(theme), interval: 0 },
    },
    tooltip: {
      trigger: 'item',
      formatter: (hit: unknown) => {
        const ratio = drawn[(hit as { readonly dataIndex: number }).dataIndex];
        return ratio === undefined ? '' : `${ratio.name}: ${ratioText(ratio)}`;
      },
    },
    series: [
      {
        type: 'custom',
        silent: true,
        encode: { x: [1, 2], y: 0 },
        data: drawn.map(({ index, ci95 }) => [index, ci95?.[0] ?? Number.NaN, ci95?.[1] ?? Number.NaN]),
        renderItem: ({ dataIndex }: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) =>
          interval(api, low, colourOf(drawn[dataIndex], theme)),
      },
      {
        type: 'scatter',
        symbolSize: 12,
        z: 3,
        markLine: parity(),
        data: drawn.map((ratio) => ({
          value: [ratio.estimate, ratio.index],
          symbol: chartSymbol(schemeStyle(ratio.row.scheme).marker),
          itemStyle: { color: colourOf(ratio, theme) },
        })),
      },
    ],
  };
}

const colourOf = (ratio: Ratio | undefined, theme: 'light' | 'dark'): string =>
  colourIn(schemeStyle(ratio?.row.scheme ?? '').colour, theme);

/** As long as the baseline's. */
const parity = () => ({
  silent: true,
  symbol: 'none',
  label: { show: false },
  lineStyle: { type: 'dashed', color: '#808890' },
  data: [{ xAxis: 1 }],
});

const CAP_PX = 5;

function interval(api: CustomSeriesRenderItemAPI, left: number, stroke: string): CustomSeriesRenderItemReturn {
  const [index, low, high] = [api.value(0) as number, api.value(1) as number, api.value(2) as number];
  if (Number.isNaN(low) || Number.isNaN(high)) return { type: 'group', children: [] };
  const [x1 = 0, y = 0] = api.coord([Math.max(low, left), index]);
  const [x2 = 0] = api.coord([Math.max(high, left), index]);
  const line = (shape: object) => ({ type: 'line' as const, shape, style: { stroke, lineWidth: 2 } });
  // What goes on to 0 has no end on this axis: an arrow instead of a cap.
  const end =
    low > left
      ? [line({ x1, y1: y - CAP_PX, x2: x1, y2: y + CAP_PX })]
      : [line({ x1, y1: y, x2: x1 + CAP_PX, y2: y - CAP_PX }), line({ x1, y1: y, x2: x1 + CAP_PX, y2: y + CAP_PX })];
  return {
    type: 'group',
    children: [line({ x1, y1: y, x2, y2: y }), ...end, line({ x1: x2, y1: y - CAP_PX, x2, y2: y + CAP_PX })],
  };
}

/** "0.531x [0.414, 0.647]". */
export function ratioText({ estimate, ci95 }: Pick<Ratio, 'estimate' | 'ci95'>): string {
  if (estimate === null) return 'none: the baseline had no stall in some repetition';
  const between = ci95 === null ? '' : ` [${formatRatio(ci95[0])}, ${formatRatio(ci95[1])}]`;
  return `${formatRatio(estimate)}x${between}`;
}

export const ratioTable = (ratios: readonly Ratio[], baseline: string): CsvTable => ({
  columns: ['baseline', 'scheme', 'mapcount', 'ratio', 'ci95Low', 'ci95High'],
  rows: ratios.map(({ row, estimate, ci95 }) => [
    baseline,
    row.scheme,
    row.mapcount,
    estimate,
    ci95?.[0] ?? null,
    ci95?.[1] ?? null,
  ]),
});
