import type { Process } from '../engine/process.ts';
import type { Gfn, Level } from '../mm/address.ts';
import { EntryKind } from '../mm/radix-table.ts';
import type { Kvm } from './kvm.ts';
import { kvmFlushRemoteTlbs } from './tlb.ts';

/**
 * Splits every SPTE in [first, end) that is larger than `target`, level by level, without a vCPU noticing: each keeps the
 * old translation or finds the new one, to the same page.
 *
 * Models    kvm_tdp_mmu_try_split_huge_pages() and tdp_mmu_split_huge_page(), arch/x86/kvm/mmu/tdp_mmu.c: 512 plain
 *           writes into a fresh table and one cmpxchg that links it. One flush at the end.
 * Locks     mmu_lock (R), dropped between two splits for a writer that waits.
 *           Without `flushes` the caller does that, after more work that needs it.
 * Left out  Dropping the lock to allocate: the table comes from a stock.
 */
export function* splitHugePages(kvm: Kvm, first: Gfn, end: Gfn, target: Level, flushes = true): Process<void> {
  const { sim, costs, geometry, work } = kvm.machine;
  let flush = false;
  yield* kvm.readLock();
  for (let at: number = first; at < end; ) {
    const table = kvm.tdp.top.find(at, target);
    const index = geometry.index(at, table.level);
    yield* sim.spend(costs.spteVisitNs + costs.condReschedNs);
    if (table.level === target || table.kinds[index] !== EntryKind.Leaf) {
      at = table.firstPage + (table.level === target ? table.spanPages : (index + 1) * table.entryPages);
      continue;
    }
    yield* sim.spend(costs.tableAllocNs + geometry.entriesPerTable * costs.spteInstallNs + costs.atomicHotNs);
    // The cmpxchg: a zap may have taken the leaf while the table was being filled.
    if (table.kinds[index] === EntryKind.Leaf) {
      table.link(index, table.splitChild(index));
      work.spteSplits += 1;
      kvm.spteResized(table.firstPageOf(index), table.entryPages);
      flush = true;
    }
    if (kvm.needBreak) {
      work.lockBreaks += 1;
      yield* kvm.readUnlock();
      yield* kvm.readLock();
    }
  }
  yield* kvm.readUnlock();
  if (flush && flushes) yield* kvmFlushRemoteTlbs(kvm);
}
