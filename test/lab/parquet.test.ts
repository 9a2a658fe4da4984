import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planComparison } from '../../src/lab/comparison.ts';
import { tableToParquet } from '../../src/lab/parquet.ts';
import { resultTable } from '../../src/lab/result-table.ts';
import { runScenario } from '../../src/lab/run.ts';
import { summarize } from '../../src/lab/summary.ts';
import { type Cell, type Column, type Table, tableToCsv } from '../../src/lab/table.ts';
import { asCsvRows, readCsv, readParquet } from '../support/parquet.ts';

describe('tableToParquet', () => {
  test('a comparison · read by another library · the cells of the CSV, each column with its type', async () => {
    const plan = planComparison({
      scenario: 'hgm-collapse-2m',
      overrides: { 'vm.memory': '4MiB', 'timeline.0.range.length': '4MiB' },
      repetitions: 2,
    });
    const table = resultTable(
      summarize(
        plan,
        plan.runs.map(runScenario),
        plan.runs.map(() => 1.7),
      ),
    );
    const read = await readParquet(tableToParquet(table));
    expect(asCsvRows(read)).toEqual(readCsv(tableToCsv(table)));
    expect(read.types).toMatchObject({
      scenario: 'BYTE_ARRAY',
      seed: 'INT64',
      'stall.maxNs': 'INT64',
      'guest.throughputLoss': 'DOUBLE',
      'maxStallRatio.estimate': 'DOUBLE',
    });
    expect(read.rows[0]?.['maxStallRatio.estimate']).toBeNull();
    expect(read.rows[0]?.['stall.maxNs']).toBe(BigInt(readCsv(tableToCsv(table))[0]?.['stall.maxNs'] ?? ''));
    expect(tableToParquet(table)).toEqual(tableToParquet(table));
  });

  test('any cells · written and read · the same cells', async () => {
    const cellOf: Readonly<Record<Column['type'], fc.Arbitrary<Cell>>> = {
      text: fc.string({ unit: 'grapheme' }),
      integer: fc.maxSafeInteger(),
      real: fc.double({ noNaN: true, noDefaultInfinity: true }),
    };
    const drawn = fc
      .array(fc.constantFrom<Column['type']>('text', 'integer', 'real'), { minLength: 1, maxLength: 5 })
      .chain((types) =>
        fc.record<Table>({
          columns: fc.constant(types.map((type, index) => ({ name: `c${index}`, type }))),
          rows: fc.array(fc.tuple(...types.map((type) => fc.option(cellOf[type], { freq: 4 }))), { minLength: 1 }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(drawn, async (table) => {
        const { rows } = await readParquet(tableToParquet(table));
        const cells = rows.map((row) =>
          Object.values(row).map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)),
        );
        expect(cells).toEqual(table.rows.map((row) => [...row]));
      }),
      { numRuns: 100 },
    );
  });

  test('no rows · the columns are there all the same', async () => {
    const { types, rows } = await readParquet(tableToParquet({ columns: [{ name: 'a', type: 'real' }], rows: [] }));
    expect([types, rows]).toEqual([{ a: 'DOUBLE' }, []]);
  });

  test('a cell that is none of its column · refused, with the name', () => {
    const table = { columns: [{ name: 'seed', type: 'integer' as const }], rows: [['1']] };
    expect(() => tableToParquet(table)).toThrow('seed: 1 is no integer');
    expect(() => tableToParquet({ ...table, rows: [[1.5]] })).toThrow(RangeError);
  });
});
