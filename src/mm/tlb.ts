import type { Process } from '../engine/process.ts';
import type { Mm } from './mm.ts';

/**
 * Flushes the CPU TLBs that may hold translations of `mm` and waits until every CPU has answered. A CPU in guest mode
 * runs the mm as well: the interrupt forces its vCPU out, whatever KVM's own page table says. So does one whose vCPU
 * goes round in the fault path; one whose thread sleeps does not.
 *
 * Models    flush_tlb_mm_range(), arch/x86/mm/tlb.c, with smp_call_function_many_cond() waiting.
 * Left out  The flush on the calling CPU, and the time of the interrupt handler on a CPU outside of guest mode: both
 *           are below a microsecond beside an IPI round trip and stall nobody's guest.
 */
export function* cpuTlbShootdown(mm: Mm): Process<void> {
  const startNs = mm.machine.sim.now;
  mm.machine.work.cpuShootdowns += 1;
  const kicked = yield* interruptCpus(mm);
  if (mm.events.channel.observed) {
    const { now, current } = mm.machine.sim;
    const task = current.name;
    mm.events.channel.publish({ type: 'cpu-shootdown', simTimeNs: now, task, kicked, durationNs: now - startNs });
  }
}

/**
 * An empty interrupt to every CPU: when all have answered, no lockless walker is left that could have read an entry as it
 * was before. The price is that of a shootdown.
 *
 * Models    tlb_remove_table_sync_one(), mm/mmu_gather.c, as kernels with paravirt have it (MMU_GATHER_RCU_TABLE_FREE).
 * Left out  CPUs that do not run the mm: they answer at the same time as the others.
 */
export function* tlbRemoveTableSyncOne(mm: Mm): Process<void> {
  mm.machine.work.tableSyncs += 1;
  yield* interruptCpus(mm);
}

/** Interrupts the CPUs that run the mm and waits for all of them. Returns how many that were. */
function* interruptCpus(mm: Mm): Process<number> {
  const { sim, costs } = mm.machine;
  let kicked = 0;
  for (const cpu of mm.cpus) {
    if (!cpu.runsMm) continue;
    cpu.interrupt();
    kicked += 1;
  }
  if (kicked > 0) yield* sim.spend(costs.shootdownFixedNs + kicked * costs.shootdownPerCpuNs);
  mm.cpuSyncs += 1;
  return kicked;
}
