// What this host's primitive steps cost, each measured many times.

import { setTimeout } from 'node:timers/promises';
import { whatIsMissing } from '../availability.ts';
import { TscClock } from '../clock.ts';
import { allowedCpus, pinTo } from '../cpus.ts';
import { LruDrain } from '../lru-drain.ts';
import { System } from '../system.ts';
import { TimedCalls } from '../timed-call.ts';
import { takeTurn } from '../turn.ts';
import { warmMemory } from '../warm-memory.ts';
import { exitPrimitive, guestPrimitives } from './guest-primitives.ts';
import { Loops } from './loops.ts';
import { memoryPrimitives, populations } from './memory-primitives.ts';
import { overRounds, type Primitive } from './primitive.ts';
import { processorPrimitives } from './processor-primitives.ts';
import { retrySleepPrimitives } from './retry-sleep.ts';

export interface Calibration {
  readonly primitives: readonly Primitive[];
  readonly ticksPerNs: number;
}

const WARM_BYTES = 160 * 1024 * 1024;
const CLOCK_WARM_UP_MS = 50;

/** Times at which everything is looked at: neighbours of a machine come and go. */
const ROUNDS = 4;

export async function calibrate(): Promise<Calibration> {
  const hasGuest = whatIsMissing() === null;
  const rounds: Primitive[][] = [];
  let ticksPerNs = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const guest = hasGuest ? await guestPrimitives() : [];
    const host = await hostPrimitives(hasGuest);
    ticksPerNs = host.ticksPerNs;
    rounds.push([...host.primitives, ...guest]);
  }
  const primitives = overRounds(rounds);
  const fault = primitives.find(({ name }) => name === 'guest fault, page in the cache');
  const sleeps = hasGuest ? await retrySleepPrimitives(fault?.p50 ?? 0) : [];
  return { primitives: [...primitives, ...sleeps], ticksPerNs };
}

/** What needs no guest. */
async function hostPrimitives(hasGuest: boolean): Promise<Calibration> {
  const system = await System.load();
  const cleanup = new DisposableStack();
  try {
    cleanup.defer(await takeTurn(system));
    const timed = new TimedCalls(system);
    cleanup.defer(() => timed.close());
    const loops = new Loops(system);
    cleanup.defer(() => loops.close());
    const drain = new LruDrain(system);
    cleanup.defer(() => drain.close());
    const clock = new TscClock(system, timed);
    const cpus = allowedCpus(system);
    const [own, partnerCpu = null] = cpus;
    if (own !== undefined) pinTo(system, own);
    cleanup.defer(() => pinTo(system, ...cpus));
    warmMemory(system, WARM_BYTES);
    await setTimeout(CLOCK_WARM_UP_MS);
    const bench = { system, timed, loops, drain, ticksPerNs: () => clock.ticksPerNs(), partnerCpu };
    const primitives = [
      ...(await processorPrimitives(bench)),
      ...(hasGuest ? [] : memoryPrimitives(bench)),
      ...populations(bench),
      ...(hasGuest ? [exitPrimitive(bench)] : []),
    ];
    return { primitives, ticksPerNs: clock.ticksPerNs() };
  } finally {
    cleanup.dispose();
  }
}
