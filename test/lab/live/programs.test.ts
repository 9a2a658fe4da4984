// Random programs, driven: whatever can be asked of a scenario can be asked of a simulation, and comes out the same.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LiveSimulation } from '../../../src/lab/live/live-simulation.ts';
import type { LiveSpec } from '../../../src/lab/live/live-types.ts';
import { runScenario } from '../../../src/lab/run.ts';
import type { RunRecord } from '../../../src/lab/run-types.ts';
import { type Program, programs } from '../../support/programs.ts';
import { profile } from '../../support/runs.ts';
import { windowsOf } from './live.ts';

const PROGRAMS = 8;
const EVENTS_OF_SETTLE = 2;

const specOf = ({ scenario, scheme, mapcount, seed }: Program): LiveSpec => ({
  scenario,
  profile,
  scheme,
  mapcount,
  seed,
  topics: [],
  record: null,
  keptStalls: 100_000,
});

/** What it has come to after its last operation and the time to settle, or at its end before. */
interface Driven {
  readonly windows: unknown;
  readonly state: ReturnType<LiveSimulation['state']>;
}

/** Its operations started one after the other at their times; `look` after each slice. */
function drive(program: Program, slice: number | undefined, look: (at: LiveSimulation) => void): Driven {
  const { scenario } = program;
  const simulation = new LiveSimulation({ ...specOf(program), scenario: { ...scenario, timeline: [] } });
  const go = (goal: unknown): void => {
    const read = simulation.readGoal(goal);
    for (let over = simulation.ended !== null; !over; ) {
      const { reached, stuck, ended } = simulation.advance(read, slice === undefined ? {} : { events: slice });
      look(simulation);
      over = reached || stuck || ended !== null;
    }
  };
  const entries = scenario.timeline.toSorted((a, b) => Number(a.at) - Number(b.at));
  for (const { at, ...operation } of entries) {
    go({ by: Number(at) - simulation.simTimeNs });
    if (simulation.ended === null) simulation.start(operation);
  }
  go({ until: 'operations-done' });
  go({ by: scenario.settle });
  return { windows: windowsOf(simulation), state: simulation.state() };
}

const everything = (simulation: LiveSimulation): void => {
  simulation.state();
  simulation.stalls();
  simulation.mappings();
  simulation.folios();
  simulation.locks();
  simulation.checkAtRest();
};

test('random programs: in any slices, looked at or not: the same bytes', () => {
  const property = fc.property(programs(), fc.integer({ min: 1, max: 300 }), (program, slice) => {
    let slices = 0;
    const looked = drive(program, slice, (simulation) => {
      if (slices++ % 256 === 0) everything(simulation);
    });
    expect(JSON.stringify(looked)).toBe(JSON.stringify(drive(program, undefined, () => undefined)));
  });
  fc.assert(property, { numRuns: PROGRAMS, seed: 20 });
});

test('random programs: driven, and run from a timeline: the same windows, counters and findings', () => {
  let compared = 0;
  const property = fc.property(programs(), (program) => {
    const { scenario, scheme, mapcount, seed } = program;
    const { windows, state } = drive(program, undefined, () => undefined);
    const runWindows: unknown[] = [];
    const onRecord = (record: RunRecord): void => {
      if (record.topic !== 'stall') return;
      const { topic: _, simTimeNs: __, ...window } = record;
      runWindows.push(window);
    };
    const result = runScenario({ scenario, profile, scheme, mapcount, seed, topics: ['stall'], onRecord });
    expect(state.ended === null || result.findings.some(({ kind }) => kind === state.ended)).toBe(true);
    if (state.ended !== null) return;
    compared += 1;
    const { notifier, faults, tlbFlushes, seqBumps, hugeRecoveryNs } = result;
    expect(state).toMatchObject({
      notifier,
      faults,
      tlbFlushes,
      seqBumps,
      hugeRecoveryNs,
      simTimeNs: result.simulatedNs,
    });
    expect(windows).toEqual(runWindows);
    for (const [name, count] of Object.entries(state.counters))
      expect([name, count]).toEqual([name, result.counters[name]]);
    expect(state.events).toBe(result.events - EVENTS_OF_SETTLE);
    // What a run finds at its end is not told of a simulation that has none.
    const found = result.findings.map(({ kind, simTimeNs }) => ({ kind, simTimeNs }));
    expect(found).toEqual(expect.arrayContaining(state.findings.map(({ kind, simTimeNs }) => ({ kind, simTimeNs }))));
  });
  fc.assert(property, { numRuns: PROGRAMS, seed: 21 });
  expect(compared).toBeGreaterThan(PROGRAMS / 2);
});
