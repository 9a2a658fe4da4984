import { describe, expect, test } from 'vitest';
import { advance, live, small } from './live.ts';

const vcpusAt = (request: Readonly<Record<string, unknown>>, by: string) => {
  const simulation = live(request);
  advance(simulation, { by });
  return simulation.state().vcpus;
};

describe('LiveSimulation.state', () => {
  test('a guest that works for 10 us and halts for 10 us, in turn: what it is at, and since when', () => {
    const phases = [
      { pattern: 'stride', lasts: '10us', thinkNs: 100 },
      { pattern: 'idle', lasts: '10us' },
    ];
    const request = { vm: { ...small.vm, vcpus: 1 }, guest: { pattern: 'phases', phases, repeatPhases: true } };
    const at = (by: string) => vcpusAt(request, by).map(({ state, sinceNs, touches }) => [state, sinceNs, touches]);
    expect(at('5us')).toEqual([['running', 0, 50]]);
    expect(at('15us')).toEqual([['halted', 10_000, 100]]);
    expect(at('25us')).toEqual([['running', 20_000, 150]]);
    expect(at('35us')).toEqual([['halted', 30_000, 200]]);
  });

  test('before anything has happened: every vCPU is about to run, and nothing is counted', () => {
    const { vcpus, stalls, faults, operations, hugeRecoveryNs, findings } = live(small).state();
    expect(
      vcpus.map(({ state, sinceNs, stalledSinceNs, touches }) => [state, sinceNs, stalledSinceNs, touches]),
    ).toEqual([
      ['running', 0, null, 0],
      ['running', 0, null, 0],
    ]);
    expect(stalls).toEqual({ count: 0, totalNs: 0, maxNs: 0, byCauseNs: {}, spinNs: 0, sleepNs: 0, open: 0 });
    expect(faults).toEqual({ total: 0, retries: 0, spurious: 0, userfault: 0 });
    expect([operations, hugeRecoveryNs, findings]).toEqual([[], null, []]);
  });

  test('an operation of the timeline that has not begun: listed, without a start', () => {
    const timeline = [
      { operation: 'madv-collapse', at: '50us', range: { start: 0, length: '2MiB' } },
      { operation: 'madv-collapse', at: 'after-previous', range: { start: '2MiB', length: '2MiB' } },
    ];
    const simulation = live({ ...small, timeline });
    advance(simulation, { by: '60us' });
    simulation.start({ operation: 'migrate-pages' });
    const begun = () => simulation.state().operations.map(({ startNs, durationNs }) => [startNs, durationNs !== null]);
    expect(begun()).toEqual([
      [50_000, false],
      [null, false],
      [null, false],
    ]);
    advance(simulation, { until: 'operations-done' });
    const [first, second, third] = simulation.state().operations;
    expect([first?.startNs, second?.startNs, third?.startNs]).toEqual([
      50_000,
      50_000 + Number(first?.durationNs),
      60_000,
    ]);
  });

  test('SPTEs that become huge again: when the last of them was, and not before', () => {
    const simulation = live({ ...small, guest: { pattern: 'uniform' } });
    advance(simulation, { by: '20us' });
    simulation.start({ operation: 'madv-collapse' });
    advance(simulation, { by: '60us' });
    expect(simulation.state().hugeRecoveryNs).toBeNull();
    advance(simulation, { until: 'operations-done' });
    advance(simulation, { by: '100us' });
    const { hugeRecoveryNs, simTimeNs } = simulation.state();
    expect(hugeRecoveryNs).toBeGreaterThan(60_000);
    expect(hugeRecoveryNs).toBeLessThan(simTimeNs - 20_000);
    advance(simulation, { by: '100us' });
    expect(simulation.state().hugeRecoveryNs).toBe(hugeRecoveryNs);
  });

  test('a scenario whose checks are off: none is made at rest either', () => {
    const request = {
      vm: { ...small.vm, vcpus: 1 },
      guest: { pattern: 'idle' },
      hgm: { version: 'v2' },
      checks: false,
    };
    const simulation = live(request);
    simulation.start({ operation: 'madv-collapse' });
    advance(simulation, { by: '30us' });
    simulation.start({ operation: 'truncate', range: { start: '2MiB' } });
    advance(simulation, { until: 'idle' });
    expect(simulation.checkAtRest()).toEqual([]);
  });
});
