// The engine against the least that could do the same work, and against rxjs' virtual clock.

import { lockClass } from '../src/engine/locks/lock-class.ts';
import { Mutex } from '../src/engine/locks/mutex.ts';
import type { Process } from '../src/engine/process.ts';
import { RandomStream } from '../src/engine/random.ts';
import { Simulation } from '../src/engine/simulation.ts';
import { generatorLoop } from './baselines/generator-loop.ts';
import { heapHold } from './baselines/heap-loop.ts';
import { virtualTimeHold, virtualTimeSwitches } from './baselines/virtual-time.ts';
import { goal, measure, millions, type Section, type Slice } from './section.ts';

const HOLD_BOUND = 1.5;
const SWITCH_BOUND = 0.6;
const VIRTUAL_TIME_BOUND = 100;
const benchLock = lockClass('bench', 'sleeping');

export const engine: Section = {
  name: 'engine',
  title: 'Engine: events and process switches',
  run(print) {
    print('Hold model (take the first event, schedule it again after an exponential delay), events a second');
    for (const pending of [64, 1000, 100_000]) holdRow(pending, print);
    print('Processes that hand one mutex round, switches a second');
    for (const depth of [1, 6]) {
      for (const count of [100, 1000, 10_000]) switchRow(count, depth, print);
    }
  },
};

function holdRow(pending: number, print: (line: string) => void): void {
  const delays = exponentialDelays(10_000);
  const rates = measure([
    { name: 'engine', prepare: () => engineHold(pending, delays), firstSlice: 50_000 },
    { name: 'heap', prepare: () => heapHold(pending, delays), firstSlice: 50_000 },
    { name: 'virtual', prepare: () => virtualTimeHold(pending, delays), firstSlice: 2 },
  ]);
  const [own, heap, virtual] = ['engine', 'heap', 'virtual'].map((name) => rates.get(name) as number) as [
    number,
    number,
    number,
  ];
  print(
    `  ${String(pending).padStart(7)} pending: engine ${millions(own)}, bare heap loop ${millions(heap)}, VirtualTimeScheduler ${millions(virtual)}`,
  );
  print(
    `          time an event ${(heap / own).toFixed(2)}x of the heap loop (at most ${HOLD_BOUND}x: ${goal(heap / own <= HOLD_BOUND)}); ` +
      `${(own / virtual).toFixed(0)}x VirtualTimeScheduler (over ${VIRTUAL_TIME_BOUND}x: ${goal(own / virtual > VIRTUAL_TIME_BOUND)})`,
  );
}

function switchRow(count: number, depth: number, print: (line: string) => void): void {
  const flat = depth === 1;
  const rates = measure([
    { name: 'engine', prepare: () => engineSwitches(count, depth), firstSlice: 50_000 },
    { name: 'generators', prepare: () => generatorLoop(count, depth), firstSlice: 50_000 },
    ...(flat ? [{ name: 'virtual', prepare: () => virtualTimeSwitches(count), firstSlice: 2 }] : []),
  ]);
  const own = rates.get('engine') as number;
  const generators = rates.get('generators') as number;
  const virtual = rates.get('virtual');
  print(
    `  ${String(count).padStart(7)} processes, ${depth === 1 ? 'flat' : `${depth} calls deep`}: engine ${millions(own)}, bare generator loop ${millions(generators)}` +
      (virtual === undefined ? '' : `, VirtualTimeScheduler ${millions(virtual)}`),
  );
  print(
    `          ${(own / generators).toFixed(2)} of the generator loop (at least ${SWITCH_BOUND}: ${goal(own / generators >= SWITCH_BOUND)})` +
      (virtual === undefined
        ? ''
        : `; ${(own / virtual).toFixed(0)}x VirtualTimeScheduler (over ${VIRTUAL_TIME_BOUND}x: ${goal(own / virtual > VIRTUAL_TIME_BOUND)})`),
  );
}

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

function engineHold(pending: number, delays: Int32Array): Slice {
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
  function* call(deeper: number): Process {
    if (deeper === 0) yield* contend();
    else yield* call(deeper - 1);
  }
  for (let at = 0; at < count; at++) sim.spawn('contender', depth === 1 ? contend() : call(depth - 2));
  return inSlices(sim);
}
