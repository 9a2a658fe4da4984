// Sections, SPTEs visited and remote flushes of each operation, exactly: reference E.6 and K.2. The vCPUs are halted, so
// nothing refaults and nobody breaks mmu_lock; that a storm adds to these numbers is numa-storm.test.ts.

import { describe, expect, test } from 'vitest';
import { loadProfile } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { NotifierSchemeId } from '../../src/lab/run-types.ts';
import { parseScenario } from '../../src/lab/scenario.ts';

const ENTRIES = 512;
const GIB_PAGES = ENTRIES * ENTRIES;
/** A walk over 1 GiB on small SPTEs: the leaves, the PMD entries above them, and the PUD entry. */
const WHOLE_GIB = GIB_PAGES + ENTRIES + 1;
/** A walk over 256 MiB on small SPTEs. */
const QUARTER = GIB_PAGES / 4 + ENTRIES / 4 + 1;
/** A walk over 2 MiB: 512 leaves, the PMD and the PUD entry above them. */
const ONE_PMD = ENTRIES + 2;
/** A walk over 1 GiB on huge SPTEs. */
const HUGE_GIB = ENTRIES + 1;

interface Traffic {
  readonly sections: number;
  readonly visited: number;
  readonly flushes: number;
}

function traffic(document: Record<string, unknown>, scheme: NotifierSchemeId = 'range'): Traffic {
  const scenario = parseScenario({ guest: { pattern: 'idle' }, settle: 0, ...document });
  const profile = loadProfile(scenario.machine.profile);
  const result = runScenario({ scenario, profile, scheme, mapcount: 'head-per-pte', seed: 1 });
  expect(result.findings).toEqual([]);
  expect(result.operations.map(({ errno }) => errno)).toEqual(result.operations.map(() => null));
  // Every section overlaps the memslot, so each one moves the sequence once (K.3).
  expect(result.seqBumps).toBe(result.notifier.sections);
  return {
    sections: result.notifier.sections,
    visited: result.counters.spteEntriesVisited ?? 0,
    flushes: result.tlbFlushes,
  };
}

const memory = (backing: string, mapped: string, size = '1GiB') => ({ vcpus: 2, memory: size, backing, mapped });

describe('notifier traffic of a collapse of hugetlb', () => {
  const collapse = { operation: 'madv-collapse' };

  test('one call over 1 GiB, from 4K: one section, everything visited once, one flush', () => {
    const seen = traffic({ vm: memory('hugetlb-1g', '4k'), timeline: [collapse] });
    expect(seen).toEqual({ sections: 1, visited: WHOLE_GIB, flushes: 1 });
  });

  test('512 calls of 2 MiB, from 4K: a section and a flush each', () => {
    const seen = traffic({ vm: memory('hugetlb-1g', '4k'), timeline: [{ ...collapse, step: '2MiB' }] });
    expect(seen).toEqual({ sections: 512, visited: 512 * ONE_PMD, flushes: 512 });
  });

  test('one call over 1 GiB, from 2M with 2M SPTEs: 512 leaves and the entry above', () => {
    const seen = traffic({ vm: memory('hugetlb-1g', '2m'), timeline: [collapse] });
    expect(seen).toEqual({ sections: 1, visited: HUGE_GIB, flushes: 1 });
  });

  test('the same after the 512 calls, refaulted by nobody: the empty tables are walked, nothing is flushed', () => {
    const steps = { ...collapse, step: '2MiB' };
    const seen = traffic({
      vm: memory('hugetlb-1g', '4k'),
      timeline: [steps, { ...collapse, at: 'after-previous' }],
    });
    expect(seen).toEqual({ sections: 513, visited: 512 * ONE_PMD + WHOLE_GIB, flushes: 512 });
  });

  test('range-chunked: sections of its chunks, visited like the calls of 2 MiB', () => {
    const seen = traffic({ vm: memory('hugetlb-2m', '4k', '16MiB'), timeline: [collapse] }, 'range-chunked');
    expect(seen).toEqual({ sections: 8, visited: 8 * ONE_PMD, flushes: 8 });
  });

  test('none: no section, nobody is told', () => {
    const seen = traffic({ vm: memory('hugetlb-2m', '4k', '16MiB'), timeline: [collapse] }, 'none');
    expect(seen).toEqual({ sections: 0, visited: 0, flushes: 0 });
  });
});

describe('notifier traffic of what maps', () => {
  test('UFFDIO_CONTINUE: none, as every entry was empty', () => {
    const seen = traffic({
      vm: memory('hugetlb-1g', 'none'),
      timeline: [
        { operation: 'madv-split' },
        { operation: 'uffdio-continue', at: 'after-previous', range: { length: '16MiB' } },
      ],
    });
    expect(seen).toEqual({ sections: 0, visited: 0, flushes: 0 });
  });
});

describe('notifier traffic of what unmaps', () => {
  const backings = ['anonymous', 'shmem', 'hugetlb-2m'];

  test.each(backings)(
    'munmap of 256 MiB of %s in small pages: one section, everything visited, one flush',
    (backing) => {
      const seen = traffic({ vm: memory(backing, '4k', '256MiB'), timeline: [{ operation: 'munmap' }] });
      expect(seen).toEqual({ sections: 1, visited: QUARTER, flushes: 1 });
    },
  );

  test.each(backings)('madv-dontneed of 256 MiB of %s in small pages: the same', (backing) => {
    const seen = traffic({ vm: memory(backing, '4k', '256MiB'), timeline: [{ operation: 'madv-dontneed' }] });
    expect(seen).toEqual({ sections: 1, visited: QUARTER, flushes: 1 });
  });

  test.each(['anonymous', 'shmem'])('madv-dontneed of 1 GiB of %s in huge pages: 512 leaves', (backing) => {
    const seen = traffic({ vm: memory(backing, '2m'), timeline: [{ operation: 'madv-dontneed' }] });
    expect(seen).toEqual({ sections: 1, visited: HUGE_GIB, flushes: 1 });
  });

  test('madv-dontneed of a part of a huge page: the section around the split finds what the outer one left', () => {
    const half = { operation: 'madv-dontneed', range: { start: '1MiB', length: '1MiB' } };
    const seen = traffic({ vm: memory('anonymous', '2m', '4MiB'), timeline: [half] });
    // The huge SPTE goes with the outer section, whole: PUD and PMD entry, twice.
    expect(seen).toEqual({ sections: 2, visited: 4, flushes: 1 });
  });

  test.each(['anonymous', 'shmem'])(
    'migrate-pages of 2 MiB of %s in small pages: one of each for every page',
    (backing) => {
      const move = { operation: 'migrate-pages', range: { start: '2MiB', length: '2MiB' } };
      const seen = traffic({ vm: memory(backing, '4k', '8MiB'), timeline: [move] });
      // A page is visited with the PUD and the PMD entry above it.
      expect(seen).toEqual({ sections: ENTRIES, visited: 3 * ENTRIES, flushes: ENTRIES });
    },
  );

  test('truncate of shmem: zapped before and after, the second time nothing is there', () => {
    const cut = { operation: 'truncate', range: { start: '8MiB' } };
    const seen = traffic({ vm: memory('shmem', '4k', '16MiB'), timeline: [cut] });
    // Four PMD entries and one PUD entry above the four tables of leaves.
    const once = 4 * ENTRIES + 4 + 1;
    expect(seen).toEqual({ sections: 2, visited: 2 * once, flushes: 1 });
  });

  test('punch-hole: one section', () => {
    const hole = { operation: 'punch-hole', range: { start: '2MiB', length: '4MiB' } };
    const once = 2 * ENTRIES + 2 + 1;
    for (const backing of ['shmem', 'hugetlb-2m']) {
      const seen = traffic({ vm: memory(backing, '4k', '16MiB'), timeline: [hole] });
      expect(seen).toEqual({ sections: 1, visited: once, flushes: 1 });
    }
  });
});
