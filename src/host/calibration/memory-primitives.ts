// What the kernel does to memory that no guest uses, for each page: the steps that need none, and two that no operation is.

import { HUGE_PAGE, MADV, PAGE, PROT_RW } from '../linux.ts';
import { planMeasurement } from '../measurement-plan.ts';
import { operationsById } from '../operations/index.ts';
import { TestMemory } from '../test-memory.ts';
import { Userfaultfd } from '../userfaultfd.ts';
import type { MemoryKind } from '../vocabulary.ts';
import { type Primitive, primitiveOf } from './primitive.ts';
import type { CalibrationBench } from './processor-primitives.ts';
import { type Step, steps } from './steps.ts';

const SAMPLES = 20;
const BYTES = HUGE_PAGE;
const PAGES = BYTES / PAGE;

const shmem: MemoryKind = { backing: 'shmem', folios: '4k', mapped: '4k' };

/** The steps of this host beside no guest, where it can have none. */
export const memoryPrimitives = (bench: CalibrationBench): Primitive[] =>
  steps
    .filter(({ seen, request }) => seen === 'operation' && request.places?.includes('no-slot'))
    .map((step) => primitiveOf(step, samplesOf(step, bench)));

function samplesOf({ request, parts }: Step, { system, timed, drain, ticksPerNs }: CalibrationBench): number[] {
  const { operation: id, kind, rangeBytes } = planMeasurement(request);
  const operation = operationsById[id];
  const memory = new TestMemory(system, kind, rangeBytes);
  const context = { system, timed, memory, range: { offset: 0, bytes: rangeBytes }, vcpus: [] };
  try {
    const all = Array.from({ length: SAMPLES + 1 }, () => {
      system.call('mprotect', [memory.address, rangeBytes, PROT_RW]);
      if (operation.prepare === undefined) memory.makeReady(context.range);
      else operation.prepare(context);
      drain.run();
      const { start, end, errno } = operation.run(context);
      return errno === null ? Number(end - start) / ticksPerNs() / parts : null;
    });
    // The first one meets what only happens once.
    return all.slice(1).filter((ns) => ns !== null);
  } finally {
    memory.close();
  }
}

export function populations(bench: CalibrationBench): Primitive[] {
  const { system, timed, drain, ticksPerNs } = bench;
  const memory = new TestMemory(system, shmem, BYTES);
  try {
    const taken = Array.from({ length: SAMPLES + 1 }, () => {
      memory.makeReady({ offset: 0, bytes: BYTES });
      dropped(memory, bench);
      drain.run();
      const { start, end } = timed.run('madvise', [memory.address, BYTES, MADV.populateWrite]);
      return Number(end - start) / ticksPerNs() / PAGES;
    });
    const described = {
      name: 'fault of a shmem page in the cache',
      method: 'MADV_POPULATE_WRITE of 2 MiB that are in the page cache, for each 4K page',
    };
    const continued = continues(bench);
    return [primitiveOf(described, taken.slice(1)), ...(continued === null ? [] : [continued])];
  } finally {
    memory.close();
  }
}

const dropped = (memory: TestMemory, { system }: CalibrationBench): void => {
  system.call('madvise', [memory.address, BYTES, MADV.dontneed]);
};

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
