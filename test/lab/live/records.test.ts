import { describe, expect, test } from 'vitest';
import { LiveSimulation } from '../../../src/lab/live/live-simulation.ts';
import { readLiveRequest } from '../../../src/lab/live/request.ts';
import { runTrace } from '../../../src/lab/run-trace.ts';
import type { RunRecord, Topic } from '../../../src/lab/run-types.ts';
import { topics } from '../../../src/lab/vocabulary.ts';
import { recordsOf } from '../../support/runs.ts';
import { errorsOf, pathsOf } from '../errors.ts';
import { advance, live, small } from './live.ts';

const topicsOf = (records: readonly RunRecord[]): Topic[] => [...new Set(records.map(({ topic }) => topic))].sort();

function collapseIn(simulation: LiveSimulation): void {
  simulation.start({ operation: 'madv-collapse' });
  advance(simulation, { until: 'idle' });
}

describe('LiveSimulation: records', () => {
  test('topics that change while it runs: each is heard from then on, and no longer than it is asked for', () => {
    const heard: RunRecord[] = [];
    const simulation = live(small, (record) => heard.push(record));
    const take = (): RunRecord[] => heard.splice(0);
    collapseIn(simulation);
    expect(take()).toEqual([]);
    simulation.setTopics(['operation', 'stall']);
    simulation.start({ operation: 'madv-dontneed' });
    advance(simulation, { by: '2us' });
    simulation.setTopics(['operation', 'notifier', 'fault', 'progress']);
    advance(simulation, { until: 'idle' });
    const records = take();
    expect(topicsOf(records)).toEqual(['fault', 'notifier', 'operation', 'progress']);
    const operations = recordsOf(records, 'operation').map(({ event, index, task }) => [event, index, task]);
    expect(operations).toEqual([
      ['start', 1, 'vmm1'],
      ['end', 1, 'vmm1'],
    ]);
    expect(recordsOf(records, 'progress').at(-1)).toMatchObject({ done: 2, total: 2 });
    simulation.setTopics([]);
    collapseIn(simulation);
    expect(take()).toEqual([]);
  });

  test('an observer that throws, or that changes the topics from within: the simulation is the same', () => {
    const undisturbed = live({ ...small, topics: ['fault', 'vcpu'] });
    const disturbed = live({ ...small, topics: ['fault', 'vcpu'] }, ({ topic }) => {
      disturbed.setTopics(topic === 'fault' ? ['vcpu'] : ['fault', 'lock']);
      throw new Error('what an observer throws');
    });
    collapseIn(undisturbed);
    collapseIn(disturbed);
    expect(disturbed.state()).toEqual(undisturbed.state());
    expect(disturbed.stalls()).toEqual(undisturbed.stalls());
  });

  test('kept for a trace: the newest, with a count of the others, whatever is heard beside', () => {
    const heard: RunRecord[] = [];
    const whole = live({ ...small, record: { topics: ['fault', 'notifier'] } });
    const bounded = live(
      { ...small, topics: ['stall'], record: { topics: ['fault', 'notifier'], limit: 5 } },
      (record) => heard.push(record),
    );
    for (const simulation of [whole, bounded]) collapseIn(simulation);
    const { records, dropped } = whole.records();
    expect([dropped, topicsOf(records)]).toEqual([0, ['fault', 'notifier']]);
    expect(records.length).toBeGreaterThan(5);
    expect(bounded.records()).toEqual({ records: records.slice(-5), dropped: records.length - 5 });
    expect(topicsOf(heard)).toEqual(['stall']);
    expect(live(small).records()).toEqual({ records: [], dropped: 0 });
  });

  test('kept records of all topics: a trace can be made of them', () => {
    const spec = readLiveRequest({ ...small, scheme: 'range', record: {} });
    const simulation = new LiveSimulation(spec);
    collapseIn(simulation);
    const { records, dropped } = simulation.records();
    expect(records.length).toBeGreaterThan(10);
    expect([...runTrace(spec, records, { version: '0', dropped })].join('')).toContain('madv-collapse');
  });

  test('a finding: told at once, with the kept records that lead to it', () => {
    const heard: RunRecord[] = [];
    const scenario = {
      vm: { vcpus: 1, memory: '4MiB', backing: 'hugetlb-2m', mapped: '4k' },
      guest: { pattern: 'idle' },
    };
    const request = { ...scenario, hgm: { version: 'v2' }, mapcount: 'hstate-entry' };
    const simulation = live({ ...request, topics: ['finding'], record: {} }, (record) => heard.push(record));
    simulation.start({ operation: 'truncate', range: { start: '2MiB' } });
    advance(simulation, { until: 'operations-done' });
    const [finding] = simulation.state().findings;
    expect(finding).toMatchObject({ kind: 'removed-while-mapped' });
    expect(heard).toEqual([{ topic: 'finding', simTimeNs: finding?.simTimeNs, finding }]);
    expect(finding?.records.map(({ topic }) => topic)).toContain('operation');
    expect(finding?.records.every(({ simTimeNs }) => simTimeNs <= (finding?.simTimeNs ?? 0))).toBe(true);

    const bare = live(request);
    bare.start({ operation: 'truncate', range: { start: '2MiB' } });
    advance(bare, { until: 'operations-done' });
    expect(bare.state().findings).toEqual([{ ...finding, records: [] }]);
  });
});

describe('LiveSimulation.stalls', () => {
  test('in pages, of one vCPU, and no more than are kept: numbers stay what they are', () => {
    const request = { vm: { ...small.vm, backing: 'anonymous' }, guest: { pattern: 'uniform' } };
    const drive = (simulation: LiveSimulation): LiveSimulation => {
      for (let round = 0; round < 4; round++) {
        simulation.start({ operation: 'madv-dontneed' });
        advance(simulation, { until: 'operations-done' });
        advance(simulation, { by: '20us' });
      }
      return simulation;
    };
    const whole = drive(live(request));
    const { items, total, dropped, next } = whole.stalls();
    expect([items.length, dropped, next]).toEqual([total, 0, null]);
    expect(total).toBeGreaterThan(20);
    expect(items.map(({ index }) => index)).toEqual(Array.from({ length: total }, (_, index) => index));
    for (const { startNs, endNs, causes } of items) {
      expect(Object.values(causes).reduce((sum, ns) => sum + ns, 0)).toBe(endNs - startNs);
    }
    const { count, totalNs, maxNs } = whole.state().stalls;
    const lengths = items.map(({ startNs, endNs }) => endNs - startNs);
    expect([count, totalNs, maxNs]).toEqual([total, lengths.reduce((sum, ns) => sum + ns, 0), Math.max(...lengths)]);

    const kept = drive(live({ ...request, keptStalls: 10 }));
    expect(kept.stalls()).toMatchObject({ total, dropped: total - 10, items: items.slice(-10) });
    expect(kept.state().stalls).toEqual(whole.state().stalls);

    const first = whole.stalls({ limit: 7, vcpu: 1 });
    const rest = whole.stalls({ fromIndex: first.next ?? 0, vcpu: 1 });
    expect([...first.items, ...rest.items]).toEqual(items.filter(({ vcpu }) => vcpu === 1));
    expect(pathsOf(() => whole.stalls({ limit: 0 }))).toEqual(['limit']);
    expect(errorsOf(() => whole.stalls({ limit: 1.5 }))[0]?.message).toBe('must be an integer from 1 to 1000, got 1.5');
  });

  test('in the middle of a section: the open window ends now, and its causes add up to it', () => {
    const simulation = live({ ...small, guest: { pattern: 'uniform' } });
    simulation.start({ operation: 'madv-collapse' });
    let seen = 0;
    for (let step = 0; step < 60; step++) {
      advance(simulation, { by: 1700 });
      const { open } = simulation.stalls();
      const { vcpus, stalls } = simulation.state();
      expect(stalls.open).toBe(open.length);
      for (const { vcpu, startNs, endNs, causes } of open) {
        seen += 1;
        expect(Object.values(causes).reduce((sum, ns) => sum + ns, 0)).toBe(endNs - startNs);
        const of = vcpus[vcpu];
        expect(of?.stalledSinceNs).toBe(startNs);
        expect(of?.sinceNs).toBeGreaterThanOrEqual(startNs);
        expect(endNs).toBe(simulation.simTimeNs);
      }
      for (const { state, stalledSinceNs } of vcpus) expect(stalledSinceNs === null).toBe(state === 'running');
    }
    expect(seen).toBeGreaterThan(20);
  });

  test('all topics of the vocabulary: taken', () => {
    expect(() => live({ ...small, topics: topics.map(({ id }) => id) })).not.toThrow();
  });
});
