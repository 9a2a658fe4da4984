import { describe, expect, test } from 'vitest';
import type { MmEvent } from '../../src/mm/records.ts';
import { cpuTlbShootdown } from '../../src/mm/tlb.ts';
import { TestWorld } from '../support/world.ts';

const cpuOf = (runsMm: boolean) => {
  const cpu = { runsMm, interrupts: 0, interrupt: () => void cpu.interrupts++ };
  return cpu;
};

describe('CPU TLB shootdown', () => {
  test('two CPUs in guest mode, one outside: interrupts the two and takes a share for each', () => {
    const world = new TestWorld({ mapped: 0 });
    const cpus = [cpuOf(true), cpuOf(false), cpuOf(true)];
    world.mm.cpus.push(...cpus);
    world.call(cpuTlbShootdown(world.mm));
    expect(cpus.map(({ interrupts }) => interrupts)).toEqual([1, 0, 1]);
    const { shootdownFixedNs, shootdownPerCpuNs } = world.machine.costs;
    expect(world.sim.now).toBe(shootdownFixedNs + 2 * shootdownPerCpuNs);
    expect(world.work.cpuShootdowns).toBe(1);
  });

  test('nobody runs the mm: takes no time', () => {
    const world = new TestWorld({ mapped: 0 });
    world.mm.cpus.push(cpuOf(false));
    world.call(cpuTlbShootdown(world.mm));
    expect(world.sim.now).toBe(0);
  });

  test('observed: says at its end how many it reached and how long it took', () => {
    const world = new TestWorld({ mapped: 0 });
    world.mm.cpus.push(cpuOf(true));
    const events: MmEvent[] = [];
    world.mm.events.events$.subscribe((event) => events.push(event));
    world.call(cpuTlbShootdown(world.mm));
    expect(events).toEqual([{ type: 'cpu-shootdown', simTimeNs: 2100, task: 'caller', kicked: 1, durationNs: 2100 }]);
  });
});
