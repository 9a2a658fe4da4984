import { describe, expect, test } from 'vitest';
import type { KvmVcpu } from '../../src/kvm/kvm.ts';
import type { KvmEvent } from '../../src/kvm/records.ts';
import { kvmFlushRemoteTlbs } from '../../src/kvm/tlb.ts';
import { TestWorld } from '../support/world.ts';

const vcpuIn = (isInGuest: boolean): KvmVcpu & { kicks: number } => {
  const vcpu = {
    isInGuest,
    kicks: 0,
    kick: () => void vcpu.kicks++,
    spteCleared: () => {},
    spteInstalled: () => {},
    spteProtected: () => {},
  };
  return vcpu;
};

describe('kvm_flush_remote_tlbs', () => {
  for (const inGuest of [0, 1, 3]) {
    test(`${inGuest} of 4 vCPUs in guest mode: kicks those, and costs their share and that of the others`, () => {
      const world = new TestWorld({ mapped: 0 });
      const vcpus = [0, 1, 2, 3].map((id) => vcpuIn(id < inGuest));
      world.kvm.vcpus.push(...vcpus);
      const events: KvmEvent[] = [];
      world.kvm.events.events$.subscribe((event) => events.push(event));
      world.call(kvmFlushRemoteTlbs(world.kvm));
      expect(vcpus.map(({ kicks }) => kicks)).toEqual([0, 1, 2, 3].map((id) => (id < inGuest ? 1 : 0)));
      // Nobody in guest mode: request bits only, no interrupt to send and to wait for.
      const ns = (inGuest === 0 ? 0 : 2000) + inGuest * 1100 + (4 - inGuest) * 18;
      expect(world.sim.now).toBe(ns);
      expect(events).toEqual([{ type: 'kvm-flush', simTimeNs: ns, task: 'caller', kicked: inGuest, durationNs: ns }]);
      expect([world.kvm.stats.tlbFlushes, world.work.kvmFlushes]).toEqual([1, 1]);
    });
  }
});
