import { describe, expect, test } from 'vitest';
import { planComparison } from '../../src/lab/comparison.ts';
import { InvalidInput } from '../../src/lab/invalid-input.ts';
import { withoutWallTime } from '../../src/lab/result.ts';
import { runScenario } from '../../src/lab/run.ts';
import { summarize } from '../../src/lab/summary.ts';
import { planSweep, SWEEP_RUNS_MAX, type SweepPlan, type SweepRequest } from '../../src/lab/sweep.ts';
import { AXES_MAX, POINTS_MAX } from '../../src/lab/sweep-grid.ts';
import { SweepSummary, sweepTable } from '../../src/lab/sweep-result.ts';
import { tableToCsv } from '../../src/lab/table.ts';
import { readCsv } from '../support/parquet.ts';

const small = {
  scenario: 'hgm-collapse-2m',
  overrides: { 'vm.memory': '4MiB', 'timeline.0.range.length': '4MiB', settle: '500us' },
  schemes: ['range', 'post-collapse/promote'],
  repetitions: 2,
  seed: 20,
};

const request: SweepRequest = { ...small, grid: { 'vm.vcpus': [1, 2], 'machine.kernel': ['6.1', '6.12'] } };

const errorsOf = (more: object): string[] => {
  try {
    planSweep({ ...small, grid: undefined, ...more });
  } catch (error) {
    if (error instanceof InvalidInput) return error.errors.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
};

const inOrder = (plan: SweepPlan): number[] => plan.runs.map((_, index) => index);

function sweep(plan: SweepPlan, order: readonly number[] = inOrder(plan)) {
  const summary = new SweepSummary(plan);
  for (const index of order) {
    const { run } = plan.runs[index] ?? {};
    if (run !== undefined) summary.add(index, runScenario(run), 1);
  }
  return summary.result();
}

describe('the plan of a sweep', () => {
  test('two axes · every combination, the last axis fastest; the seeds of every point the same', () => {
    const { points, runs, axes } = planSweep(request);
    expect(points.map(({ at }) => at)).toEqual([
      { 'vm.vcpus': 1, 'machine.kernel': '6.1' },
      { 'vm.vcpus': 1, 'machine.kernel': '6.12' },
      { 'vm.vcpus': 2, 'machine.kernel': '6.1' },
      { 'vm.vcpus': 2, 'machine.kernel': '6.12' },
    ]);
    expect(axes.map(({ path, values }) => [path, values])).toEqual(Object.entries(request.grid as object));
    expect(runs).toHaveLength(4 * 2 * 2);
    for (const { plan } of points) expect(plan.runs.map(({ seed }) => seed)).toEqual([20, 21, 20, 21]);
  });

  test('texts as a command line gives them, times and sizes · the values of the scenario', () => {
    const { axes, points } = planSweep({
      ...small,
      grid: { 'vm.vcpus': ['1', '2'], 'timeline[0].at': ['1ms', '2ms'], checks: ['true', 'false'] },
    });
    expect(axes).toEqual([
      { path: 'vm.vcpus', values: [1, 2] },
      { path: 'timeline.0.at', values: [1_000_000, 2_000_000] },
      { path: 'checks', values: [true, false] },
    ]);
    expect(points[7]?.plan.scenario).toMatchObject({ vm: { vcpus: 2 }, timeline: [{ at: 2_000_000 }], checks: false });
  });

  test('no schemes named · those that each point can be run under', () => {
    const { points } = planSweep({ ...small, schemes: undefined as never, grid: { 'vm.mmu': ['tdp', 'shadow'] } });
    expect(points.map(({ plan }) => plan.schemes.length)).toEqual([7, 5]);
  });
});

describe('a sweep that is refused', () => {
  test.each<[string, object, RegExp[]]>([
    ['no grid', {}, [/^grid: is missing; must be an object from paths/]],
    ['a list', { grid: [] }, [/^grid: must be an object from paths/]],
    ['no axis', { grid: {} }, [/^grid: must have 1 to 8 fields, got 0$/]],
    ['a value that is no list', { grid: { 'vm.vcpus': 4 } }, [/^grid\.vm\.vcpus: must be a list of 1 to 256 values$/]],
    ['an empty list', { grid: { 'vm.vcpus': [] } }, [/^grid\.vm\.vcpus: must be a list/]],
    ['an object in a list', { grid: { 'vm.vcpus': [4, {}] } }, [/^grid\.vm\.vcpus\[1\]: must be a text, a number/]],
    ['a hole in a list', { grid: { 'vm.vcpus': new Array(2) } }, [/\[0\]: must be a text/, /\[1\]: must be a text/]],
    [
      'values that the field does not take, wherever they stand',
      { grid: { 'vm.vcpus': [1, 'x', 5000], 'machine.kernel': ['6.1', '5.4'] } },
      [
        /^grid\.machine\.kernel\[1\]: must be/,
        /^grid\.vm\.vcpus\[1\]: must be an integer from 1 to 256, got "x"$/,
        /^grid\.vm\.vcpus\[2\]: must be .*got 5000$/,
      ],
    ],
    ['a field that is not there', { grid: { 'vm.vcpu': [1] } }, [/^grid\.vm\.vcpu\[0\]: no such field.*did you mean/]],
    [
      'a rule that two fields break together: the point, once',
      { overrides: {}, grid: { 'vm.memory': ['2MiB', '16MiB'], 'vm.vcpus': [1, 2] } },
      [/^timeline\.0\.range: must lie inside vm\.memory .*\(at vm\.memory=2MiB, vm\.vcpus=1\)$/],
    ],
    [
      'a value twice',
      { overrides: {}, grid: { settle: ['1ms', '1000us'] } },
      [/^grid\.settle\[1\]: must not be the same as \[0\]$/],
    ],
    [
      'a field twice',
      { grid: { 'timeline.0.at': ['1ms'], 'timeline[0].at': ['1ms'] } },
      [/timeline\.0\.at: must be named/],
    ],
    [
      'a field of the overrides',
      { grid: { settle: ['1ms'] } },
      [/^grid\.settle: must not be among the overrides, too$/],
    ],
    [
      'a part with fields of its own',
      { grid: { machine: ['{"kernel":"6.1"}'] } },
      [/^grid\.machine\[0\]: must be a single/],
    ],
    ['a scheme that one point does not take', { grid: { 'vm.mmu': ['tdp', 'shadow'] } }, [/^schemes: /]],
    ['an unknown field of the request', { grid: { 'vm.vcpus': [1] }, axes: 1 }, [/^axes: is not a field here/]],
  ])('%s · nothing runs, and the error names the place', (_, more, expected) => {
    const errors = errorsOf(more);
    expect(errors).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(errors.toSorted()[index]).toMatch(pattern);
  });

  test('too many axes, points, runs · the bound and what there are', () => {
    const many = (length: number) => Array.from({ length }, (_, index) => index + 1);
    const axes = Object.fromEntries(many(AXES_MAX + 1).map((index) => [`field${index}`, [1]]));
    expect(errorsOf({ grid: axes })).toEqual([`grid: must have 1 to ${AXES_MAX} fields, got 9`]);
    expect(errorsOf({ grid: { 'vm.vcpus': many(20), 'vm.count': many(13) } })).toEqual([
      `grid: must have at most ${POINTS_MAX} points, got 20 x 13 = 260`,
    ]);
    expect(errorsOf({ grid: { 'vm.vcpus': many(10) }, repetitions: 1000 })).toEqual([
      `grid: must come to at most ${SWEEP_RUNS_MAX} runs: there are 10 points with 2 schemes and 1000 repetitions`,
    ]);
  });
});

describe('the result of a sweep', () => {
  const plan = planSweep(request);

  test('every point · is the comparison that it names, without the histogram', () => {
    const { points, axes, scenario } = sweep(plan);
    expect([scenario, axes]).toEqual(['hgm-collapse-2m', plan.axes]);
    for (const { at, result } of points) {
      const alone = planComparison({ ...small, overrides: { ...small.overrides, ...at } });
      const expected = summarize(
        alone,
        alone.runs.map(runScenario),
        alone.runs.map(() => 1),
      );
      expect(result).toEqual({ ...expected, schemes: expected.schemes.map(({ histogram: _, ...scheme }) => scheme) });
    }
  });

  test('results in another order · the same bytes', () => {
    const backwards = sweep(plan, inOrder(plan).reverse());
    expect(JSON.stringify(backwards)).toBe(JSON.stringify(sweep(plan)));
  });

  test('histograms asked for · a point is the comparison, whole', () => {
    const whole = planSweep({ ...request, grid: { 'vm.vcpus': [2] }, histograms: true });
    const [point] = sweep(whole).points;
    const alone = whole.points[0]!.plan;
    const expected = summarize(
      alone,
      alone.runs.map(runScenario),
      alone.runs.map(() => 1),
    );
    expect(withoutWallTime(point?.result as typeof expected)).toEqual(withoutWallTime(expected));
  });

  test('runs that are missing · no result', () => {
    expect(() => sweep(plan, [0, 1])).toThrow('14 runs of the sweep have no result');
  });

  test('as CSV · a column in front for each axis, and the rows of the comparisons', () => {
    const result = sweep(plan);
    const rows = readCsv(tableToCsv(sweepTable(result)));
    expect(rows.map((row) => [row['at.vm.vcpus'], row['at.machine.kernel'], row.scheme])).toEqual(
      plan.points.flatMap(({ at }) =>
        small.schemes.map((scheme) => [String(at['vm.vcpus']), at['machine.kernel'], scheme]),
      ),
    );
    expect(rows.map((row) => Number(row['stall.maxNs']))).toEqual(
      result.points.flatMap((point) => point.result.schemes.map(({ stall }) => stall.maxNs)),
    );
    const { columns } = sweepTable(result);
    expect(columns.slice(0, 2)).toEqual([
      { name: 'at.vm.vcpus', type: 'integer' },
      { name: 'at.machine.kernel', type: 'text' },
    ]);
  });
});
