import { describe, expect, test } from 'vitest';
import { planComparison } from '../../src/lab/comparison.ts';
import { resultTable } from '../../src/lab/result-table.ts';
import { summarize } from '../../src/lab/summary.ts';
import { tableToCsv } from '../../src/lab/table.ts';
import { resultOf } from './results.ts';

const plan = planComparison({
  scenario: { name: 'small', vm: { vcpus: 1 } },
  schemes: ['range', 'none'],
  repetitions: 1,
  seed: 5,
});

const csvOf = (errno: string | null = null) => {
  const results = plan.runs.map((run) =>
    resultOf(run, {
      stalls: run.scheme === 'range' ? [400] : [100],
      stallByCauseNs: { fault: 400 },
      hugeRecoveryNs: run.scheme === 'none' ? null : 12,
      operations: [{ operation: 'madv-collapse', startNs: 0, durationNs: 77, errno }],
    }),
  );
  return tableToCsv(resultTable(summarize(plan, results, [1, 1])));
};

/** Rows as objects; for cells without quotes. */
const rowsOf = (csv: string) => {
  const [header = '', ...lines] = csv.trimEnd().split('\r\n');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index] ?? '', cell])));
};

describe('resultTable, as CSV', () => {
  test('two schemes: a header and two rows of as many cells', () => {
    const lines = csvOf().split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[3]).toBe('');
    expect(new Set(lines.slice(0, 3).map((line) => line.split(',').length)).size).toBe(1);
  });

  test('values: under their names in the JSON', () => {
    const [range, none] = rowsOf(csvOf());
    expect(range).toMatchObject({
      scenario: 'small',
      seed: '5',
      scheme: 'range',
      'stall.maxNs': '400',
      'stallByCauseNs.fault': '400',
      'stallByCauseNs.mmu-lock': '0',
      'operations.maxDurationNs': '77',
      hugeRecoveryNs: '12',
      'maxStallRatio.estimate': '',
    });
    expect(none).toMatchObject({
      scheme: 'none',
      hugeRecoveryNs: '',
      'maxStallRatio.baseline': 'range',
      'maxStallRatio.estimate': '0.25',
      'maxStallRatio.ci95Low': '',
      'maxStallDifferenceNs.estimate': '-300',
    });
  });

  test('column names: each once', () => {
    const names = csvOf().split('\r\n')[0]?.split(',') ?? [];
    expect(new Set(names).size).toBe(names.length);
  });

  test('cell with a comma and a quote: quoted', () => {
    expect(csvOf('E"A,B')).toContain(',"E""A,B",');
  });
});
