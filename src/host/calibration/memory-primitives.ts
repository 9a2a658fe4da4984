// What the kernel does to memory that no guest uses, for each page. Every one of these is made of several costs of a profile,
// so none of them is one.

import { HUGE_PAGE, MADV, PAGE, PROT, PROT_RW } from '../linux.ts';
import type { CallName } from '../system.ts';
import { TestMemory } from '../test-memory.ts';
import { Userfaultfd } from '../userfaultfd.ts';
import type { MemoryKind } from '../vocabulary.ts';
import { type Described, type Primitive, primitiveOf } from './primitive.ts';
import type { CalibrationBench } from './processor-primitives.ts';

const SAMPLES = 20;
const BYTES = HUGE_PAGE;
const PAGES = BYTES / PAGE;

const small = { folios: '4k', mapped: '4k' } as const;
const anonymous: MemoryKind = { backing: 'anonymous', ...small };
const shmem: MemoryKind = { backing: 'shmem', ...small };
const huge: MemoryKind = { backing: 'anonymous', folios: '2m', mapped: '2m' };
const mappedSmall: MemoryKind = { backing: 'shmem', folios: '2m', mapped: '4k' };

type Call = (memory: TestMemory) => readonly [CallName, readonly number[]];

const advise =
  (advice: number): Call =>
  ({ address }) => ['madvise', [address, BYTES, advice]];

interface Case extends Described {
  readonly kind: MemoryKind;
  /** What is done before, without being timed. */
  readonly before?: (memory: TestMemory, bench: CalibrationBench) => void;
  readonly call: Call;
  /** What the time is divided by. */
  readonly parts: number;
}

const dropped = (memory: TestMemory, { system }: CalibrationBench): void => {
  system.call('madvise', [memory.address, BYTES, MADV.dontneed]);
};

const cases: readonly Case[] = [
  {
    name: 'fault of a shmem page in the cache',
    method: 'MADV_POPULATE_WRITE of 2 MiB that are in the page cache, for each 4K page',
    kind: shmem,
    before: dropped,
    call: advise(MADV.populateWrite),
    parts: PAGES,
  },
  {
    name: 'zap of a shmem page',
    method: 'MADV_DONTNEED of 2 MiB, the pages stay in the cache; for each 4K page',
    kind: shmem,
    call: advise(MADV.dontneed),
    parts: PAGES,
  },
  {
    name: 'zap of an anonymous page',
    method: 'MADV_DONTNEED of 2 MiB, the pages are freed; for each 4K page',
    kind: anonymous,
    call: advise(MADV.dontneed),
    parts: PAGES,
  },
  {
    name: 'zap of a huge page',
    method: 'MADV_DONTNEED of one anonymous huge page of 2 MiB, which is freed',
    kind: huge,
    call: advise(MADV.dontneed),
    parts: 1,
  },
  {
    name: 'protection of a page',
    method: 'mprotect of 2 MiB to read only, for each 4K page',
    kind: anonymous,
    call: ({ address }) => ['mprotect', [address, BYTES, PROT.read]],
    parts: PAGES,
  },
  {
    name: 'collapse of an anonymous page',
    method: 'MADV_COLLAPSE of 2 MiB (collapse_huge_page: copies), for each 4K page',
    kind: anonymous,
    call: advise(MADV.collapse),
    parts: PAGES,
  },
  {
    name: 'collapse of a shmem page',
    method: 'MADV_COLLAPSE of 2 MiB (collapse_file: copies), for each 4K page',
    kind: shmem,
    call: advise(MADV.collapse),
    parts: PAGES,
  },
  {
    name: 'collapse of an entry',
    method: 'MADV_COLLAPSE of a huge folio in small entries (collapse_pte_mapped_thp), for each 4K page',
    kind: mappedSmall,
    call: advise(MADV.collapse),
    parts: PAGES,
  },
];

export function memoryPrimitives(bench: CalibrationBench): Primitive[] {
  const timed = cases.map((one) => primitiveOf(one, samplesOf(one, bench)));
  const continued = continues(bench);
  return continued === null ? timed : [...timed, continued];
}

function samplesOf({ kind, before, call, parts }: Case, bench: CalibrationBench): number[] {
  const memory = new TestMemory(bench.system, kind, BYTES);
  try {
    const all = Array.from({ length: SAMPLES + 1 }, () => {
      bench.system.call('mprotect', [memory.address, BYTES, PROT_RW]);
      memory.makeReady({ offset: 0, bytes: BYTES });
      before?.(memory, bench);
      bench.drain.run();
      const { result, start, end } = bench.timed.run(...call(memory));
      return result < 0 ? null : Number(end - start) / bench.ticksPerNs() / parts;
    });
    // The first one meets what only happens once.
    return all.slice(1).filter((ns) => ns !== null);
  } finally {
    memory.close();
  }
}

/** Null where this process may not have a userfaultfd. */
function continues(bench: CalibrationBench): Primitive | null {
  const memory = new TestMemory(bench.system, shmem, BYTES);
  try {
    memory.makeReady({ offset: 0, bytes: BYTES });
    const userfaultfd = new Userfaultfd(bench.system);
    try {
      userfaultfd.register(memory.address, BYTES);
      dropped(memory, bench);
      const taken = Array.from({ length: PAGES }, (_, index) => {
        const { start, end } = userfaultfd.timedContinue(bench.timed, memory.address + index * PAGE, PAGE);
        return Number(end - start) / bench.ticksPerNs();
      });
      return primitiveOf(
        { name: 'UFFDIO_CONTINUE', method: 'UFFDIO_CONTINUE of one 4K page of shmem for which nobody waits' },
        taken,
      );
    } finally {
      userfaultfd.close();
    }
  } catch {
    return null;
  } finally {
    memory.close();
  }
}
