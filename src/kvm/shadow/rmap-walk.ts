// A frame knows its SPTEs by its rmap head, of which a memslot has one for each 4K, 2M and 1G of it. Whoever is to find the
// SPTEs of a range looks at all heads of the range, whether anything is mapped there or not.

import type { Process } from '../../engine/process.ts';
import { type Gfn, gfn, type Level } from '../../mm/address.ts';
import { hostMappingLevel } from '../../mm/gup.ts';
import { EntryKind } from '../../mm/radix-table.ts';
import { isAccessed, tellAccessed } from '../aging.ts';
import type { Kvm } from '../kvm.ts';
import type { Memslot } from '../memslot.ts';
import { kvmFlushRemoteTlbs } from '../tlb.ts';
import { isLinked, type RmapSpte, rmapSpteOf, type ShadowPages } from './shadow-pages.ts';

interface RmapWalk {
  readonly first: Gfn;
  readonly end: Gfn;
  readonly maxLevel: Level;
  /** What a walk does for a writer or reader that waits: not wait for it, flush and let it in, or let it in unflushed. */
  readonly yields: 'never' | 'flushed' | 'unflushed';
  /** Returns whether a flush is due. */
  readonly visit: (spte: RmapSpte) => Process<boolean>;
}

/**
 * Visits the SPTEs of a range: all 4K heads, then all 2M heads, then all 1G heads.
 *
 * Models    walk_slot_rmaps(), __walk_slot_rmaps(), kvm_handle_gfn_range(), slot_rmap_walk_next(), arch/x86/kvm/mmu/mmu.c:
 *           heads that are empty are passed over in a tight loop, without a look at who waits.
 * Locks     mmu_lock (W), held by the caller; broken after a head that had an SPTE, where the walk yields at all.
 * Returns   Whether a flush is still to be done.
 */
function* walkRmaps(kvm: Kvm, pages: ShadowPages, walk: RmapWalk): Process<boolean> {
  const { sim, costs, work, geometry } = kvm.machine;
  const { first, end, maxLevel, yields, visit } = walk;
  sim.lockdep.assertHeld(kvm.mmuLock, 'write');
  let flush = false;
  for (let level: Level = 1; level <= maxLevel; level = (level + 1) as Level) {
    const span = geometry.pagesPer[level];
    for (let at = first - (first % span); at < end; ) {
      const spte = pages.nextSpte(kvm, level, at, end);
      const heads = spte === null ? Math.ceil((end - at) / span) : (spte.frame - at) / span + 1;
      work.rmapHeadsVisited += heads;
      const yieldTestNs = yields === 'never' || spte === null ? 0 : costs.condReschedNs;
      const ns = heads * costs.rmapHeadVisitNs + yieldTestNs;
      if (!sim.elapse(ns)) yield ns;
      at += heads * span;
      if (spte === null) continue;
      if (yield* visit(spte)) flush = true;
      if (yields === 'never' || !kvm.needBreak) continue;
      if (flush && yields === 'flushed') {
        yield* kvmFlushRemoteTlbs(kvm);
        flush = false;
      }
      work.lockBreaks += 1;
      yield* kvm.writeUnlock();
      yield* kvm.writeLock();
    }
  }
  return flush;
}

/**
 * Zaps what maps [first, end). Shadow pages stay, emptied.
 *
 * Models kvm_unmap_gfn_range(), kvm_zap_rmap(), __kvm_rmap_zap_gfn_range(), arch/x86/kvm/mmu/mmu.c. 6.1 does not yield; 6.12
 *        and later do, since blockable notifiers say that they may.
 */
export function kvmRmapZapGfnRange(kvm: Kvm, pages: ShadowPages, first: Gfn, end: Gfn): Process<boolean> {
  const yields = kvm.machine.kernel === '6.1' ? 'never' : 'flushed';
  return walkRmaps(kvm, pages, { first, end, maxLevel: 3, yields, visit: (spte) => dropSpte(kvm, spte) });
}

/**
 * Zaps SPTEs that are smaller than the host's mapping, where the guest maps large enough.
 *
 * Models kvm_rmap_zap_collapsible_sptes(), kvm_mmu_zap_collapsible_spte(), arch/x86/kvm/mmu/mmu.c.
 */
export function kvmRmapZapCollapsible(
  kvm: Kvm,
  pages: ShadowPages,
  slot: Memslot,
  first: Gfn,
  end: Gfn,
): Process<boolean> {
  function* visit(spte: RmapSpte): Process<boolean> {
    const { sim, costs, geometry } = kvm.machine;
    const { table, frame } = spte;
    // A page that shadows one of the guest's follows the guest's size.
    if (table.level >= kvm.mmu.maxLevel) return false;
    yield* sim.spend(costs.hostLevelNs);
    const at = gfn(frame);
    if (table.level >= Math.min(slot.maxLevel(at, geometry), hostMappingLevel(kvm.mm, slot.hva(at)))) return false;
    return yield* dropSpte(kvm, spte);
  }
  return walkRmaps(kvm, pages, { first, end, maxLevel: 2, yields: 'flushed', visit });
}

/**
 * Takes one SPTE out of its page and its rmap.
 *
 * Models  drop_spte(), kvm_zap_one_rmap_spte(), arch/x86/kvm/mmu/mmu.c.
 * Returns True: a flush is due, also where the page is cut off, since nobody looks.
 */
export function* dropSpte(kvm: Kvm, { table, index, frame }: RmapSpte): Process<boolean> {
  const { sim, costs, work, memory } = kvm.machine;
  const ns = costs.spteClearNs + kvm.zapMarkNs + costs.rmapZapNs;
  if (!sim.elapse(ns)) yield ns;
  if (kvm.zapMarkNs > 0 && memory.hasOld) tellAccessed(kvm, table, index);
  table.clear(index);
  work.spteLeavesZapped += 1;
  if (isLinked(kvm, table)) kvm.spteCleared(frame, table.entryPages);
  return true;
}

/**
 * Takes the permission to write from every SPTE of a slot. Large ones are not split: their first write drops them.
 *
 * Models kvm_mmu_slot_remove_write_access(), slot_rmap_write_protect(), arch/x86/kvm/mmu/mmu.c.
 * Locks  mmu_lock (W), broken without a flush, which the caller does at the end.
 */
export function* rmapWriteProtectSlot(kvm: Kvm, pages: ShadowPages, slot: Memslot): Process<void> {
  const walk = { first: slot.baseGfn, end: slot.endGfn, maxLevel: 3, yields: 'unflushed' } as const;
  yield* kvm.writeLock();
  yield* walkRmaps(kvm, pages, { ...walk, visit: (spte) => writeProtect(kvm, spte) });
  yield* kvm.writeUnlock();
}

/**
 * Protects the pages of one word of the bitmap: one rmap head for each bit that is set.
 *
 * Models kvm_mmu_write_protect_pt_masked(), rmap_write_protect(), arch/x86/kvm/mmu/mmu.c.
 */
export function* rmapProtectDirty(
  kvm: Kvm,
  pages: ShadowPages,
  slot: Memslot,
  taken: readonly number[],
): Process<void> {
  const { sim, costs, work } = kvm.machine;
  yield* sim.spend(costs.atomicHotNs);
  for (const page of taken) {
    work.rmapHeadsVisited += 1;
    if (!sim.elapse(costs.rmapHeadVisitNs)) yield costs.rmapHeadVisitNs;
    const spte = rmapSpteOf(kvm, pages, gfn(slot.baseGfn + page), 1);
    if (spte !== null) yield* writeProtect(kvm, spte);
  }
}

function* writeProtect(kvm: Kvm, { table, index, frame }: RmapSpte): Process<boolean> {
  const { sim, costs, work } = kvm.machine;
  if (table.writable[index] === 0) return false;
  if (!sim.elapse(costs.atomicHotNs)) yield costs.atomicHotNs;
  table.protect(index);
  work.sptesProtected += 1;
  if (isLinked(kvm, table)) kvm.spteProtected(frame, table.entryPages);
  return true;
}

/**
 * Tests the accessed bits of a range, head by head, and clears them unless only a test was asked for.
 *
 * Models kvm_rmap_age_gfn_range(), kvm_age_rmap(), kvm_test_age_rmap(), arch/x86/kvm/mmu/mmu.c. A test ends at the first page
 *        that is young from 6.12 on; 6.1 goes on to the end.
 * Locks  As kvmAgeRanges says. Without mmu_lock each head that has an SPTE is locked by a bit of its own.
 */
export function* rmapAgeGfnRange(
  kvm: Kvm,
  pages: ShadowPages,
  first: Gfn,
  end: Gfn,
  testOnly: boolean,
): Process<boolean> {
  const { sim, costs, work, geometry, kernel } = kvm.machine;
  const headLockNs = kernel === '6.18' ? costs.atomicHotNs : 0;
  let isYoung = false;
  for (let level: Level = 1; level <= 3; level = (level + 1) as Level) {
    const span = geometry.pagesPer[level];
    for (let at = first - (first % span); at < end; ) {
      const spte = pages.nextSpte(kvm, level, at, end);
      const heads = spte === null ? Math.ceil((end - at) / span) : (spte.frame - at) / span + 1;
      work.rmapHeadsVisited += heads;
      const ns = heads * costs.rmapHeadVisitNs + (spte === null ? 0 : costs.spteVisitNs + headLockNs);
      if (!sim.elapse(ns)) yield ns;
      at += heads * span;
      // Without mmu_lock a zap may have been faster.
      if (spte === null || !isLeaf(spte) || !isAccessed(kvm, spte.table, spte.index)) continue;
      isYoung = true;
      if (testOnly && kernel !== '6.1') return true;
      if (testOnly) continue;
      if (!sim.elapse(costs.atomicHotNs)) yield costs.atomicHotNs;
      work.sptesAged += 1;
      if (isLeaf(spte)) spte.table.clearAccessed(spte.index, kvm.accesses.now());
    }
  }
  return isYoung;
}

const isLeaf = ({ table, index }: RmapSpte): boolean => table.kinds[index] === EntryKind.Leaf;
