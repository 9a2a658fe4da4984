// How a fault fills shadow page tables: with mmu_lock held for write, so that nothing it sees can change under it, and one
// vCPU at a time.

import type { Process } from '../../engine/process.ts';
import { below, type Gfn, gfn, type Level } from '../../mm/address.ts';
import { type GupPage, gupFast, hostMappingLevel, putFolio } from '../../mm/gup.ts';
import { EntryKind } from '../../mm/radix-table.ts';
import { checkInstall } from '../checkers.ts';
import { type Kvm, marksAtFault } from '../kvm.ts';
import type { Memslot } from '../memslot.ts';
import type { FaultAccount, FaultResult } from '../secondary-mmu.ts';
import { nxKeepsTables } from '../tdp-mmu.ts';
import type { TdpTable } from '../tdp-table.ts';
import { kvmFlushRemoteTlbs } from '../tlb.ts';
import { dropSpte } from './rmap-walk.ts';
import type { ShadowPages } from './shadow-pages.ts';

/** SPTEs that one fault looks after: an aligned window of as many around its own. */
const PTE_PREFETCH_NUM = 8;

/** Entries of the guest's page tables on the way to its leaf. */
export const guestEntriesTo = (guestLevel: Level): number => 5 - guestLevel;

/** One fault on its way to its SPTE. */
interface ShadowFault {
  readonly kvm: Kvm;
  readonly pages: ShadowPages;
  readonly slot: Memslot;
  readonly frame: Gfn;
  readonly page: Pick<GupPage, 'pfn' | 'writable'>;
  readonly account: FaultAccount;
}

/**
 * Maps a frame with the largest SPTE that guest, slot and host allow, and the small pages beside it as well.
 *
 * Models    paging64_fetch() and paging64_gpte_changed(), which are FNAME(fetch) and FNAME(gpte_changed) of
 *           arch/x86/kvm/mmu/paging_tmpl.h; kvm_mmu_hugepage_adjust(), mmu.c.
 * Locks     mmu_lock (W), held by the caller.
 * Returns   fixed; spurious where the same SPTE is there already. Nobody else can have changed an entry meanwhile.
 * Left out  Guest page tables that change: write protection of theirs, unsync pages, RET_PF_RETRY for one that has changed.
 *           The limit on shadow pages. Allocations come from a stock, whose filling is paid where a page is used.
 */
export function* shadowFetch(fault: ShadowFault): Process<FaultResult> {
  const { kvm, slot, frame } = fault;
  const { sim, costs, geometry } = kvm.machine;
  sim.lockdep.assertHeld(kvm.mmuLock, 'write');
  const { maxLevel } = kvm.mmu;
  yield* sim.spend(guestEntriesTo(maxLevel) * costs.guestPteReadNs + costs.hostLevelNs);
  const hostLevel = hostMappingLevel(kvm.mm, slot.hva(frame));
  let goal = Math.min(maxLevel, slot.maxLevel(frame, geometry), hostLevel) as Level;

  let table = kvm.tdp.top;
  for (;;) {
    yield* sim.spend(costs.spteVisitNs);
    const index = geometry.index(frame, table.level);
    const isTable = table.kinds[index] === EntryKind.Table;
    if (table.level === goal && isTable && nxKeepsTables(kvm)) goal = below(goal);
    if (table.level === goal) break;
    if (!isTable) yield* linkShadowPage(fault, table, index);
    table = table.child(index);
  }
  const outcome = yield* setSpte(fault, table);
  if (outcome === 'fixed' && table.level === 1) yield* prefetch(kvm, table, geometry.index(frame, 1));
  return { outcome, level: table.level };
}

/**
 * Puts a shadow page below an entry: the one that was there before, if a huge SPTE has cut it off. A huge SPTE in its way is
 * dropped, and flushed before the page is visible.
 *
 * Models kvm_mmu_get_child_sp(), link_shadow_page(), drop_large_spte(), arch/x86/kvm/mmu/mmu.c.
 */
function* linkShadowPage({ kvm, pages, account }: ShadowFault, table: TdpTable, index: number): Process<void> {
  const { sim, costs } = kvm.machine;
  const frame = table.firstPageOf(index);
  if (table.kinds[index] === EntryKind.Leaf) {
    yield* dropSpte(kvm, { table, index, frame });
    account.spent('fault');
    yield* kvmFlushRemoteTlbs(kvm);
    account.spent('tlb-flush');
  }
  const found = pages.takeCutOff(table, index);
  yield* sim.spend(found === null ? costs.tableAllocNs : costs.spteVisitNs);
  table.link(index, found ?? table.newChild(index));
  if (found !== null && found.mappedPages > 0) kvm.spteResized(frame, table.entryPages);
}

/**
 * Writes the SPTE of the fault. What stood there is dropped first if it led elsewhere: a table is cut off and keeps its SPTEs, an
 * SPTE to another page goes.
 *
 * Models mmu_set_spte(), rmap_add(), arch/x86/kvm/mmu/mmu.c.
 */
function* setSpte(fault: ShadowFault, table: TdpTable): Process<'fixed' | 'spurious'> {
  const { kvm, pages, slot, frame, page, account } = fault;
  const { sim, costs } = kvm.machine;
  const index = kvm.machine.geometry.index(frame, table.level);
  const firstGfn = gfn(table.firstPageOf(index));
  const pfn = page.pfn - (frame - firstGfn);
  let flush = false;
  if (table.kinds[index] === EntryKind.Leaf) {
    const sameAccess = (table.writable[index] === 1) === page.writable && table.accessedClearSince(index) === null;
    if (table.pfns[index] === pfn && sameAccess) return 'spurious';
    if (table.pfns[index] !== pfn) flush = yield* dropSpte(kvm, { table, index, frame: firstGfn });
  }
  const cutsOff = table.kinds[index] === EntryKind.Table;
  yield* sim.spend(costs.shadowSpteNs + (cutsOff ? costs.spteClearNs + costs.rmapZapNs : 0));
  if (cutsOff) pages.cutOff(table, index);
  table.setLeaf(index, pfn, page.writable);
  if (page.writable) slot.markDirty(frame);
  checkInstall(kvm, slot, firstGfn, table.entryPages, frame);
  kvm.spteInstalled(firstGfn, table.entryPages);
  if (flush || cutsOff) {
    account.spent('fault');
    yield* kvmFlushRemoteTlbs(kvm);
    account.spent('tlb-flush');
  }
  return 'fixed';
}

/**
 * Maps what is missing in the window of small pages around a fault, as far as the host has it present and writable. Nobody has
 * touched it yet: these SPTEs are not accessed.
 *
 * Models   paging64_pte_prefetch(), paging64_prefetch_gpte(), arch/x86/kvm/mmu/paging_tmpl.h; __direct_pte_prefetch(), mmu.c. Under a
 *          large page of the guest one GUP-fast serves a run of missing SPTEs, and a hole in the host's table ends the run;
 *          where the guest maps small each page is looked up by itself, and a hole ends it all.
 * Left out Nothing: while any section is open there is no prefetch, and none in a slot with dirty logging.
 */
function* prefetch(kvm: Kvm, table: TdpTable, index: number): Process<void> {
  if (kvm.invalidation.mmuInvalidateInProgress > 0) return;
  const first = index - (index % PTE_PREFETCH_NUM);
  const end = Math.min(first + PTE_PREFETCH_NUM, table.kinds.length);
  const longestRun = kvm.mmu.maxLevel > 1 ? PTE_PREFETCH_NUM : 1;
  for (let at = first; at < end; ) {
    if (table.kinds[at] === EntryKind.Leaf) {
      at += 1;
      continue;
    }
    let runEnd = at + 1;
    while (runEnd < Math.min(end, at + longestRun) && table.kinds[runEnd] !== EntryKind.Leaf) runEnd += 1;
    if (!(yield* prefetchRun(kvm, table, at, runEnd))) return;
    at = runEnd;
  }
}

/** Models direct_pte_prefetch_many(), kvm_mmu_prefetch_sptes(), arch/x86/kvm/mmu/mmu.c. Returns false where nothing came. */
function* prefetchRun(kvm: Kvm, table: TdpTable, from: number, end: number): Process<boolean> {
  const { sim, costs, work, kernel } = kvm.machine;
  const first = gfn(table.firstPageOf(from));
  const slot = kvm.memslotOf(first);
  if (slot === undefined || slot.dirtyLogging || slot.endGfn < first + (end - from)) return false;
  yield* sim.spend(costs.gupFastNs);
  const { cpu } = sim.current;
  const found: GupPage[] = [];
  for (let at = from; at < end; at++) {
    const got = gupFast(kvm.mm, slot.hva(gfn(table.firstPageOf(at))), cpu);
    if (got === null) break;
    found.push(got.page);
    yield* sim.spend(got.refNs);
  }
  for (const [number, page] of found.entries()) {
    yield* sim.spend(costs.shadowSpteNs);
    const frame = gfn(first + number);
    table.setLeaf(from + number, page.pfn, true);
    table.clearAccessed(from + number, kvm.accesses.now());
    checkInstall(kvm, slot, frame, 1, frame);
    work.sptesPrefetched += 1;
    kvm.spteInstalled(frame, 1);
    yield* sim.spend((marksAtFault(kernel) ? costs.ptePageMarkNs : 0) + putFolio(page.folio, cpu));
  }
  return found.length > 0;
}
