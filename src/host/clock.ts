// Time stamps and nanoseconds. The guest reads the time-stamp counter, and so does the host; how fast it runs and by how
// much the guest's differs from the host's is measured, not assumed.

import type { GuestVcpu } from './guest-vcpu.ts';
import { CLOCK_MONOTONIC_RAW, PAGE } from './linux.ts';
import { Mapping } from './mapping.ts';
import { sleepMs } from './sleep.ts';
import type { System } from './system.ts';
import type { TimedCalls } from './timed-call.ts';

/** Of both clocks at one time. */
export interface Reading {
  readonly ticks: bigint;
  readonly ns: bigint;
}

const TRIES = 20;
const ROUNDS = 20_000;
const BATCHES = 5;
const BATCHES_TRIED = 500;
const TOUCHES_WHILE_RUNNING = 1_000n;

/** How fast the counter runs: against CLOCK_MONOTONIC_RAW, which no time service bends. */
export class TscClock {
  readonly #system: System;
  readonly #timed: TimedCalls;
  readonly #first: Reading;

  constructor(system: System, timed: TimedCalls) {
    this.#system = system;
    this.#timed = timed;
    this.#first = this.read();
  }

  /** Since the clock was made: the longer ago that is, the more exact. */
  ticksPerNs(): number {
    const now = this.read();
    return Number(now.ticks - this.#first.ticks) / Number(now.ns - this.#first.ns);
  }

  /** The reading with the least time around it, out of several. */
  read(): Reading {
    const time = Mapping.anonymous(this.#system, PAGE);
    try {
      let best: Reading = { ticks: 0n, ns: 0n };
      let width = 2n ** 62n;
      for (let round = 0; round < TRIES; round++) {
        const { start, end } = this.#timed.run('clock_gettime', [CLOCK_MONOTONIC_RAW, time.address]);
        if (end - start >= width) continue;
        width = end - start;
        const ns = time.data.getBigInt64(0, true) * 1_000_000_000n + time.data.getBigInt64(8, true);
        best = { ticks: start + width / 2n, ns };
      }
      return best;
    } finally {
      time.unmap();
    }
  }
}

/**
 * The guest's counter less the host's. The guest leaves its last time stamp in memory, and the host reads its counter right
 * behind that; so every difference is at most the true one, and the largest of many is it, but for the time of a touch.
 */
export async function guestLead(timed: TimedCalls, vcpu: GuestVcpu): Promise<bigint> {
  let largest: bigint | null = null;
  // What is read while the vCPU has no CPU says nothing; so the batches count in which it went on.
  for (let running = 0, tried = 0; running < BATCHES && tried < BATCHES_TRIED; tried++) {
    const before = vcpu.touches;
    const lead = timed.largestLead(vcpu.clockAddress, ROUNDS);
    if (vcpu.touches - before < TOUCHES_WHILE_RUNNING) await sleepMs(1);
    else running += 1;
    if (largest === null || lead > largest) largest = lead;
  }
  return largest ?? 0n;
}
