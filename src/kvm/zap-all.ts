import type { Process } from '../engine/process.ts';
import { EntryKind } from '../mm/radix-table.ts';
import type { Kvm } from './kvm.ts';
import type { TdpTable } from './tdp-table.ts';

/**
 * Drops everything that the VM has of its mm, leaves and tables: the mm goes away, and the VM with it.
 *
 * Models    kvm_mmu_notifier_release(), virt/kvm/kvm_main.c, with kvm_mmu_zap_all(), arch/x86/kvm/mmu/mmu.c, and
 *           tdp_mmu_zap_root(), arch/x86/kvm/mmu/tdp_mmu.c: 1G at a time, a pause for a reschedule between two of them.
 * Locks     mmu_lock (W), broken between two regions for whoever waits where the kernel is preemptible.
 * Left out  A flush: no vCPU runs any more when a VM lets go of its mm. The page caches of the VM's vCPUs.
 */
export function* kvmMmuZapAll(kvm: Kvm): Process<void> {
  const { sim, costs, geometry } = kvm.machine;
  const { top } = kvm.tdp;
  yield* kvm.writeLock();
  for (let index = 0; index < geometry.entriesPerTable; index++) {
    if (top.kinds[index] !== EntryKind.Table) continue;
    const table = top.child(index);
    for (let region = 0; region < geometry.entriesPerTable; region++) {
      yield* sim.spend(costs.spteVisitNs + costs.condReschedNs);
      yield* zapRegion(kvm, table, region);
      if (!kvm.needBreak) continue;
      yield* kvm.writeUnlock();
      yield* kvm.writeLock();
    }
    top.unlink(index);
    yield* sim.spend(costs.spteClearNs + costs.tableFreeNs);
    kvm.machine.work.spteTablesFreed += 1;
  }
  // No TLB has anything of a VM that runs no more.
  kvm.checks?.frames.flushedTo(kvm.checks.frames.flushMark());
  yield* kvm.writeUnlock();
}

function* zapRegion(kvm: Kvm, table: TdpTable, index: number): Process<void> {
  const { sim, costs } = kvm.machine;
  const firstGfn = table.firstPageOf(index);
  if (table.kinds[index] === EntryKind.Table) {
    const removed = table.unlink(index);
    kvm.spteCleared(firstGfn, table.entryPages);
    yield* zapSubtree(kvm, removed);
  } else if (table.kinds[index] === EntryKind.Leaf) {
    table.clear(index);
    kvm.spteCleared(firstGfn, table.entryPages);
    yield* sim.spend(costs.spteClearNs + kvm.zapMarkNs);
  }
}

/** With mmu_lock held for write nobody can freeze or look at an entry: what is not present is passed over, not written. */
function* zapSubtree(kvm: Kvm, table: TdpTable): Process<void> {
  const { sim, costs, work, geometry } = kvm.machine;
  let present = 0;
  for (let index = 0; index < geometry.entriesPerTable; index++) {
    if (table.kinds[index] === EntryKind.Leaf) present += 1;
    else if (table.kinds[index] === EntryKind.Table) {
      yield* zapSubtree(kvm, table.unlink(index));
      yield* sim.spend(costs.spteClearNs);
    }
  }
  work.spteEntriesVisited += geometry.entriesPerTable;
  work.spteLeavesZapped += present;
  work.spteTablesFreed += 1;
  const ns = geometry.entriesPerTable * costs.spteVisitNs + present * (costs.spteClearNs + kvm.zapMarkNs);
  yield* sim.spend(ns + costs.tableFreeNs);
  kvm.tableRcu.retire(table);
}
