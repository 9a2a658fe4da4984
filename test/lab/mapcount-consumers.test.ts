import { describe, expect, test } from 'vitest';
import { mapcountConsumers } from '../../src/lab/mapcount-consumers.ts';
import type { MapcountSchemeId } from '../../src/mm/mapcount/mapcount-scheme.ts';

const table = mapcountConsumers();
const schemes: readonly MapcountSchemeId[] = [
  'head-per-pte',
  'subpage',
  'hstate-entry',
  'hstate-special',
  'folio-pairs',
  'folio-vmas',
];

/** Reference G.6: ideas 1, 2, 3, its software bit, 4 by pairs, 4 by VMAs. */
const reference: Readonly<Record<string, readonly boolean[]>> = {
  smaps: [false, true, true, true, false, true],
  mempolicy: [false, true, true, true, false, true],
  migration: [true, true, false, true, true, true],
  'folio-referenced': [true, true, false, false, false, false],
  hvo: [true, false, true, true, true, true],
  truncation: [true, true, false, true, true, true],
  'partial-unmap': [true, true, false, false, true, true],
  overflow: [false, false, true, true, true, true],
};

describe('consumers of the mapcount', () => {
  test('the consumers are those of the table', () => {
    expect(table.map(({ consumer }) => consumer)).toEqual(Object.keys(reference));
  });

  for (const { consumer, cells } of table) {
    test(`${consumer}: works under the schemes of which the reference says so`, () => {
      expect(schemes.map((scheme) => cells[scheme].works)).toEqual(reference[consumer]);
    });
  }

  const resultsOf = (consumer: string) => {
    const cells = table.find((row) => row.consumer === consumer)?.cells;
    return schemes.map((scheme) => cells?.[scheme].result);
  };

  test('overflow: both counters by idea 1, the reference count alone by idea 2, from 8,192 VMAs on', () => {
    expect(resultsOf('overflow')).toEqual([
      'mapcount with 8192 VMAs, references with 8192 VMAs',
      'references with 8192 VMAs',
      'none',
      'none',
      'none',
      'none',
    ]);
  });

  test('partial unmap: exact by leaves, leaked by the hstate schemes, found by scanning in idea 4', () => {
    const results = resultsOf('partial-unmap');
    expect(results.slice(0, 4)).toEqual(['mapcount 0', 'mapcount 0', 'mapcount 1', 'mapcount 1']);
    for (const result of results.slice(4)) expect(result).toMatch(/^mapcount 0, \d+ entries scanned$/);
  });
});
