import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { PAGE_SIZE } from '../../src/mm/address.ts';
import { fork } from '../../src/mm/operations/fork.ts';
import { madvDontneed } from '../../src/mm/operations/madv-dontneed.ts';
import { mprotect } from '../../src/mm/operations/mprotect.ts';
import { mremap } from '../../src/mm/operations/mremap.ts';
import { munmap } from '../../src/mm/operations/munmap.ts';
import { checkPageCounts } from '../../src/mm/page-checkers.ts';
import { splitHugePmd } from '../../src/mm/split-huge-pmd.ts';
import { TestMemory } from '../support/memory.ts';
import { TestWorld } from '../support/world.ts';

// split                              | who walks the tables
// clears the entry, flushes the CPUs | reads the entry without its lock
// puts the table there               | goes on behind it, if it has taken it for empty
describe('a huge entry that is split by somebody who comes from the page', () => {
  const meanwhile = <T>(walk: (memory: TestMemory) => Process<T>, check: (memory: TestMemory, result: T) => void) => {
    for (let delayNs = 0; delayNs < 6000; delayNs += 211) {
      const w = new TestWorld({ hugePages: 1 });
      const memory = new TestMemory(w, { kind: 'anonymous', pages: 4, folios: 2, mapped: 2 });
      // A CPU that runs the mm: the flush takes its time.
      w.mm.cpus.push({ runsMm: true, interrupt: () => undefined });
      const table = w.mm.pageTables.lowestTable(memory.at(0), 2);
      const index = w.machine.geometry.index(memory.at(0) / PAGE_SIZE, 2);
      w.spawn('split', splitHugePmd(memory.vma, table, index), delayNs);
      check(memory, w.call(walk(memory)));
      checkPageCounts(w.machine);
      expect([delayNs, w.findingKinds()]).toEqual([delayNs, []]);
    }
  };
  const frames = (memory: TestMemory, mm = memory.world.mm) =>
    [0, 1, 2, 3].map((page) => mm.pageTables.translate(memory.at(page))?.pfn);
  const all = (memory: TestMemory) => [memory.world.mm, memory.at(0), memory.at(4)] as const;

  test('munmap and MADV_DONTNEED, at any moment: nothing stays mapped', () => {
    for (const zap of [munmap, madvDontneed]) {
      meanwhile(
        (memory) => zap(...all(memory)),
        (memory) => expect(memory.hostLevels()).toEqual([0, 0, 0, 0]),
      );
    }
  });

  test('mprotect, at any moment: nothing stays writable', () => {
    meanwhile(
      (memory) => mprotect(...all(memory), 'read'),
      (memory) => {
        const open = [0, 1, 2, 3].filter((page) => memory.world.mm.pageTables.translate(memory.at(page))?.writable);
        expect(open).toEqual([]);
      },
    );
  });

  test('fork, at any moment: the child has what its parent has', () => {
    meanwhile(
      ({ world }) => fork(world.mm, { copiesHugetlb: false }),
      (memory, child) => {
        expect(frames(memory)).not.toContain(undefined);
        expect(frames(memory, child)).toEqual(frames(memory));
      },
    );
  });

  test('mremap, at any moment: all of it moves', () => {
    meanwhile(
      (memory) => mremap(...all(memory), memory.at(16)),
      (memory) => {
        const there = [16, 17, 18, 19].map((page) => memory.world.mm.pageTables.translate(memory.at(page)) !== null);
        expect(there).toEqual([true, true, true, true]);
      },
    );
  });
});
