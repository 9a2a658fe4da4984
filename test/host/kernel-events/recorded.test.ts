// The kernel's events beside a real guest's gaps. Nothing is compared with a length of time.

import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../../src/host/measure.ts';
import { measuredInQuiet, noGuest } from '../support.ts';

async function withEvents(skip: (reason: string) => never, operation: string): Promise<Measurement> {
  if (noGuest !== null) skip(noGuest);
  const measurement = await measuredInQuiet(skip, { operation, repetitions: 3, kernelEvents: true });
  const missing = measurement.kernelEvents?.missing ?? null;
  if (missing !== null) skip(missing);
  return measurement;
}

// What the machine below this one does can hide one event behind another.
describe('measure with kernel events', { retry: 2 }, () => {
  it('madv-collapse: KVM is told of the range while the operation runs, and not in the control', async ({ skip }) => {
    const { samples, kernelEvents } = await withEvents(skip, 'madv-collapse');
    if (!kernelEvents?.recorded?.includes('kvm_unmap_hva_range')) skip('this kernel has no kvm_unmap_hva_range');
    for (const { control, operation, time } of samples[0]!.repetitions) {
      const unmaps = operation.kernelEvents!.events.filter(({ name }) => name === 'kvm_unmap_hva_range');
      expect(unmaps.length).toBeGreaterThan(0);
      for (const { task, at } of unmaps) expect([task, at > time.start && at < time.end]).toEqual(['operator', true]);
      const bytes = unmaps.map(({ fields }) => Number(fields.end) - Number(fields.start));
      expect(bytes).toContain(2 * 2 ** 20);
      expect(control.kernelEvents!.events.filter(({ name }) => name === 'kvm_unmap_hva_range')).toEqual([]);
    }
  });

  it('madv-collapse: the guest cannot touch the range again before it has been unmapped', async ({ skip }) => {
    const { samples, ticksPerNs } = await withEvents(skip, 'madv-collapse');
    for (const { operation, time } of samples[0]!.repetitions) {
      const unmap = operation.kernelEvents!.events.find(({ name }) => name === 'kvm_unmap_hva_range');
      if (unmap === undefined) return skip('this kernel has no kvm_unmap_hva_range');
      const stall = operation.gaps
        .flat()
        .filter(({ from }) => from < time.end)
        .reduce((longest, one) => (one.to - one.from > longest.to - longest.from ? one : longest));
      // Both clocks are one, but for the time of a reading: the stall that the unmapping makes does not end before it.
      expect(Number(stall.to - unmap.at) / ticksPerNs).toBeGreaterThan(0);
    }
  });

  it('all events: in the window, by time, of this process alone', async ({ skip }) => {
    const { samples } = await withEvents(skip, 'madv-dontneed');
    for (const { operation, control } of samples[0]!.repetitions) {
      for (const { kernelEvents, start, end } of [operation, control]) {
        const times = kernelEvents!.events.map(({ at }) => at);
        expect(times).toEqual([...times].sort((a, b) => Number(a - b)));
        expect(times.filter((at) => at < start || at >= end)).toEqual([]);
        const tasks = new Set(
          kernelEvents!.events.filter(({ name }) => name !== 'sched_waking').map(({ task }) => task),
        );
        expect([...tasks].filter((task) => task !== 'operator' && task !== 'vcpu 0')).toEqual([]);
      }
    }
  });

  it('not asked for: none', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const { samples, kernelEvents } = await measuredInQuiet(skip, { operation: 'nothing', repetitions: 1 });
    expect([kernelEvents, samples[0]!.repetitions[0]!.operation.kernelEvents]).toEqual([null, null]);
  });
});
