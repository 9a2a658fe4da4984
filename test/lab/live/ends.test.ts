import { describe, expect, test } from 'vitest';
import { LiveEnded } from '../../../src/lab/live/live-ended.ts';
import { LiveSimulation } from '../../../src/lab/live/live-simulation.ts';
import { readLiveRequest } from '../../../src/lab/live/request.ts';
import { profileWith } from '../../support/runs.ts';
import { errorsOf } from '../errors.ts';
import { advance, live, small } from './live.ts';

const collapsing = {
  vm: { vcpus: 1, memory: '8MiB', backing: 'hugetlb-2m', mapped: '4k' },
  guest: { pattern: 'idle' },
} as const;

function endOf(call: () => unknown): LiveEnded {
  try {
    call();
  } catch (error) {
    if (error instanceof LiveEnded) return error;
    throw error;
  }
  throw new Error('it goes on');
}

/** Nothing moves it any more, and everything can still be looked at. */
function expectOver(simulation: LiveSimulation, ended: string, message: RegExp): void {
  const before = JSON.stringify(simulation.state());
  for (const call of [
    () => simulation.advance({ until: 'idle' }),
    () => simulation.advance({ untilNs: 10 ** 12 }),
    () => simulation.start({ operation: 'munmap' }),
  ]) {
    const error = endOf(call);
    expect(error.ended).toBe(ended);
    expect(error.message).toMatch(message);
  }
  expect(JSON.stringify(simulation.state())).toBe(before);
  expect(simulation.ended).toBe(ended);
  simulation.mappings();
  simulation.folios();
  simulation.stalls();
  simulation.locks();
  simulation.setTopics(['stall']);
}

describe('ends of a live simulation', () => {
  test.each([1, 13, undefined])(
    'its events are used up, in slices of %s: it ends with a finding, at exactly so many',
    (slice) => {
      const simulation = live({ ...small, limits: { events: 500 } });
      simulation.start({ operation: 'madv-collapse' });
      const progress = advance(simulation, { until: 'operations-done' }, slice);
      expect(progress).toMatchObject({ events: 500, reached: false, stuck: false, ended: 'event-budget' });
      expect(simulation.state().findings).toMatchObject([{ kind: 'event-budget', evidence: { events: 500 } }]);
      expectOver(
        simulation,
        'event-budget',
        /has ended \(event-budget\): the run met its budget of 500 events \(limits.events\)/,
      );
    },
  );

  test('its time is used up: it ends at that time, whether or not anything happens then', () => {
    for (const guest of [{ pattern: 'idle' }, { pattern: 'stride' }]) {
      const simulation = live({ ...small, guest, settle: 0, limits: { simulated: '1ms' } });
      expect(advance(simulation, { by: '1ms' })).toMatchObject({ simTimeNs: 1e6, reached: true, ended: null });
      expect(advance(simulation, { by: 1 })).toMatchObject({ simTimeNs: 1e6, reached: false, ended: 'time-budget' });
      expect(simulation.state().findings.map(({ kind }) => kind)).toEqual(['time-budget']);
      expectOver(simulation, 'time-budget', /budget of 1000000 ns/);
    }
  });

  test.each([1, undefined])(
    'two collapses of HGM v1 that relock in the wrong order, in slices of %s: a deadlock',
    (slice) => {
      const simulation = live({ ...collapsing, hgm: { version: 'v1' } });
      simulation.start({ operation: 'madv-collapse', range: { start: 0, length: '4MiB' } });
      advance(simulation, { by: '1us' });
      simulation.start({ operation: 'madv-collapse', range: { start: '4MiB' } });
      expect(advance(simulation, { by: '5ms' }, slice)).toMatchObject({
        reached: false,
        stuck: false,
        ended: 'deadlock',
      });
      expect(simulation.simTimeNs).toBeLessThan(1e6);
      const kinds = simulation.state().findings.map(({ kind }) => kind);
      expect(kinds).toEqual(['lockdep-order-inversion', 'lockdep-deadlock', 'deadlock']);
      // Who waits for whom is there to be looked at.
      const waits = simulation
        .locks()
        .flatMap(({ lockClass, holders, waiters }) =>
          waiters.map(({ task }) => [task, lockClass, holders.map((holder) => holder.task)]),
        );
      expect(waits).toEqual([
        ['vmm1', 'i_mmap_rwsem', ['vmm0']],
        ['vmm0', 'hugetlb_vma_lock', ['vmm1']],
      ]);
      expectOver(simulation, 'deadlock', /vmm0 waits for hugetlb_vma_lock; vmm1 waits for i_mmap_rwsem/);
    },
  );

  test('a model that asks for half a nanosecond: it has failed, and nothing is thrown', () => {
    const spec = readLiveRequest({ ...small, scheme: 'range' });
    const simulation = new LiveSimulation({ ...spec, profile: profileWith({ rwsemNs: 0.5 }) });
    simulation.start({ operation: 'madv-collapse' });
    expect(advance(simulation, { by: '1ms' })).toMatchObject({ reached: false, ended: 'failed' });
    expect(simulation.state().endMessage).toMatch(
      /^task "vmm0" at \d+ ns: waits until [\d.]+ ns, which is no integer time$/,
    );
    expect(simulation.state().findings).toEqual([]);
    expectOver(simulation, 'failed', /which is no integer time/);
  });

  test('vCPUs that wait for an operation which nobody has started: stuck, and no end', () => {
    const simulation = live({ vm: { ...small.vm, mapped: 'none' }, userfault: { mode: 'missing' } });
    expect(advance(simulation, { until: 'idle' })).toMatchObject({ reached: false, stuck: true, ended: null });
    expect(simulation.checkAtRest()).toBeNull();
    expect(advance(simulation, { until: 'operations-done' })).toMatchObject({ reached: true });
    expect(advance(simulation, { by: '1ms' })).toMatchObject({ reached: true, stuck: false });
    simulation.start({ operation: 'uffdio-copy' });
    expect(advance(simulation, { until: 'idle' })).toMatchObject({ reached: true, stuck: false });
    expect(simulation.checkAtRest()).toEqual([]);
  });

  test('a guest without its memory: it has left, and the others go on', () => {
    const simulation = live({ ...small, guest: { partitioned: true } });
    simulation.start({ operation: 'munmap', range: { start: 0, length: '2MiB' } });
    expect(advance(simulation, { until: 'idle' }).reached).toBe(true);
    advance(simulation, { by: '1ms' });
    const [first, second] = simulation.state().vcpus;
    expect([first?.state, second?.state]).toEqual(['left', 'running']);
    expect(first?.sinceNs).toBe(simulation.state().findings[0]?.simTimeNs);
    expect(simulation.state().findings.map(({ kind }) => kind)).toEqual(['guest-efault']);
  });

  test('what is wrong at rest: found by the look, as often as one looks, and kept by nobody', () => {
    const simulation = live({ ...collapsing, vm: { ...collapsing.vm, memory: '4MiB' }, hgm: { version: 'v2' } });
    expect(simulation.checkAtRest()).toEqual([]);
    simulation.start({ operation: 'madv-collapse' });
    advance(simulation, { by: '30us' });
    expect(simulation.checkAtRest()).toBeNull();
    // Truncation beside a collapse that excludes nobody from the tables: the page is mapped again that has left the file.
    simulation.start({ operation: 'truncate', range: { start: '2MiB' } });
    advance(simulation, { until: 'idle' });
    for (let times = 0; times < 20; times++) {
      expect(simulation.checkAtRest()).toMatchObject([{ kind: 'mapped-outside-file', records: [] }]);
    }
    expect(simulation.state().findings).toEqual([]);
  });

  test('more operations than a simulation may have: refused, and it goes on', () => {
    const simulation = live({ vm: { ...small.vm, mapped: '2m' }, guest: { pattern: 'idle' } });
    for (let count = 0; count < 10_000; count++) simulation.start(page(count));
    expect(errorsOf(() => simulation.start(page(0)))).toEqual([
      { path: '', message: 'a simulation takes at most 10000 operations, and has had them' },
    ]);
    expect(advance(simulation, { until: 'operations-done' }).reached).toBe(true);
  });

  test('goals that are none: refused, with what is allowed', () => {
    const simulation = live(small);
    const refused = (goal: unknown) => errorsOf(() => simulation.readGoal(goal));
    expect(refused({})).toEqual([{ path: '', message: 'must have one of the fields by, until' }]);
    expect(refused({ by: 1, until: 'idle' })).toEqual([{ path: '', message: 'must have one of the fields by, until' }]);
    expect(refused({ by: -1 })).toMatchObject([
      { path: 'by', message: expect.stringContaining('must be a time from 0ns to 10min') },
    ]);
    expect(refused({ until: 'done' })).toMatchObject([
      { path: 'until', message: expect.stringContaining('"operations-done", "idle"') },
    ]);
    advance(simulation, { by: '3us' });
    expect(simulation.readGoal({ by: '5us' })).toEqual({ untilNs: 8000 });
    expect(simulation.readGoal({ until: 'idle' })).toEqual({ until: 'idle' });
  });
});

const page = (count: number) => ({
  operation: 'madv-dontneed',
  range: { start: (count % 2) * 2 ** 21, length: 2 ** 21 },
});
