// The result of a sweep: the axes of its grid, and at every point the result of a comparison. Keys stand in a fixed order, as
// everywhere, so that equal sweeps are equal byte for byte.

import type { ComparisonResult, SchemeResult } from './result.ts';
import { resultColumns, resultRows } from './result-table.ts';
import type { RunResult } from './run-types.ts';
import { summarize } from './summary.ts';
import type { SweepPlan } from './sweep.ts';
import type { Axis, GridValue } from './sweep-grid.ts';
import type { Cell, Column, Table } from './table.ts';

type SweptScheme = Omit<SchemeResult, 'histogram'> & Partial<Pick<SchemeResult, 'histogram'>>;

export interface SweepPoint {
  readonly at: Readonly<Record<string, GridValue>>;
  /** `histogram` only if histograms were asked for. */
  readonly result: Omit<ComparisonResult, 'schemes'> & { readonly schemes: readonly SweptScheme[] };
}

export interface SweepResult {
  readonly scenario: string;
  readonly seed: number;
  readonly repetitions: number;
  readonly source: 'simulation';
  readonly axes: readonly Axis[];
  /** All combinations, the last axis fastest. */
  readonly points: readonly SweepPoint[];
}

/** Takes the results of the runs in any order, and sums up a point as soon as it has all of its own, so that few are held. */
export class SweepSummary {
  readonly #plan: SweepPlan;
  readonly #firstRuns: readonly number[];
  readonly #open = new Map<number, { results: RunResult[]; wallMs: number[]; missing: number }>();
  readonly #points: SweepPoint[] = [];
  #missing: number;

  constructor(plan: SweepPlan) {
    this.#plan = plan;
    this.#missing = plan.runs.length;
    let first = 0;
    this.#firstRuns = plan.points.map(({ plan: { runs } }) => {
      first += runs.length;
      return first - runs.length;
    });
  }

  /** `index`: place among the runs of the plan. */
  add(index: number, result: RunResult, wallMs: number): void {
    const { runs, points } = this.#plan;
    const point = runs[index]?.point ?? -1;
    const planned = points[point];
    if (planned === undefined) throw new RangeError(`the plan has no run ${index}`);
    const open = this.#open.get(point) ?? { results: [], wallMs: [], missing: planned.plan.runs.length };
    this.#open.set(point, open);
    const place = index - (this.#firstRuns[point] ?? 0);
    open.results[place] = result;
    open.wallMs[place] = wallMs;
    open.missing -= 1;
    this.#missing -= 1;
    if (open.missing > 0) return;
    this.#open.delete(point);
    const whole = summarize(planned.plan, open.results, open.wallMs);
    this.#points[point] = { at: planned.at, result: this.#plan.histograms ? whole : withoutHistograms(whole) };
  }

  result(): SweepResult {
    if (this.#missing > 0) throw new RangeError(`${this.#missing} runs of the sweep have no result`);
    const [first] = this.#plan.points;
    if (first === undefined) throw new RangeError('a sweep has a point');
    const { scenario, seed, repetitions } = first.plan;
    const { axes } = this.#plan;
    return { scenario: scenario.name, seed, repetitions, source: 'simulation', axes, points: this.#points };
  }
}

function withoutHistograms(result: ComparisonResult): SweepPoint['result'] {
  return { ...result, schemes: result.schemes.map(({ histogram: _, ...scheme }) => scheme) };
}

/** The rows of every comparison, with a column in front for each axis: at.vm.vcpus. */
export function sweepTable({ axes, points }: SweepResult): Table {
  const columns = axes.map(({ path, values }): Column => ({ name: `at.${path}`, type: typeOf(values) }));
  return {
    columns: [...columns, ...resultColumns],
    rows: points.flatMap(({ at, result }) => {
      const cells = axes.map(({ path }, index) => cellOf(at[path] ?? null, columns[index]?.type ?? 'text'));
      return resultRows(result).map((row) => [...cells, ...row]);
    }),
  };
}

function typeOf(values: readonly GridValue[]): Column['type'] {
  const known = values.filter((value) => value !== null);
  if (known.length === 0 || !known.every((value) => typeof value === 'number')) return 'text';
  return known.every(Number.isSafeInteger) ? 'integer' : 'real';
}

const cellOf = (value: GridValue, type: Column['type']): Cell =>
  value === null ? null : type === 'text' ? String(value) : Number(value);

/** A result without the field that depends on the machine. */
export function sweepWithoutWallTime(result: SweepResult): unknown {
  return {
    ...result,
    points: result.points.map(({ at, result: { schemes, ...rest } }) => {
      return { at, result: { ...rest, schemes: schemes.map(({ wallMs: _, ...scheme }) => scheme) } };
    }),
  };
}
