import type { Process } from '../engine/process.ts';
import { type Gfn, gfn } from '../mm/address.ts';
import { EntryKind } from '../mm/radix-table.ts';
import type { Kvm } from './kvm.ts';
import type { Memslot } from './memslot.ts';

/**
 * Takes the permission to write from every leaf SPTE in [first, end), so that the first write to each page faults.
 *
 * Models    kvm_mmu_slot_remove_write_access() and wrprot_gfn_range(), arch/x86/kvm/mmu/: one cmpxchg for each writable leaf.
 * Locks     mmu_lock (R): the TDP MMU arbitrates by cmpxchg, and only shadow paging needs the lock for write. Broken for a
 *           writer that waits, where the kernel is preemptible.
 * Returns   How many SPTEs have lost it. The caller flushes.
 * Left out  Page modification logging: a host that has it clears dirty bits instead. The host here has none (AMD).
 */
export function* writeProtectSlot(kvm: Kvm, first: Gfn, end: Gfn): Process<number> {
  const { sim, costs, work, geometry } = kvm.machine;
  const visitNs = costs.spteVisitNs + costs.condReschedNs;
  let count = 0;
  yield* kvm.readLock();
  for (let at: number = first; at < end; ) {
    const table = kvm.tdp.top.find(at, 1);
    let broken = false;
    for (
      let index = geometry.index(at, table.level);
      index < geometry.entriesPerTable && at < end && !broken;
      index++
    ) {
      if (table.kinds[index] === EntryKind.Table) break;
      const wasWritable = table.kinds[index] === EntryKind.Leaf && table.writable[index] === 1;
      work.spteEntriesVisited += 1;
      const ns = wasWritable ? visitNs + costs.atomicHotNs : visitNs;
      if (!sim.elapse(ns)) yield ns;
      // The cmpxchg: while it was on its way the leaf may have been zapped, or its whole table taken out of the tree.
      if (table.kinds[index] === EntryKind.Table) break;
      if (wasWritable && table.kinds[index] === EntryKind.Leaf && kvm.tdp.top.find(at, table.level) === table) {
        table.protect(index);
        work.sptesProtected += 1;
        count += 1;
        kvm.spteProtected(table.firstPageOf(index), table.entryPages);
      }
      at = table.firstPageOf(index) + table.entryPages;
      if (kvm.needBreak && at < end) {
        work.lockBreaks += 1;
        yield* kvm.readUnlock();
        yield* kvm.readLock();
        broken = true;
      }
    }
  }
  yield* kvm.readUnlock();
  return count;
}

/**
 * Protects the pages of one word of the bitmap, in one walk from the first dirty leaf on to the last.
 *
 * Models clear_dirty_pt_masked(), arch/x86/kvm/mmu/tdp_mmu.c.
 */
export function* protectDirtyLeafs(kvm: Kvm, slot: Memslot, taken: readonly number[]): Process<void> {
  const { sim, costs } = kvm.machine;
  const [from = 0] = taken;
  const to = taken.at(-1) ?? from;
  // The word, and the leaves.
  const ns = costs.atomicHotNs + (to - from + 1) * costs.spteVisitNs + taken.length * costs.atomicHotNs;
  if (!sim.elapse(ns)) yield ns;
  for (const page of taken) protectLeaf(kvm, gfn(slot.baseGfn + page));
}

/** Small leaves only: under logging there are no others that may be written. */
function protectLeaf(kvm: Kvm, frame: Gfn): void {
  const spte = kvm.tdp.spte(frame);
  if (spte === null || spte.level > 1 || !spte.writable) return;
  kvm.tdp.top.find(frame, 1).protect(kvm.machine.geometry.index(frame, 1));
  kvm.machine.work.sptesProtected += 1;
  kvm.spteProtected(frame, 1);
}
