// The engine against the least that could do the same work, and against rxjs' virtual clock.

import { lockClass } from '../src/engine/locks/lock-class.ts';
import { Mutex } from '../src/engine/locks/mutex.ts';
import type { Process } from '../src/engine/process.ts';
import { RandomStream } from '../src/engine/random.ts';
import { Simulation, type Timer } from '../src/engine/simulation.ts';
import { bareGeneratorLoop, generatorLoop } from './baselines/generator-loop.ts';
import { heapHold } from './baselines/heap-loop.ts';
import { virtualTimeHold, virtualTimeThinkers } from './baselines/virtual-time.ts';
import { goal, measure, millions, type Section, type Slice } from './section.ts';

const HOLD_BOUND = 1.5;
const SWITCH_BOUND = 0.6;
const VIRTUAL_TIME_BOUND = 100;
const MEAN_DELAY_NS = 10_000;
const HOLD_NS = 100;
const benchLock = lockClass('bench', 'sleeping');

export const engine: Section = {
  name: 'engine',
  title: 'Engine: events and process switches',
  run(print) {
    print('Hold model: take the first event, schedule it again after an exponential delay. Events a second.');
    for (const pending of [64, 1000, 100_000]) holdRow(pending, print);
    print('Processes that hand one mutex round, each switch from a release to the next holder. Switches a second.');
    for (const depth of [1, 6]) {
      for (const count of [100, 1000, 10_000]) switchRow(count, depth, print);
    }
    print('Processes that hold one mutex for a time and then think. Resumes a second.');
    for (const count of [100, 1000, 10_000]) thinkRow(count, print);
  },
};

function holdRow(pending: number, print: (line: string) => void): void {
  const delays = exponentialDelays(MEAN_DELAY_NS);
  const own = { prepare: () => engineTimers(pending, delays), firstSlice: 50_000 };
  const heap = { prepare: () => heapHold(pending, delays), firstSlice: 50_000 };
  const processes = { prepare: () => engineHolders(pending, delays), firstSlice: 50_000 };
  const virtual = { prepare: () => virtualTimeHold(pending, delays), firstSlice: 2 };
  // Two at a time: with 100,000 pending, a third one would empty the caches of the other two.
  const byTimers = measure({ own, heap });
  const byProcesses = measure({ processes, heap });
  const byVirtual = measure({ own, virtual });
  const time = byTimers.ratio('heap', 'own');
  print(
    `${label(pending, 'pending')} engine ${millions(byTimers.of('own'))} (as processes ${millions(byProcesses.of('processes'))}), bare heap loop ${millions(byTimers.of('heap'))}, VirtualTimeScheduler ${millions(byVirtual.of('virtual'))}`,
  );
  print(
    `${label()} ${time.toFixed(2)} of the heap loop's time an event (at most ${HOLD_BOUND}: ${goal(time <= HOLD_BOUND)}; as processes ${byProcesses.ratio('heap', 'processes').toFixed(2)}), ${overVirtualTime(byVirtual.ratio('own', 'virtual'))}`,
  );
}

function switchRow(count: number, depth: number, print: (line: string) => void): void {
  const rates = measure({
    engine: { prepare: () => engineSwitches(count, depth), firstSlice: 50_000 },
    loop: { prepare: () => generatorLoop(count, depth), firstSlice: 50_000 },
    bare: { prepare: () => bareGeneratorLoop(count, depth), firstSlice: 50_000 },
  });
  const part = rates.ratio('engine', 'loop');
  print(
    `${label(count, depth === 1 ? 'flat' : `${depth} deep`)} engine ${millions(rates.of('engine'))}, generator loop ${millions(rates.of('loop'))}, with the hand-over in the body ${millions(rates.of('bare'))}`,
  );
  print(
    `${label()} ${part.toFixed(2)} of the generator loop (at least ${SWITCH_BOUND}: ${goal(part >= SWITCH_BOUND)}), ${rates.ratio('engine', 'bare').toFixed(2)} of the one with the hand-over in the body`,
  );
}

function thinkRow(count: number, print: (line: string) => void): void {
  // As many think as keep the mutex just busy.
  const delays = exponentialDelays(count * HOLD_NS);
  const rates = measure({
    engine: { prepare: () => engineThinkers(count, delays), firstSlice: 50_000 },
    virtual: { prepare: () => virtualTimeThinkers(count, HOLD_NS, delays), firstSlice: 2 },
  });
  print(
    `${label(count, 'thinking')} engine ${millions(rates.of('engine'))}, VirtualTimeScheduler ${millions(rates.of('virtual'))}: ${overVirtualTime(rates.ratio('engine', 'virtual'))}`,
  );
}

const label = (count?: number, what = ''): string =>
  count === undefined ? ' '.repeat(18) : `${String(count).padStart(9)} ${what.padEnd(8)}`;

const overVirtualTime = (times: number): string =>
  `${times.toFixed(0)}x VirtualTimeScheduler (over ${VIRTUAL_TIME_BOUND}x: ${goal(times > VIRTUAL_TIME_BOUND)})`;

/** One table for all contenders, so that none of them pays for the draw. */
function exponentialDelays(meanNs: number): Int32Array {
  const random = new RandomStream(1, 'bench delays');
  return Int32Array.from({ length: 2 ** 16 }, () => 1 + Math.floor(random.exponential() * meanNs));
}

const inSlices =
  (sim: Simulation): Slice =>
  (count) => {
    const before = sim.events;
    const outcome = sim.run({ events: before + count });
    if (outcome.kind !== 'event-budget') throw new Error(`the bench ended early: ${outcome.kind}`);
    return sim.events - before;
  };

function engineTimers(pending: number, delays: Int32Array): Slice {
  const sim = new Simulation({ seed: 1 });
  const mask = delays.length - 1;
  let drawn = 0;
  const again = (timer: Timer): void => timer.arm(sim.now + (delays[drawn++ & mask] as number));
  for (let at = 0; at < pending; at++) again(sim.timer(again));
  return inSlices(sim);
}

function engineHolders(pending: number, delays: Int32Array): Slice {
  const sim = new Simulation({ seed: 1 });
  const mask = delays.length - 1;
  let drawn = 0;
  function* holder(): Process {
    for (;;) yield delays[drawn++ & mask] as number;
  }
  for (let at = 0; at < pending; at++) sim.spawn('holder', holder());
  return inSlices(sim);
}

function engineSwitches(count: number, depth: number): Slice {
  const sim = new Simulation({ seed: 1 });
  const mutex = new Mutex(sim, benchLock);
  function* contend(): Process {
    yield* mutex.acquire();
    // The first holder lets the others come and queue.
    yield 1;
    for (;;) {
      yield* mutex.release();
      yield* mutex.acquire();
    }
  }
  function* nested(deeper: number): Process {
    if (deeper === 0) yield* contend();
    else yield* nested(deeper - 1);
  }
  for (let at = 0; at < count; at++) sim.spawn('contender', depth === 1 ? contend() : nested(depth - 2));
  return inSlices(sim);
}

function engineThinkers(count: number, delays: Int32Array): Slice {
  const sim = new Simulation({ seed: 1 });
  const mutex = new Mutex(sim, benchLock);
  const mask = delays.length - 1;
  let drawn = 0;
  function* think(): Process {
    for (;;) {
      yield* mutex.acquire();
      yield* sim.spend(HOLD_NS);
      yield* mutex.release();
      yield delays[drawn++ & mask] as number;
    }
  }
  for (let at = 0; at < count; at++) sim.spawn('thinker', think(), { delayNs: delays[drawn++ & mask] as number });
  return inSlices(sim);
}
