// The shadow of mm in KVM: SPTEs are copies, and a copy may only be made if no invalidation was open while the original
// was read. What zaps holds mmu_lock for write; what maps holds it for read and arbitrates by cmpxchg.

import { assert } from '../engine/assert.ts';
import type { Process } from '../engine/process.ts';
import { below, type Gfn, gfn, type Level } from '../mm/address.ts';
import { type GupPage, hostMappingLevel } from '../mm/gup.ts';
import { EntryKind } from '../mm/radix-table.ts';
import { tellAccessed } from './aging.ts';
import { checkInstall, checkTableLive } from './checkers.ts';
import type { Kvm } from './kvm.ts';
import type { Memslot } from './memslot.ts';
import type { FaultAccount, FaultResult } from './secondary-mmu.ts';
import type { TdpTable } from './tdp-table.ts';
import { kvmFlushRemoteTlbs } from './tlb.ts';

/**
 * Zaps every leaf SPTE in [first, end). Tables stay, emptied: they go when a huge SPTE takes their place. A leaf larger
 * than the range goes whole.
 *
 * Models    tdp_mmu_zap_leafs(), arch/x86/kvm/mmu/tdp_mmu.c, with tdp_mmu_iter_cond_resched() at each entry.
 * Locks     mmu_lock (W), held by the caller. Broken where somebody waits for it and the kernel is preemptible, with a
 *           remote flush first if anything was zapped: pairs with the vCPUs that spin for it.
 * Returns   Whether a flush is still to be done.
 * Left out  need_resched: every thread has a CPU of its own. Atomic zaps of SPTEs with volatile bits: a fault makes
 *           writable SPTEs with A and D set.
 */
export function* tdpMmuZapLeafs(
  kvm: Kvm,
  first: Gfn,
  end: Gfn,
  /** Leave SPTEs that are as large as the host's mapping: a vCPU has put them in place since. */
  onlySmallerThanHost: Memslot | null = null,
): Process<boolean> {
  const { machine, tdp } = kvm;
  const { sim, costs, work, geometry } = machine;
  sim.lockdep.assertHeld(kvm.mmuLock, 'write');
  const visitNs = costs.spteVisitNs + costs.condReschedNs;
  const zapNs = costs.spteClearNs + kvm.zapMarkNs;
  let flush = false;
  // Where the walk has started, or started again after a lock-break: from the root, all levels are visited once more.
  let restarted: number = first;

  for (let at: number = first; at < end; ) {
    const table = tdp.top.find(at, 1);
    for (let level: number = table.level + 1; level <= 3; level++) {
      if (at !== restarted && at % (geometry.pagesPer[level] ?? 1) !== 0) continue;
      work.spteEntriesVisited += 1;
      if (!sim.elapse(visitNs)) yield visitNs;
    }
    const hostLevel = onlySmallerThanHost === null ? 4 : largestLevelAt(kvm, onlySmallerThanHost, gfn(at));
    if (onlySmallerThanHost !== null && !sim.elapse(costs.hostLevelNs)) yield costs.hostLevelNs;
    const mayZap = table.level < hostLevel;
    let broken = false;
    for (
      let index = geometry.index(at, table.level);
      index < geometry.entriesPerTable && at < end && !broken;
      index++
    ) {
      if (table.kinds[index] === EntryKind.Table) break;
      const isLeaf = table.kinds[index] === EntryKind.Leaf && mayZap;
      work.spteEntriesVisited += 1;
      const ns = isLeaf ? visitNs + zapNs : visitNs;
      if (!sim.elapse(ns)) yield ns;
      if (isLeaf) {
        if (kvm.zapMarkNs > 0 && machine.memory.hasOld) tellAccessed(kvm, table, index);
        table.clear(index);
        work.spteLeavesZapped += 1;
        flush = true;
        kvm.spteCleared(table.firstPageOf(index), table.entryPages);
      }
      at = table.firstPageOf(index) + table.entryPages;
      if (kvm.needBreak && at < end) {
        yield* lockBreak(kvm, flush);
        flush = false;
        restarted = at;
        broken = true;
      }
    }
  }
  return flush;
}

/** The size that an SPTE at `frame` may have: that of the host's mapping, as far as the memslot's alignment allows. */
const largestLevelAt = (kvm: Kvm, slot: Memslot, frame: Gfn): Level =>
  Math.min(slot.maxLevel(frame, kvm.machine.geometry), hostMappingLevel(kvm.mm, slot.hva(frame))) as Level;

/** Drops mmu_lock for whoever waits. SPTEs that were zapped must be out of the TLBs before others may act on that. */
function* lockBreak(kvm: Kvm, flush: boolean): Process<void> {
  if (flush) yield* kvmFlushRemoteTlbs(kvm);
  kvm.machine.work.lockBreaks += 1;
  yield* kvm.writeUnlock();
  yield* kvm.writeLock();
}

const retryFrozen: FaultResult = { outcome: 'retry-frozen', level: 0 };
const retryLost: FaultResult = { outcome: 'retry-lost', level: 0 };

/**
 * Maps `frame` with the largest SPTE that slot and host allow.
 *
 * Models    kvm_tdp_mmu_map(), arch/x86/kvm/mmu/tdp_mmu.c, with kvm_mmu_hugepage_adjust().
 * Locks     mmu_lock (R), held by the caller from its stale check on: the host's level is read under the same hold.
 * Returns   fixed; spurious where a leaf is there already; retry if the entry is frozen, or changed under the cmpxchg.
 *           A leaf that is there and may not be written counts for a read only.
 * Left out  NX huge pages: the guest's accesses are not fetches, so of the mitigation only what 6.1 does to data pages is
 *           left, nxKeepsTables().
 */
export function* kvmTdpMmuMap(
  kvm: Kvm,
  slot: Memslot,
  frame: Gfn,
  page: Pick<GupPage, 'pfn' | 'writable'>,
  write: boolean,
  account: FaultAccount,
): Process<FaultResult> {
  const { sim, costs } = kvm.machine;
  sim.lockdep.assertHeld(kvm.mmuLock, 'read');
  yield* sim.spend(costs.hostLevelNs + costs.tdpMapNs);
  kvm.tableRcu.readLock(sim.current);
  const result = yield* mapUnderRcu(kvm, slot, frame, page, write, account);
  kvm.tableRcu.readUnlock(sim.current);
  return result;
}

function* mapUnderRcu(
  kvm: Kvm,
  slot: Memslot,
  frame: Gfn,
  page: Pick<GupPage, 'pfn' | 'writable'>,
  write: boolean,
  account: FaultAccount,
): Process<FaultResult> {
  const { sim, costs, geometry } = kvm.machine;
  let goal = Math.min(slot.maxLevel(frame, geometry), hostMappingLevel(kvm.mm, slot.hva(frame))) as Level;

  for (;;) {
    const table = kvm.tdp.top.find(frame, goal);
    const index = geometry.index(frame, table.level);
    const kind = table.kind(index);
    if (kind === EntryKind.Frozen) return retryFrozen;
    if (kind === EntryKind.Leaf && (!write || table.writable[index] === 1)) {
      return { outcome: 'spurious', level: table.level };
    }
    if (kind === EntryKind.Leaf && table.level > goal) {
      if (!(yield* splitForFault(kvm, table, index))) return retryLost;
      continue;
    }
    if (kind === EntryKind.Table && nxKeepsTables(kvm)) {
      goal = below(goal);
      continue;
    }
    const atGoal = table.level === goal;
    yield* sim.spend(atGoal ? costs.atomicHotNs : costs.tableAllocNs + costs.atomicHotNs);
    checkTableLive(kvm, table);
    // The cmpxchg fails if another vCPU has changed the entry since it was read.
    if (table.kind(index) !== kind || kvm.tdp.top.find(frame, goal) !== table) return retryLost;
    if (atGoal) {
      yield* installLeaf(kvm, slot, frame, table, index, page, account);
      return { outcome: 'fixed', level: goal };
    }
    table.link(index, table.newChild(index));
  }
}

/**
 * A write to a huge SPTE that is read-only where only small ones may be made: a table takes its place.
 *
 * Models    tdp_mmu_split_huge_page() and tdp_mmu_map_split_huge_page(), arch/x86/kvm/mmu/tdp_mmu.c, and up to 6.1 the
 *           tdp_mmu_zap_spte_atomic() of kvm_tdp_mmu_map(): freezes the entry, flushes, and leaves it empty.
 * Returns   False: the entry has changed under the cmpxchg.
 */
function* splitForFault(kvm: Kvm, table: TdpTable, index: number): Process<boolean> {
  const { sim, costs, kernel, geometry, work } = kvm.machine;
  const firstGfn = table.firstPageOf(index);
  const isThere = (): boolean => table.kinds[index] === EntryKind.Leaf && table.writable[index] === 0;
  if (kernel === '6.1') {
    yield* sim.spend(costs.atomicHotNs);
    if (!isThere()) return false;
    table.clear(index, EntryKind.Frozen);
    kvm.spteCleared(firstGfn, table.entryPages);
    yield* kvmFlushRemoteTlbs(kvm);
    yield* sim.spend(costs.spteClearNs);
    table.clear(index);
    return true;
  }
  yield* sim.spend(costs.tableAllocNs + geometry.entriesPerTable * costs.spteInstallNs + costs.atomicHotNs);
  if (!isThere()) return false;
  table.link(index, table.splitChild(index));
  work.spteSplits += 1;
  kvm.spteResized(firstGfn, table.entryPages);
  return true;
}

/**
 * Whether a fault leaves a table where it found one, although its goal is a leaf in the table's place.
 *
 * Models disallowed_hugepage_adjust(), arch/x86/kvm/mmu/mmu.c. Up to 6.1 any table counts as one that the mitigation has
 * made; from 6.2 on only such a table does, and none is made here, as no access is a fetch.
 */
export function nxKeepsTables(kvm: Kvm): boolean {
  return kvm.nxHugePages && kvm.machine.kernel === '6.1';
}

function* installLeaf(
  kvm: Kvm,
  slot: Memslot,
  frame: Gfn,
  table: TdpTable,
  index: number,
  page: Pick<GupPage, 'pfn' | 'writable'>,
  account: FaultAccount,
): Process<void> {
  const firstGfn = gfn(table.firstPageOf(index));
  const removed = table.kinds[index] === EntryKind.Table ? table.unlink(index) : null;
  table.setLeaf(index, page.pfn - (frame - firstGfn), page.writable);
  if (page.writable) slot.markDirty(frame);
  checkInstall(kvm, slot, firstGfn, table.entryPages, frame);
  kvm.spteInstalled(firstGfn, table.entryPages);
  if (removed === null) return;
  // The huge SPTE is live: other vCPUs go on with it. Only this one pays for the tables below.
  account.spent('fault');
  yield* handleRemovedPt(kvm, removed);
  account.spent('subtree-teardown');
  yield* kvmFlushRemoteTlbs(kvm);
  account.spent('tlb-flush');
}

/**
 * Freezes every entry of a table that has been taken out of the tree, tables below first come first, and hands the pages
 * to RCU. Nobody can see the subtree any more, so its time is spent a table at once.
 *
 * Models handle_removed_pt(), arch/x86/kvm/mmu/tdp_mmu.c, shared mode: one xchg an entry, and for what was present the
 * accounting of a zap.
 */
export function* handleRemovedPt(kvm: Kvm, table: TdpTable): Process<void> {
  const { sim, costs, work, geometry } = kvm.machine;
  assert(table.parent === null, 'the table is out of the tree');
  let present = 0;
  let ns = geometry.entriesPerTable * costs.teardownXchgNs + costs.tableFreeNs;
  for (let index = 0; index < geometry.entriesPerTable; index++) {
    const kind = table.kinds[index];
    if (kind === EntryKind.Leaf) present += 1;
    else if (kind === EntryKind.Table) yield* handleRemovedPt(kvm, table.unlink(index, EntryKind.Frozen));
  }
  ns += present * (costs.spteClearNs + kvm.zapMarkNs);
  yield* sim.spend(ns);
  work.spteTeardownXchg += geometry.entriesPerTable;
  work.spteTablesFreed += 1;
  kvm.tableRcu.retire(table);
}
