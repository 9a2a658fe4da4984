import { describe, expect, test } from 'vitest';
import { loadScenario } from '../../../src/lab/library.ts';
import { LiveSimulation } from '../../../src/lab/live/live-simulation.ts';
import type { LiveSpec } from '../../../src/lab/live/live-types.ts';
import { runScenario } from '../../../src/lab/run.ts';
import type { NotifierSchemeId, RunRecord, RunResult } from '../../../src/lab/run-types.ts';
import type { Scenario, TimelineEntry } from '../../../src/lab/scenario.ts';
import type { Overrides } from '../../../src/lab/scenario-overrides.ts';
import { profile } from '../../support/runs.ts';
import { advance, windowsOf } from './live.ts';

const collapse: Overrides = {
  'vm.memory': '4MiB',
  'vm.vcpus': 3,
  'timeline.0.at': '50us',
  'timeline.0.range.length': '4MiB',
  'timeline.0.step': null,
  settle: '300us',
};
const thp: Overrides = { 'vm.memory': '8MiB', 'vm.vcpus': 2, 'timeline.0.at': '50us', settle: '300us' };

const cases: readonly (readonly [what: string, name: string, Overrides, NotifierSchemeId])[] = [
  ['hgm collapse', 'hgm-collapse-2m', collapse, 'range'],
  ['hgm collapse', 'hgm-collapse-2m', collapse, 'post-collapse/promote'],
  ['hgm collapse on 6.1', 'hgm-collapse-2m', { ...collapse, 'machine.kernel': '6.1' }, 'range-chunked'],
  [
    'migration of zipf memory',
    'hgm-collapse-2m',
    { ...collapse, 'guest.pattern': 'zipf', 'timeline.0.operation': 'migrate-pages' },
    'range',
  ],
  [
    'zap of uniform memory',
    'hgm-collapse-2m',
    { ...collapse, 'guest.pattern': 'uniform', 'timeline.0.operation': 'madv-dontneed' },
    'range',
  ],
  [
    'collapse over shadow paging',
    'hgm-collapse-2m',
    { ...collapse, 'vm.mmu': 'shadow', 'vm.guestPage': '2m' },
    'range',
  ],
  [
    'fork of hugetlb',
    'hgm-collapse-2m',
    { ...collapse, 'timeline.0.operation': 'fork', 'timeline.0.copyHugetlb': true, 'timeline.0.childLives': '20us' },
    'range',
  ],
  ['thp collapse', 'thp-anon-collapse', { ...thp, 'timeline.0.range.length': '8MiB' }, 'range'],
  [
    'fork of anonymous memory',
    'thp-anon-collapse',
    { ...thp, 'timeline.0.range.length': '8MiB', 'timeline.0.operation': 'fork', 'timeline.0.childLives': '20us' },
    'range',
  ],
  ['shmem collapse', 'thp-shmem-collapse', { ...thp, 'timeline.0.range.length': '8MiB' }, 'narrow'],
];

const inputOf = (scenario: Scenario, scheme: NotifierSchemeId) => ({
  scenario,
  profile,
  scheme,
  mapcount: scenario.mapcount,
  seed: 7,
});

const specOf = (scenario: Scenario, scheme: NotifierSchemeId): LiveSpec => ({
  ...inputOf(scenario, scheme),
  topics: [],
  record: null,
  keptStalls: 1000,
});

function runOf(scenario: Scenario, scheme: NotifierSchemeId): { result: RunResult; windows: unknown[] } {
  const windows: unknown[] = [];
  const onRecord = (record: RunRecord): void => {
    if (record.topic !== 'stall') return;
    const { topic: _, simTimeNs: __, ...window } = record;
    windows.push(window);
  };
  return { result: runScenario({ ...inputOf(scenario, scheme), topics: ['stall'], onRecord }), windows };
}

/** The task with which a run lets time pass at its end: its two steps are events. */
const EVENTS_OF_SETTLE = 2;

function expectSame(simulation: LiveSimulation, { result, windows }: ReturnType<typeof runOf>): void {
  const state = simulation.state();
  expect(windowsOf(simulation)).toEqual(windows);
  expect(
    state.operations.map(({ operation, startNs, durationNs, errno }) => ({ operation, startNs, durationNs, errno })),
  ).toEqual(result.operations);
  const { notifier, tlbFlushes, seqBumps, hugeRecoveryNs, faults, findings } = result;
  expect(state).toMatchObject({
    notifier,
    tlbFlushes,
    seqBumps,
    hugeRecoveryNs,
    faults,
    simTimeNs: result.simulatedNs,
  });
  expect(findings.map(({ kind }) => kind).filter((kind) => kind !== 'stall-at-end')).toEqual(
    state.findings.map(({ kind }) => kind),
  );
  // What takes a walk over all folios or waits is told of runs alone.
  for (const [name, count] of Object.entries(state.counters))
    expect([name, count]).toEqual([name, result.counters[name]]);
  expect(state.vcpus.reduce((sum, { touches }) => sum + touches, 0)).toBe(result.guest.touches);
  expect(state.events).toBe(result.events - EVENTS_OF_SETTLE);
}

describe('LiveSimulation: the same as a run', () => {
  test.each(cases)(
    '%s (%s): its own timeline as it stands: windows, counters and events of the run',
    (_, name, overrides, scheme) => {
      const scenario = loadScenario(name, overrides);
      const simulation = new LiveSimulation(specOf(scenario, scheme));
      expect(advance(simulation, { until: 'operations-done' }).reached).toBe(true);
      expect(advance(simulation, { by: scenario.settle }).reached).toBe(true);
      expectSame(simulation, runOf(scenario, scheme));
    },
  );

  test.each(cases)('%s (%s): the operation started live at its time: the same', (_, name, overrides, scheme) => {
    const scenario = loadScenario(name, overrides);
    const simulation = new LiveSimulation(specOf({ ...scenario, timeline: [] }, scheme));
    for (const { at, ...operation } of scenario.timeline as readonly TimelineEntry[]) {
      if (at === 'after-previous') advance(simulation, { until: 'operations-done' });
      else advance(simulation, { by: at - simulation.simTimeNs });
      simulation.start(operation);
    }
    advance(simulation, { until: 'operations-done' });
    advance(simulation, { by: scenario.settle });
    expectSame(simulation, runOf(scenario, scheme));
  });

  test('a migration: operations-done is when its last page is there', () => {
    const scenario = loadScenario('postcopy-4k', {
      'vm.memory': '4MiB',
      'vm.vcpus': 4,
      'vm.backing': 'hugetlb-2m',
      'peer.collapse': '2m',
      'guest.thinkNs': '20us',
      settle: '500us',
    });
    const simulation = new LiveSimulation(specOf(scenario, 'range'));
    expect(advance(simulation, { until: 'operations-done' }, 1000).reached).toBe(true);
    expect(simulation.simTimeNs).toBeGreaterThan(simulation.state().counters.postCopyCompleteNs ?? Number.NaN);
    advance(simulation, { by: scenario.settle });
    expectSame(simulation, runOf(scenario, 'range'));
  });
});
