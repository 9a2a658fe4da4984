import { describe, expect, it } from 'vitest';
import { fittedCosts } from '../../src/host/calibration/fitted-costs.ts';
import type { Primitive } from '../../src/host/calibration/primitive.ts';
import { MEMORY_AT } from '../../src/host/guest-memory.ts';
import type { Measurement, Repetition } from '../../src/host/measure.ts';
import { type MeasurementRequest, planMeasurement } from '../../src/host/measurement-plan.ts';
import { scenarioOf } from '../../src/host/scenario-of-plan.ts';
import { casesOf } from '../../src/host/validation/validate-host.ts';
import { validated } from '../../src/host/validation/validation.ts';
import { validationCases } from '../../src/host/validation/validation-cases.ts';
import type { Window } from '../../src/host/window.ts';
import { loadProfile } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import { parseScenario } from '../../src/lab/scenario.ts';

const MIB = 2 ** 20;
const HOST = { kernel: '6.18.4-x', kernelBuild: '#1 SMP PREEMPT_DYNAMIC', cpus: 2 };
const profile = loadProfile('epyc-uncontended');

const scenario = (request: MeasurementRequest, host = HOST) => scenarioOf(planMeasurement(request), host, 16.4);

describe('scenarioOf', () => {
  it.each(validationCases.map(({ id, request }) => [id, request] as const))(
    '%s: a scenario whose operations end well',
    (_, request) => {
      const input = scenario(request);
      const { operations, findings } = runScenario({
        scenario: input,
        profile,
        scheme: 'range',
        mapcount: 'subpage',
        seed: 1,
      });
      expect(operations.map(({ operation, errno }) => [operation, errno])).toEqual([[request.operation, null]]);
      // The guest of the longest ones still faults its pages back in when the tail is over, here as on the host.
      expect(findings.filter(({ kind }) => kind !== 'stall-at-end')).toEqual([]);
    },
  );

  it('the memory, the guest and its pace are those of the measurement', () => {
    const { vm, guest, settle } = scenario({
      operation: 'madv-collapse',
      backing: 'shmem',
      folios: '2m',
      vcpus: 2,
      strideBytes: 8192,
    });
    expect(vm).toMatchObject({ vcpus: 2, memory: 64 * MIB, backing: 'shmem', folios: '2m', mapped: '4k' });
    expect(guest).toMatchObject({ stridePages: 2, thinkNs: 16, range: { start: 0, length: 2 * MIB } });
    expect(settle).toBe(4_000_000);
  });

  it.each([
    ['outside', { start: 2 * MIB, length: 2 * MIB }, { start: 0, length: 2 * MIB }],
    ['whole', { start: 0, length: 64 * MIB }, { start: 0, length: 2 * MIB }],
    ['other-vma', { start: 0, length: 2 * MIB }, { start: 64 * MIB, length: 2 * MIB }],
    ['no-slot', { start: 0, length: 2 * MIB }, { start: 64 * MIB, length: 2 * MIB }],
  ])('%s: the guest touches what it touches there, the operation has the other', (place, touched, operated) => {
    const { guest, timeline, vm } = scenario({ operation: 'madv-dontneed', places: [place] });
    expect([guest.range, timeline[0]?.range]).toEqual([touched, operated]);
    expect(vm.memslots?.map(({ length }) => length)).toEqual(place === 'no-slot' ? [64 * MIB] : undefined);
  });

  it('the measuring process around the guest, as a fork meets it: below and above the slot, which has its own bytes', () => {
    const plan = planMeasurement({ operation: 'fork', places: ['whole'], memoryBytes: 16 * MIB });
    const around = { below: 40.9 * MIB, above: 3.2 * MIB };
    const { vm, guest, timeline } = scenarioOf(plan, HOST, 16.4, around);
    expect(vm.memory).toBe(60 * MIB);
    expect(vm.memslots).toEqual([expect.objectContaining({ guestStart: 0, start: 40 * MIB, length: 16 * MIB })]);
    expect(guest.range).toEqual({ start: 0, length: 16 * MIB });
    expect(timeline[0]?.operation).toBe('fork');
  });

  it('a fork of more memory around: takes longer', () => {
    const plan = planMeasurement({ operation: 'fork', places: ['whole'], memoryBytes: 4 * MIB });
    const forkNs = (above: number): number => {
      const input = scenarioOf(plan, HOST, 16.4, { below: 0, above });
      const [fork] = runScenario({
        scenario: input,
        profile,
        scheme: 'range',
        mapcount: 'subpage',
        seed: 1,
      }).operations;
      return fork?.durationNs ?? 0;
    };
    expect(forkNs(16 * MIB)).toBeGreaterThan(3 * forkNs(0));
  });

  it.each(['shadow', 'tdp'] as const)('a host whose KVM has %s: so has the VM', (mmu) => {
    expect(scenarioOf(planMeasurement({ operation: 'fork' }), { ...HOST, kvm: { mmu } }, 16.4).vm.mmu).toBe(mmu);
  });

  it.each([
    ['5.15.0', '6.1'],
    ['6.8.12-generic', '6.1'],
    ['6.12.3', '6.12'],
    ['6.17.0', '6.12'],
    ['7.0.0', '6.18'],
  ])('a host with Linux %s: the model of %s', (kernel, modelled) => {
    expect(scenario({ operation: 'madv-dontneed' }, { ...HOST, kernel }).machine.kernel).toBe(modelled);
  });

  it.each(['nothing', 'uffdio-continue', 'mprotect'])('%s: refused, with the reason', (operation) => {
    expect(() => scenario({ operation })).toThrow(new RegExp(`${operation} has no scenario: `));
  });
});

const window = (gaps: readonly number[], faults: number): Window => ({
  start: 0n,
  end: 1_000_000n,
  gaps: [gaps.map((ns, index) => ({ from: BigInt(index * 1000), to: BigInt(index * 1000 + ns), address: MEMORY_AT }))],
  lostGaps: 0,
  touches: 50_000,
  runDelayNs: 0,
  dispatches: 0,
  efaults: 0,
  kvm: new Map([['pf_taken', faults]]),
  kernelEvents: null,
});

function measurement(control: readonly number[], operation: readonly number[], operationNs = 100_000): Measurement {
  const repetition: Repetition = {
    control: window(control, 3),
    operation: window(operation, 503),
    time: { start: 0n, end: BigInt(operationNs), errno: null },
    operatorDelayNs: 0,
  };
  const plan = planMeasurement({ operation: 'madv-dontneed', memoryBytes: 4 * MIB });
  const repetitions = [repetition, repetition, repetition];
  return {
    plan,
    samples: [{ place: 'inside', repetitions, dropped: 1 }],
    ticksPerNs: 1,
    guestLeadTicks: 0n,
    cpus: null,
    around: null,
    wallMs: 1,
    kernelEvents: null,
  };
}

describe('validated', () => {
  it('an operation that stands out: ratios, the control taken off of what is counted', () => {
    const many = [200_000, ...Array.from({ length: 400 }, () => 5_000)];
    const { predicted, measured, ratios, dropped } = validated('x', measurement([20_000], many), HOST, profile);
    expect(dropped).toBe(1);
    expect(measured).toEqual({
      operationNs: 100_000,
      longestNs: 200_000,
      p50Ns: 5_000,
      p90Ns: 5_000,
      stallsOver10us: 1,
      faults: 503,
    });
    expect(predicted.faults).toBeGreaterThan(400);
    expect(ratios.operationNs).toBeCloseTo(predicted.operationNs! / 100_000, 2);
    expect(ratios.longestNs).toBeCloseTo(predicted.longestNs / 200_000, 2);
    expect(ratios.p50Ns).toBeCloseTo(predicted.p50Ns / 5_000, 2);
    expect(ratios.faults).toBeCloseTo(predicted.faults! / 500, 2);
    // One long stall each, with and without the operation: nothing of it is the operation's.
    expect(ratios.stallsOver10us).toBeNull();
  });

  it('an operation that drowns in the noise: no ratio of its stalls', () => {
    const noise = [10_000_000, 9_000_000];
    const { ratios } = validated('x', measurement(noise, noise), HOST, profile);
    expect(ratios).toMatchObject({ longestNs: null, p50Ns: null, p90Ns: null, stallsOver10us: null });
  });
});

describe('casesOf', () => {
  it('no ids: all, at least eight, each of its own', () => {
    const ids = casesOf(undefined).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(8);
  });

  it('an id that is not known: refused, with those that are', () => {
    expect(() => casesOf(['fork', 'x'])).toThrow(/no such case: x; there are collapse-anonymous/);
  });
});

describe('fittedCosts', () => {
  const primitive = (name: string, p50: number): Primitive => ({
    name,
    method: 'm',
    cost: null,
    samples: 20,
    p10: p50 - 10,
    p50,
    p90: p50 + 10,
  });
  const zap = (ns: number) => fittedCosts(profile, [primitive('zap of an anonymous page', ns)], HOST);

  it('a zap of 400 ns a page: with the fitted cost the model takes as long', () => {
    const [fit] = zap(400);
    expect(fit?.cost).toBe('gatherNs');
    // It is spent once a page: 10 ns more or less of the one are 10 ns of the other, but for what is rounded.
    expect(Math.abs(fit!.value - fit!.low - 10)).toBeLessThanOrEqual(1);
    expect(Math.abs(fit!.high - fit!.value - 10)).toBeLessThanOrEqual(1);
    const input = parseScenario({
      machine: { kernel: '6.18', cpus: 2 },
      vm: { vcpus: 1, memory: '2MiB', backing: 'anonymous', sptePopulatedFraction: 0 },
      guest: { pattern: 'idle' },
      timeline: [{ at: 0, operation: 'madv-dontneed' }],
    });
    const fitted = { ...profile, costs: { ...profile.costs, gatherNs: fit!.value } };
    const { operations } = runScenario({
      scenario: input,
      profile: fitted,
      scheme: 'range',
      mapcount: 'subpage',
      seed: 1,
    });
    expect(operations[0]!.durationNs / 512).toBeGreaterThan(399);
    expect(operations[0]!.durationNs / 512).toBeLessThan(401);
  });

  it('a zap that takes less than the rest of it in the model: the cost stays what it was', () => {
    expect(zap(0.5)).toEqual([]);
  });

  it('a step that was not measured: nothing is fitted', () => {
    expect(fittedCosts(profile, [], HOST)).toEqual([]);
  });
});
