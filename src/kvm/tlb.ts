import type { Process } from '../engine/process.ts';
import type { Kvm } from './kvm.ts';

/**
 * Asks every vCPU for a TLB flush and waits until those in guest mode have left it. The flush itself happens at each
 * vCPU's next entry; the kick is what stalls the guest.
 *
 * Models   kvm_flush_remote_tlbs(), virt/kvm/kvm_main.c. Ranged flushes are full ones on bare metal.
 * Context  Spins. mmu_lock is held by notifiers and by the fault path while it waits, which lengthens their hold.
 */
export function* kvmFlushRemoteTlbs(kvm: Kvm): Process<void> {
  const { sim, costs, work } = kvm.machine;
  const startNs = sim.now;
  const mark = kvm.checks?.frames.flushMark() ?? 0;
  let kicked = 0;
  for (const vcpu of kvm.vcpus) {
    if (!vcpu.isInGuest) continue;
    vcpu.kick();
    kicked += 1;
  }
  kvm.flushed();
  const idle = kvm.vcpus.length - kicked;
  kvm.stats.tlbFlushes += 1;
  work.kvmFlushes += 1;
  const { kvmFlushFixedNs, kvmFlushPerRunningVcpuNs, kvmFlushPerIdleVcpuNs } = costs;
  // Without a vCPU in guest mode there is no IPI and no wait: request bits only (H7).
  const ipiNs = kicked === 0 ? 0 : kvmFlushFixedNs + kicked * kvmFlushPerRunningVcpuNs;
  yield* sim.spend(ipiNs + idle * kvmFlushPerIdleVcpuNs);
  for (const vcpu of kvm.vcpus) vcpu.flushed?.();
  kvm.checks?.frames.flushedTo(mark);
  if (kvm.events.events.observed) {
    const { now, current } = sim;
    kvm.events.events.publish({
      type: 'kvm-flush',
      simTimeNs: now,
      task: current.name,
      kicked,
      durationNs: now - startNs,
    });
  }
}
