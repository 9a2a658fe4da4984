import { describe, expect, test } from 'vitest';
import type { LiveSimulation } from '../../../src/lab/live/live-simulation.ts';
import type { RunRecord } from '../../../src/lab/run-types.ts';
import { topics } from '../../../src/lab/vocabulary.ts';
import { advance, live, small } from './live.ts';

const everything = { topics: topics.map(({ id }) => id), record: {} };

const worlds: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['hugetlb, strides', small],
  [
    'hugetlb on 6.1, where every lap of a retry is stepped',
    { ...small, machine: { kernel: '6.1' }, guest: { pattern: 'zipf' } },
  ],
  [
    'anonymous, uniform',
    { vm: { ...small.vm, backing: 'anonymous' }, guest: { pattern: 'uniform', writeFraction: 0.5 } },
  ],
];

/** All that can be seen of it, and all that it has told. */
interface Seen {
  readonly records: string;
  readonly looks: string;
}

function drive(
  world: Readonly<Record<string, unknown>>,
  events: number | undefined,
  look: (at: LiveSimulation) => void,
): Seen {
  const records: RunRecord[] = [];
  const simulation = live({ ...world, ...everything }, (record) => records.push(record));
  const looks: unknown[] = [];
  const go = (goal: unknown): void => {
    const read = simulation.readGoal(goal);
    for (;;) {
      const progress = simulation.advance(read, events === undefined ? {} : { events });
      look(simulation);
      if (progress.reached || progress.stuck || progress.ended !== null) break;
    }
    looks.push(all(simulation));
  };
  go({ by: '30us' });
  simulation.start({ operation: 'madv-collapse' });
  go({ by: '15us' });
  simulation.start({ operation: 'migrate-pages', range: { start: '2MiB', length: '2MiB' } });
  go({ until: 'operations-done' });
  go({ until: 'idle' });
  simulation.start({ operation: 'madv-dontneed', range: { start: 0, length: '2MiB' } });
  go({ until: 'idle' });
  go({ by: '40us' });
  return { records: JSON.stringify(records), looks: JSON.stringify(looks) };
}

const all = (simulation: LiveSimulation): unknown[] => [
  simulation.state(),
  simulation.stalls(),
  simulation.mappings(),
  simulation.folios(),
  simulation.locks(),
  simulation.records(),
  simulation.checkAtRest(),
];

describe('LiveSimulation.advance: slices', () => {
  test.each(worlds)(
    '%s: in one go, in slices of 1, 7 and 1000 events, looked at after each or not: the same bytes',
    (_, world) => {
      const whole = drive(world, undefined, () => undefined);
      expect(JSON.parse(whole.records).length).toBeGreaterThan(20);
      expect(drive(world, undefined, () => undefined)).toEqual(whole);
      for (const events of [1, 7, 1000]) expect(drive(world, events, () => undefined)).toEqual(whole);
      let count = 0;
      const looked = drive(world, 7, (simulation) => {
        if (count++ % 50 === 0) all(simulation);
      });
      expect(looked).toEqual(whole);
    },
  );

  test('a slice: no more events than it has', () => {
    const simulation = live();
    simulation.start({ operation: 'madv-collapse' });
    const before = simulation.events;
    const progress = simulation.advance({ until: 'operations-done' }, { events: 100 });
    const { simTimeNs } = simulation;
    expect(progress).toEqual({ simTimeNs, events: before + 100, reached: false, stuck: false, ended: null });
  });

  test('a goal that is reached: no event, and no time', () => {
    const simulation = live();
    advance(simulation, { until: 'idle' });
    const { simTimeNs, events } = simulation;
    expect(simulation.advance({ until: 'idle' })).toMatchObject({ simTimeNs, events, reached: true });
    expect(simulation.advance({ untilNs: simTimeNs })).toMatchObject({ simTimeNs, events, reached: true });
  });

  test('guests that only hit, and nothing else to do: time passes as far as it was asked to', () => {
    const simulation = live();
    expect(advance(simulation, { by: '10ms' })).toMatchObject({ simTimeNs: 10_000_000, events: 2, reached: true });
    expect(simulation.state().vcpus.map(({ touches }) => touches)).toEqual([100_000, 100_000]);
  });
});
