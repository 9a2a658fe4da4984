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
  const { sim, costs, work } = mm.machine;
  const startNs = sim.now;
  let kicked = 0;
  for (const cpu of mm.cpus) {
    if (!cpu.runsMm) continue;
    cpu.interrupt();
    kicked += 1;
  }
  work.cpuShootdowns += 1;
  if (kicked > 0) yield* sim.spend(costs.shootdownFixedNs + kicked * costs.shootdownPerCpuNs);
  if (mm.events.channel.observed) {
    const durationNs = sim.now - startNs;
    mm.events.channel.publish({ type: 'cpu-shootdown', simTimeNs: sim.now, kicked, durationNs });
  }
}
