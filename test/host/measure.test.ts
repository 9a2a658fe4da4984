// A real guest on this machine's KVM. Nothing is compared with a time: only with the control of the same repetitions, so a
// machine that is busy makes both worse.

import { describe, expect, it } from 'vitest';
import { HostError } from '../../src/host/host-error.ts';
import { hostFacts } from '../../src/host/host-facts.ts';
import { measure } from '../../src/host/measure.ts';
import { planMeasurement } from '../../src/host/measurement-plan.ts';
import { measurementResult } from '../../src/host/measurement-result.ts';
import { belongings } from '../support/belongings.ts';
import { isBusy, measured, measuredInQuiet, noGuest, stalledShare } from './support.ts';

// A stall of the machine below this one can hit any repetition: what is true is seen in one of three attempts.
describe('measure', { retry: 2 }, () => {
  it('madv-collapse: a guest inside of the range stands still for most of it, in the control for little', async ({
    skip,
  }) => {
    if (noGuest !== null) skip(noGuest);
    const [inside] = (await measuredInQuiet(skip, { operation: 'madv-collapse' })).samples;
    expect(inside!.repetitions.map(({ time }) => time.errno)).toEqual(inside!.repetitions.map(() => null));
    expect(stalledShare(inside!, 'during operation')).toBeGreaterThan(0.3);
    expect(stalledShare(inside!, 'during operation')).toBeGreaterThan(4 * stalledShare(inside!, 'control'));
    expect(stalledShare(inside!, 'operation')).toBeGreaterThan(1.5 * stalledShare(inside!, 'control'));
  });

  it('madv-collapse: a guest outside of the range goes on', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const { samples } = await measuredInQuiet(skip, { operation: 'madv-collapse', places: ['inside', 'outside'] });
    const [inside, outside] = samples;
    expect(2 * stalledShare(outside!, 'during operation')).toBeLessThan(stalledShare(inside!, 'during operation'));
  });

  it('nothing: no more stalls than in the control', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const [sample] = (await measuredInQuiet(skip, { operation: 'nothing' })).samples;
    // Both are noise: their medians differ by chance, and by far less than a collapse differs from either.
    expect(stalledShare(sample!, 'operation')).toBeLessThan(3 * stalledShare(sample!, 'control') + 0.02);
  });

  it.for([
    { operation: 'madv-collapse', backing: 'shmem' },
    { operation: 'madv-collapse', backing: 'shmem', folios: '2m', mapped: '4k' },
    { operation: 'madv-dontneed' },
    { operation: 'mprotect' },
    { operation: 'punch-hole' },
    { operation: 'fork' },
  ])('$operation, backing $backing: done without an error, and the guest feels it', async (request, { skip }) => {
    if (noGuest !== null) skip(noGuest);
    const [sample] = (await measuredInQuiet(skip, { repetitions: 5, ...request })).samples;
    expect(sample!.repetitions.filter(({ time }) => time.errno !== null)).toEqual([]);
    expect(stalledShare(sample!, 'during operation')).toBeGreaterThan(2 * stalledShare(sample!, 'control'));
  });

  it('munmap of memory that the guest does not touch: done, and the guest goes on', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const { samples } = await measuredInQuiet(skip, {
      operation: 'munmap',
      places: ['other-vma', 'no-slot'],
      repetitions: 5,
    });
    for (const { repetitions } of samples) {
      expect(repetitions.filter(({ time }) => time.errno !== null)).toEqual([]);
      for (const { operation } of repetitions) expect(operation.touches).toBeGreaterThan(0);
    }
  });

  it('uffdio-continue: each page is asked for, and the guest waits for it', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const measurement = await measuredInQuiet(skip, { operation: 'uffdio-continue', repetitions: 2 }).catch(
      (error: unknown) => {
        if (error instanceof HostError && /userfaultfd|busy/.test(error.message)) return error.message;
        throw error;
      },
    );
    if (typeof measurement === 'string') return skip(measurement);
    const [sample] = measurement.samples;
    expect(stalledShare(sample!, 'during operation')).toBeGreaterThan(2 * stalledShare(sample!, 'control'));
    const waits = sample!.repetitions[0]!.operation.gaps.flat().length;
    expect(waits).toBeGreaterThan(512 / 8);
  });

  it('time stamps: guest and host read one clock, and every gap has a length', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const { samples, ticksPerNs, plan } = await measuredInQuiet(skip, { operation: 'madv-dontneed', repetitions: 5 });
    const gaps = samples[0]!.repetitions.flatMap(({ operation }) => operation.gaps.flat());
    expect(gaps.length).toBeGreaterThan(0);
    for (const { from, to } of gaps) expect(Number(to - from) / ticksPerNs).toBeGreaterThan(0.9 * plan.thresholdNs);
    // The first touch behind the start of the operation cannot see it end before it has begun.
    for (const { operation, time } of samples[0]!.repetitions) {
      expect(operation.start).toBe(time.start);
      expect(time.end).toBeLessThanOrEqual(operation.end);
      for (const { from, to } of operation.gaps.flat()) expect(from < operation.end && to > operation.start).toBe(true);
    }
  });

  it('the result: a comparison with the source host', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const measurement = await measuredInQuiet(skip, { operation: 'madv-collapse', repetitions: 5 });
    const result = measurementResult(measurement, hostFacts());
    expect(result.source).toBe('host');
    expect(result.schemes.map(({ scheme, place }) => `${scheme} ${place}`)).toEqual([
      'control inside',
      'kernel inside',
    ]);
    const [control, kernel] = result.schemes;
    expect(control!.operations).toEqual([]);
    expect(kernel!.operations).toEqual([{ operation: 'madv-collapse', durationNs: expect.anything(), errno: null }]);
    expect(kernel!.stall.count).toBe(
      measurement.samples[0]!.repetitions.flatMap((r) => r.operation.gaps.flat()).length,
    );
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it('two at once: one waits for the other, and both are done', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const both = await Promise.allSettled([1, 2].map(() => measured({ operation: 'nothing', repetitions: 2 })));
    for (const one of both) {
      if (one.status === 'fulfilled') expect(one.value.samples[0]!.repetitions.length).toBeGreaterThan(0);
      else if (one.reason instanceof HostError && isBusy(one.reason.message)) skip(one.reason.message);
      else throw one.reason;
    }
  });

  it('more vCPUs than CPUs: refused, with the number that there is', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    await expect(measured({ operation: 'nothing', vcpus: 16 })).rejects.toThrow(/16 vCPUs need 17 CPUs.*may use \d+/);
  });

  it('in this process: files, mappings, CPUs and children are afterwards what they were', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const plan = planMeasurement({ operation: 'madv-collapse', memoryBytes: 4 * 2 ** 20, repetitions: 1, timeNs: 1e9 });
    // The first one loads what stays: the library that makes system calls.
    const run = () => measure(plan).catch((error: unknown) => expect(error).toBeInstanceOf(HostError));
    await run();
    const before = belongings();
    await run();
    expect(belongings()).toEqual(before);
  });

  it('cancelled: rejects with the reason, and soon', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const controller = new AbortController();
    const reason = new Error('enough');
    const { measureInProcess } = await import('../../src/host/host-process.ts');
    const running = measureInProcess(planMeasurement({ operation: 'nothing', repetitions: 1000, timeNs: 6e10 }), {
      signal: controller.signal,
      onRepetition: () => controller.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
  });
});
