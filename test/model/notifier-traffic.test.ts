// Sections, SPTEs visited and remote flushes of each operation, exactly: reference E.6 and K.2. The vCPUs are halted, but where
// they are to write after a fork, so nothing refaults and nobody breaks mmu_lock; that a storm adds to these numbers is numa-storm.test.ts.

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

const kernels = ['6.1', '6.12', '6.18'] as const;
const NOTHING = { sections: 0, visited: 0, flushes: 0 };
/** One page is visited with the PUD and the PMD entry above it. */
const ONE_PAGE = 3;
/** A huge page under a huge SPTE, or under none: the PMD and the PUD entry. */
const ONE_HUGE = 2;
/** One whole huge page in the middle. */
const block = { start: '2MiB', length: '2MiB' };

describe.each(kernels)('notifier traffic of a THP collapse, %s', (kernel) => {
  const machine = { kernel };
  const timeline = [{ operation: 'madv-collapse', range: block }];

  test('of anonymous memory: one section of 2 MiB', () => {
    const seen = traffic({ machine, vm: memory('anonymous', '4k', '8MiB'), timeline });
    expect(seen).toEqual({ sections: 1, visited: ONE_PMD, flushes: 1 });
  });

  test('of shmem: one for each page, and one for the table, which is empty by then', () => {
    const seen = traffic({ machine, vm: memory('shmem', '4k', '8MiB'), timeline });
    expect(seen).toEqual({ sections: ENTRIES + 1, visited: ENTRIES * ONE_PAGE + ONE_PMD, flushes: ENTRIES });
  });

  test('of shmem that two processes map: twice the pages, and the tables of both, in 6.1 of the caller alone', () => {
    const vm = { ...memory('shmem', '4k', '8MiB'), processes: 2 };
    const tables = kernel === '6.1' ? 1 : 2;
    const visited = 2 * ENTRIES * ONE_PAGE + tables * ONE_PMD;
    expect(traffic({ machine, vm, timeline })).toEqual({
      sections: 2 * ENTRIES + tables,
      visited,
      flushes: 2 * ENTRIES,
    });
  });

  test('of a huge page that is mapped by PTEs: one section, though no pfn changes', () => {
    const vm = { ...memory('shmem', '4k', '8MiB'), folios: '2m' };
    expect(traffic({ machine, vm, timeline })).toEqual({ sections: 1, visited: ONE_PMD, flushes: 1 });
  });

  test('by khugepaged: the sections are the same; of anonymous memory each page that the host has not seen used is asked for', () => {
    const scan = (vm: object) => traffic({ machine, vm, timeline: [{ operation: 'khugepaged-scan', range: block }] });
    expect(scan(memory('shmem', '4k', '8MiB')).sections).toBe(ENTRIES + 1);
    expect(scan({ ...memory('shmem', '4k', '8MiB'), folios: '2m' }).sections).toBe(1);
    const young = { ...memory('anonymous', '4k', '8MiB'), youngFraction: 1 };
    expect(scan(young)).toEqual({ sections: 1, visited: ONE_PMD, flushes: 1 });
    // Once by the scan; what has been zapped is young to 6.1 and 6.12 afterwards, and asked for once more by 6.18.
    const old = { ...memory('anonymous', '4k', '8MiB'), youngFraction: 0, memory: '8MiB' };
    const walks = kernel === '6.18' ? 2 : 1;
    const visited = ONE_PMD + walks * ENTRIES * ONE_PAGE;
    // 6.18 finds nobody who has used a page: the table is put back, and the section was for nothing.
    expect(scan(old)).toEqual({ sections: 1, visited, flushes: 1 });
  });
});

describe('notifier traffic of what maps', () => {
  test('UFFDIO_CONTINUE of hugetlb and of shmem: none, as every entry was empty', () => {
    const seen = traffic({
      vm: memory('hugetlb-1g', 'none'),
      timeline: [
        { operation: 'madv-split' },
        { operation: 'uffdio-continue', at: 'after-previous', range: { length: '16MiB' } },
      ],
    });
    expect(seen).toEqual(NOTHING);
    const timeline = [{ operation: 'uffdio-continue' }];
    expect(traffic({ vm: memory('shmem', 'none', '16MiB'), timeline })).toEqual(NOTHING);
  });

  test('UFFDIO_COPY of anonymous memory: none', () => {
    const timeline = [{ operation: 'uffdio-copy' }];
    expect(traffic({ vm: memory('anonymous', 'none', '16MiB'), timeline })).toEqual(NOTHING);
  });

  test('MADV_SPLIT, which splits nothing: none', () => {
    expect(traffic({ vm: memory('hugetlb-2m', '2m', '8MiB'), timeline: [{ operation: 'madv-split' }] })).toEqual(
      NOTHING,
    );
  });
});

/** A walk over 4 MiB on small SPTEs that lie in two tables. */
const TWO_PMDS = 2 * ENTRIES + 2 + 1;

describe.each(kernels)('notifier traffic of what protects and moves, %s', (kernel) => {
  const machine = { kernel };
  const middle = { start: '2MiB', length: '4MiB' };
  const once = { sections: 1, visited: TWO_PMDS, flushes: 1 };

  test.each(['anonymous', 'shmem', 'hugetlb-2m'])('mprotect and UFFDIO_WRITEPROTECT of %s: one section', (backing) => {
    const vm = memory(backing, '4k', '8MiB');
    const entry = { protection: 'read', range: middle };
    expect(traffic({ machine, vm, timeline: [{ operation: 'mprotect', ...entry }] })).toEqual(once);
    const timeline = [{ operation: 'uffdio-writeprotect', ...entry }];
    expect(traffic({ machine, vm, timeline, userfault: { writeProtect: true } })).toEqual(once);
  });

  test.each(['anonymous', 'shmem', 'hugetlb-2m'])(
    'mremap of %s: one for the move, one for the munmap behind it, which finds nothing',
    (backing) => {
      const seen = traffic({
        machine,
        vm: memory(backing, '4k', '8MiB'),
        timeline: [{ operation: 'mremap', range: middle }],
      });
      expect(seen).toEqual({ sections: 2, visited: 2 * TWO_PMDS, flushes: 1 });
    },
  );

  test('fork: one over anonymous memory, none over files, copied or not', () => {
    const fork = (vm: object, more = {}) => traffic({ machine, vm, timeline: [{ operation: 'fork', ...more }] });
    const all = 4 * ENTRIES + 4 + 1;
    expect(fork(memory('anonymous', '4k', '8MiB'))).toEqual({ sections: 1, visited: all, flushes: 1 });
    expect(fork(memory('shmem', '4k', '8MiB'))).toEqual(NOTHING);
    expect(fork(memory('hugetlb-2m', '4k', '8MiB'), { copyHugetlb: true })).toEqual(NOTHING);
  });

  test('copy on write after a fork: one section of one page for each copy', () => {
    const document = {
      // Where preemption is full, 6.1 breaks mmu_lock in the zap of the fork for each vCPU that faults meanwhile.
      machine: { kernel, preemption: 'voluntary' },
      vm: memory('anonymous', '4k', '2MiB'),
      guest: { pattern: 'stride', stridePages: 1, partitioned: true },
      timeline: [{ operation: 'fork', at: '1ms' }],
      settle: '5ms',
    };
    const scenario = parseScenario(document);
    const profile = loadProfile(scenario.machine.profile);
    const result = runScenario({ scenario, profile, scheme: 'range', mapcount: 'head-per-pte', seed: 1 });
    expect(result.findings.filter(({ kind }) => kind !== 'stall-at-end')).toEqual([]);
    expect(result.counters.cowCopies).toBe(ENTRIES);
    expect([result.notifier.sections, result.seqBumps]).toEqual([1 + ENTRIES, 1 + ENTRIES]);
    // The section of the fork has zapped all of it and flushed; each of the others finds its entry empty.
    expect([result.counters.spteEntriesVisited, result.tlbFlushes]).toEqual([ONE_PMD + ENTRIES * ONE_PAGE, 1]);
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

  test.each(kernels)(
    'munmap and mprotect of parts of huge pages, %s: a section for each cut, and one for the rest',
    (kernel) => {
      const machine = { kernel };
      const range = { start: '1MiB', length: '4MiB' };
      for (const backing of ['anonymous', 'shmem']) {
        const vm = memory(backing, '2m', '8MiB');
        // The cut at either end takes a whole huge SPTE; the PUD and three PMD entries are visited last.
        const unmapped = traffic({ machine, vm, timeline: [{ operation: 'munmap', range }] });
        expect(unmapped).toEqual({ sections: 3, visited: 2 * ONE_HUGE + 4, flushes: 3 });
        const timeline = [{ operation: 'mprotect', protection: 'read', range }];
        // 6.1 opens at the first PMD entry that is there: of a file the split has left none in front.
        const entries = kernel === '6.1' && backing === 'shmem' ? 3 : 4;
        const visited = 2 * ONE_HUGE + entries;
        expect(traffic({ machine, vm, timeline })).toEqual({ sections: 3, visited, flushes: 3 });
      }
    },
  );

  test.each(kernels)('migrate-pages of a huge page, %s: one section, whatever maps it', (kernel) => {
    const machine = { kernel };
    const timeline = [{ operation: 'migrate-pages', range: block }];
    for (const backing of ['anonymous', 'shmem', 'hugetlb-2m']) {
      const seen = traffic({ machine, vm: memory(backing, '2m', '8MiB'), timeline });
      expect(seen).toEqual({ sections: 1, visited: ONE_HUGE, flushes: 1 });
    }
    const small = traffic({ machine, vm: memory('hugetlb-2m', '4k', '8MiB'), timeline });
    expect(small).toEqual({ sections: 1, visited: ONE_PMD, flushes: 1 });
  });

  test.each(kernels)(
    'memory-failure, %s: one for a small page; a huge page is split first, hugetlb goes whole',
    (kernel) => {
      const machine = { kernel };
      const timeline = [{ operation: 'memory-failure', range: { start: '2MiB', length: '4KiB' } }];
      const seen = (backing: string, mapped: string) =>
        traffic({ machine, vm: memory(backing, mapped, '8MiB'), timeline });
      for (const backing of ['anonymous', 'shmem']) {
        expect(seen(backing, '4k')).toEqual({ sections: 1, visited: ONE_PAGE, flushes: 1 });
      }
      // The split of the entry, and of the folio; then the page, which of a file nobody maps any more.
      expect(seen('anonymous', '2m')).toEqual({ sections: 3, visited: 3 * ONE_HUGE, flushes: 1 });
      expect(seen('shmem', '2m')).toEqual({ sections: 2, visited: 2 * ONE_HUGE, flushes: 1 });
      expect(seen('hugetlb-2m', '4k')).toEqual({ sections: 1, visited: ONE_PMD, flushes: 1 });
    },
  );

  test('truncate of hugetlb: once, as the pages are unmapped when they go', () => {
    const cut = { operation: 'truncate', range: { start: '8MiB' } };
    const seen = traffic({ vm: memory('hugetlb-2m', '4k', '16MiB'), timeline: [cut] });
    expect(seen).toEqual({ sections: 1, visited: 4 * ENTRIES + 4 + 1, flushes: 1 });
  });

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
