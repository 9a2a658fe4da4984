// What the processor does, and the kernel's shortest ways: single costs of a profile, one each.

import { FUTEX_WAKE_PRIVATE, MADV, PAGE } from '../linux.ts';
import type { LruDrain } from '../lru-drain.ts';
import { Mapping } from '../mapping.ts';
import type { System } from '../system.ts';
import type { TimedCalls } from '../timed-call.ts';
import { LoopPartner } from './loop-partner.ts';
import type { LoopName, Loops, LoopTime } from './loops.ts';
import { type Primitive, primitiveOf } from './primitive.ts';

export interface CalibrationBench {
  readonly system: System;
  readonly timed: TimedCalls;
  readonly loops: Loops;
  readonly drain: LruDrain;
  readonly ticksPerNs: () => number;
  /** CPU of a second thread; null: there is only one. */
  readonly partnerCpu: number | null;
}

const SAMPLES = 40;
const CALLS = 1_000;
const INCREMENTS = 10_000;
/** Far more than caches hold that belong to one CPU; each sample has a part of its own. */
const COLD_BYTES = 64 * 1024 * 1024;
/** Of struct page. */
const STRUCT_PAGE_BYTES = 64;
const PAGES = 64;
const WAKE_UPS = 60;
/** Time to fall asleep in. */
const ASLEEP_NS = 100_000;
/** The partner runs for longer than what is timed beside it. */
const PARTNER_FACTOR = 20;
const FUTEX_WORD = 0;
const STAMPS = 64;

export async function processorPrimitives(bench: CalibrationBench): Promise<Primitive[]> {
  const cold = Mapping.anonymous(bench.system, COLD_BYTES);
  const partner = bench.partnerCpu === null ? null : new LoopPartner(bench.partnerCpu);
  try {
    bench.system.try('madvise', cold.address, COLD_BYTES, MADV.hugepage);
    bench.system.call('madvise', [cold.address, COLD_BYTES, MADV.populateWrite], 'MADV_POPULATE_WRITE');
    const alone = [systemCalls(bench), hotIncrements(bench, cold), coldIncrements(bench, cold), ...pages(bench, cold)];
    if (partner === null) return alone;
    return [...alone, await contendedIncrements(bench, partner, cold), await wakeUps(bench, partner)];
  } finally {
    await partner?.close();
    cold.unmap();
  }
}

function systemCalls(bench: CalibrationBench): Primitive {
  return primitiveOf(
    { name: 'system call', cost: 'syscallNs', method: `gettid, ${CALLS} times in a row` },
    samples(bench, CALLS, () => ['systemCalls', [0, CALLS]]),
  );
}

function hotIncrements(bench: CalibrationBench, { address }: Mapping): Primitive {
  return primitiveOf(
    { name: 'atomic, hot', cost: 'atomicHotNs', method: `locked increment of one word, ${INCREMENTS} times in a row` },
    samples(bench, INCREMENTS, () => ['increments', [address, INCREMENTS, 0]]),
  );
}

function coldIncrements(bench: CalibrationBench, { address }: Mapping): Primitive {
  return primitiveOf(
    {
      name: 'atomic, cold',
      cost: 'atomicStructPageNs',
      method: `locked increment of a word every ${STRUCT_PAGE_BYTES} bytes, through ${COLD_BYTES / 2 ** 20} MiB in huge pages`,
    },
    samples(bench, INCREMENTS, (index) => {
      const first = (index * INCREMENTS * STRUCT_PAGE_BYTES) % (COLD_BYTES - INCREMENTS * STRUCT_PAGE_BYTES);
      return ['increments', [address + first, INCREMENTS, STRUCT_PAGE_BYTES]];
    }),
  );
}

function pages(bench: CalibrationBench, { address }: Mapping): Primitive[] {
  const half = COLD_BYTES / 2;
  const first = (index: number): number => address + ((index * PAGES * PAGE) % half);
  return [
    primitiveOf(
      {
        name: 'copy of a page',
        cost: 'copyPageNs',
        method: `rep movsq of ${PAGES} pages that this CPU has not touched lately`,
      },
      samples(bench, PAGES, (index) => ['copies', [first(index), PAGES, first(index) + half]]),
    ),
    primitiveOf(
      {
        name: 'zeroing of a page',
        cost: 'zeroPageNs',
        method: `rep stosq of ${PAGES} pages that this CPU has not touched lately`,
      },
      samples(bench, PAGES, (index) => ['zeroes', [first(index), PAGES]]),
    ),
  ];
}

/** Two CPUs increment one word: each waits for the other's increment, so one takes half of what an increment seems to last. */
async function contendedIncrements(
  bench: CalibrationBench,
  partner: LoopPartner,
  { address }: Mapping,
): Promise<Primitive> {
  const taken: number[] = [];
  for (let index = 0; index < SAMPLES; index++) {
    const rounds = PARTNER_FACTOR * INCREMENTS;
    const { here, there } = await partner.beside('increments', [address, rounds, 0], () =>
      bench.loops.run('increments', [address, INCREMENTS, 0]),
    );
    if (there.start < here.start && there.end > here.end) taken.push(nsOf(bench, here) / INCREMENTS / 2);
  }
  return primitiveOf(
    { name: 'atomic, contended', cost: 'contendedLineNs', method: 'locked increments of one word by two CPUs at once' },
    taken,
  );
}

async function wakeUps(bench: CalibrationBench, partner: LoopPartner): Promise<Primitive> {
  const shared = Mapping.anonymous(bench.system, PAGE);
  try {
    const { data, address } = shared;
    const { here } = await partner.beside('wakeUps', [address + FUTEX_WORD, WAKE_UPS, address + STAMPS], () => {
      const word = new Int32Array(data.buffer, FUTEX_WORD, 1);
      return Array.from({ length: WAKE_UPS }, () => {
        const asleep = process.hrtime.bigint() + BigInt(ASLEEP_NS);
        while (process.hrtime.bigint() < asleep);
        Atomics.add(word, 0, 1);
        return bench.timed.run('futex', [address + FUTEX_WORD, FUTEX_WAKE_PRIVATE, 1]).start;
      });
    });
    const latencies = here.map((woken, index) => {
      return Number(data.getBigInt64(STAMPS + 8 * index, true) - woken) / bench.ticksPerNs();
    });
    return primitiveOf(
      {
        name: 'wake-up',
        cost: 'sleepWakeUpNs',
        method: `from a futex wake-up until the sleeper runs on another CPU, ${ASLEEP_NS / 1000} us after it fell asleep`,
      },
      latencies.filter((ns) => ns > 0),
    );
  } finally {
    shared.unmap();
  }
}

function samples(
  bench: CalibrationBench,
  perRun: number,
  loop: (index: number) => [LoopName, Parameters<Loops['run']>[1]],
): number[] {
  bench.loops.run(...loop(0));
  return Array.from({ length: SAMPLES }, (_, index) => nsOf(bench, bench.loops.run(...loop(index + 1))) / perRun);
}

function nsOf({ ticksPerNs }: CalibrationBench, { start, end }: LoopTime): number {
  return Number(end - start) / ticksPerNs();
}
