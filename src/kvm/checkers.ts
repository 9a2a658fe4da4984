// What must hold of the secondary MMU, asked where it could break. A violation is a finding with its evidence; the run
// goes on, as the kernel would.

import { type Gfn, gfn, type Hva, hva, PAGE_SIZE } from '../mm/address.ts';
import type { FindingKind } from '../mm/finding-kinds.ts';
import { type FindingSubject, KEPT_OF_A_KIND } from '../mm/findings.ts';
import type { Folio } from '../mm/folio.ts';
import { pageCachePfn } from '../mm/gup.ts';
import { EntryKind } from '../mm/radix-table.ts';
import type { Kvm } from './kvm.ts';
import type { Memslot } from './memslot.ts';
import { isNotWritable, type Spte, type TdpTable } from './tdp-table.ts';

/** Adds a finding about the guest frames [first, end), with the addresses that they are. */
export function reportAt(
  kvm: Kvm,
  kind: FindingKind,
  message: string,
  evidence: unknown,
  first: number,
  end: number,
): void {
  const { findings, sim } = kvm.machine;
  findings.add({ kind, message, simTimeNs: sim.now, evidence }, subjectOf(kvm, first, end));
}

function subjectOf({ memslots, mm }: Kvm, first: number, end: number): FindingSubject {
  return {
    ranges: memslots
      .filter((slot) => first < slot.endGfn && end > slot.baseGfn)
      .map((slot) => {
        const start: Hva = slot.hva(gfn(Math.max(first, slot.baseGfn)));
        const pages = Math.min(end, slot.endGfn) - Math.max(first, slot.baseGfn);
        return { mm: mm.index, start, end: hva(start + pages * PAGE_SIZE) };
      }),
  };
}

/**
 * An SPTE has come for `pages` frames from `first`, because of a fault at `frame` (null: without one). It must translate as
 * the primary MMU does (reference L.1), be no larger than what the primary maps there (L.6), and no section may cover it that
 * has begun to zap (L.2). Of a fault only its own frame counts for that: KVM asks for no more, and what lies beside it in
 * one host leaf cannot be changing, since a change of part of a leaf begins with a split whose section covers all of it.
 */
export function checkInstall(kvm: Kvm, slot: Memslot, first: Gfn, pages: number, frame: Gfn | null): void {
  if (kvm.checks === null) return;
  const end = gfn(first + pages);
  // The ends tell of a wrong pfn as well as every page would: both sides map the leaf with one frame number.
  for (const at of pages === 1 ? [first] : [first, gfn(end - 1)]) {
    const spte = kvm.tdp.spte(at);
    const kind = spte === null ? 'stale-spte' : disagreement(kvm, slot, at, spte);
    if (kind === null) continue;
    reportAt(kvm, kind, `gfn ${at}: the SPTE put in place ${disagreements[kind]}`, { gfn: at, spte }, at, at + 1);
  }
  const asked = frame === null ? pages : 1;
  const from = frame ?? first;
  if (kvm.invalidation.isInvalidating(from, asked) || kvm.checks.sections.covers(from, asked)) {
    const message = `gfn ${first}: an SPTE appears while an invalidation covers it`;
    reportAt(kvm, 'spte-in-section', message, { gfn: first, pages }, first, end);
  }
  if (pages > 1) checkSize(kvm, slot, first, pages);
}

/**
 * The size of the host's leaf is read under the hold of mmu_lock that the SPTE is put in place in, after the test for sections:
 * so the leaf cannot have been split since, and the SPTE is no larger (reference L.6). An empty entry says nothing of a size.
 */
function checkSize(kvm: Kvm, slot: Memslot, first: Gfn, pages: number): void {
  const hostLevel = kvm.mm.pageTables.leafLevel(slot.hva(first));
  if (hostLevel === 0) return;
  const hostPages = kvm.machine.geometry.pagesPer[hostLevel];
  if (pages <= hostPages) return;
  const message = `gfn ${first}: an SPTE of ${pages} pages appears where the host maps ${hostPages}`;
  reportAt(kvm, 'spte-too-large', message, { gfn: first, pages, hostPages }, first, first + pages);
}

const disagreements = {
  'stale-spte': 'does not translate as the host page table does',
  'write-through-read-only': 'lets the guest write to a page that the host page table shows read-only',
} as const;

/**
 * What is wrong with an SPTE; null: the host maps `frame` to the same page, and lets it be written if the SPTE does. Where the
 * host's entry is empty, which a collapse without a section shows for a moment, the page must still be the one in the page
 * cache.
 */
function disagreement(kvm: Kvm, slot: Memslot, frame: Gfn, spte: Spte): keyof typeof disagreements | null {
  const address = slot.hva(frame);
  const host = kvm.mm.pageTables.translate(address);
  const hostPfn = host === null ? pageCachePfn(kvm.mm, address) : host.pfn;
  if (hostPfn !== spte.pfn) return 'stale-spte';
  return host !== null && spte.writable && !host.writable ? 'write-through-read-only' : null;
}

/**
 * mm is about to copy and free the pages that [first, end) maps: an SPTE that is left leads a guest to a page that is given
 * away, and what it writes there is lost (reference L.8). So does what a TLB still holds of one.
 */
export function checkPagesLeave(kvm: Kvm, first: Gfn, end: Gfn): void {
  if (kvm.checks === null) return;
  const left = kvm.tdp.mappedPages(first, end);
  if (left > 0) {
    const message = `${left} pages from gfn ${first} to ${end} have SPTEs to pages that are being copied and freed`;
    followAll(kvm, kvm.machine.findings.count('stale-spte'), first, end);
    reportAt(kvm, 'stale-spte', message, { first, end, left }, first, end);
  }
  checkFlushed(kvm, first, end, 'are being copied and freed');
}

/** TLBs must have forgotten [first, end), since the pages there change their owner or their permission. */
function checkFlushed(kvm: Kvm, first: Gfn, end: Gfn, why: string): void {
  const left = kvm.checks?.frames.unflushedIn(first, end) ?? 0;
  if (left === 0) return;
  const message = `TLBs may hold ${left} translations of gfn ${first} to ${end}, which have gone without a flush, while they ${why}`;
  reportAt(kvm, 'stale-tlb', message, { first, end, left }, first, end);
}

/**
 * A folio is freed, or its data is about to be copied to another: no guest may reach it any more, through an SPTE or a TLB
 * entry (reference L.8).
 */
export function checkFolioGivenAway(kvm: Kvm, folio: Folio, why: 'freed' | 'copied'): void {
  const { level, firstPfn, pages } = folio;
  const left = kvm.checks?.frames.leadingTo(level, firstPfn) ?? 0;
  if (kvm.checks === null || left === 0) return;
  const inTlbs = kvm.checks.frames.unflushedTo(firstPfn, pages);
  const what = why === 'freed' ? 'is freed' : 'is copied to another';
  if (inTlbs === left) {
    const message = `folio ${firstPfn} ${what} while TLBs may hold ${left} translations to it that have gone without a flush`;
    reportAt(kvm, 'stale-tlb', message, { firstPfn, pages, left }, 0, 0);
    return;
  }
  const kind = why === 'freed' ? 'freed-while-translated' : 'stale-spte';
  const message = `folio ${firstPfn} of ${pages} pages ${what} while ${left - inTlbs} SPTEs lead to it`;
  const frames = kvm.machine.findings.count(kind) < KEPT_OF_A_KIND ? framesOf(kvm, firstPfn, pages) : null;
  if (frames !== null) followAll(kvm, 0, frames.first, frames.end);
  const { first, end } = frames ?? { first: 0, end: 0 };
  reportAt(kvm, kind, message, { firstPfn, pages, sptes: left - inTlbs, first }, first, end);
}

/** The frames around all whose SPTEs lead to these pages: a walk over everything, for who has to say where. */
function framesOf(kvm: Kvm, firstPfn: number, pages: number): { first: Gfn; end: Gfn } | null {
  let first = Number.POSITIVE_INFINITY;
  let end = 0;
  forEachSpte(kvm, (at, spte) => {
    const span = kvm.machine.geometry.pagesPer[spte.level];
    if (spte.pfn >= firstPfn + pages || spte.pfn + span <= firstPfn) return;
    first = Math.min(first, at);
    end = Math.max(end, at + span);
  });
  return end === 0 ? null : { first: gfn(first), end: gfn(end) };
}

/** What guests write through the SPTEs of [first, end) from now on is watched for; `seen`: how often that has been begun. */
function followAll(kvm: Kvm, seen: number, first: Gfn, end: Gfn): void {
  if (seen >= KEPT_OF_A_KIND) return;
  forEachSpte(
    kvm,
    (at, { level, writable }) => kvm.checks?.givenAway.follow(at, kvm.machine.geometry.pagesPer[level], writable),
    first,
    end,
  );
}

/**
 * mm is about to make what [first, end) maps read-only, to share it with a child or because userspace wants to: an SPTE that
 * may be written is left, and the guest writes past the copy that it should get.
 */
export function checkPagesProtected(kvm: Kvm, first: Gfn, end: Gfn): void {
  if (kvm.checks === null) return;
  const left = Math.max(0, end - first) - kvm.tdp.pagesThat(isNotWritable, first, end);
  if (left > 0) {
    const message = `${left} pages from gfn ${first} to ${end} have SPTEs that may be written while the host makes them read-only`;
    reportAt(kvm, 'write-through-read-only', message, { first, end, left }, first, end);
  }
  checkFlushed(kvm, first, end, 'become read-only');
}

/**
 * range_start is about to return: nothing of [first, end) may be mapped (reference L.2), or be in a TLB. But for a huge SPTE
 * that reaches beyond the range: a fault outside of it may have put it there while the zap had dropped mmu_lock, since KVM asks
 * for the frame of the fault alone. It does no harm, as a part of a host leaf changes only after a split with a section over
 * it all.
 */
export function checkSectionEmpty(kvm: Kvm, first: Gfn, end: Gfn): void {
  if (kvm.checks === null) return;
  const left = kvm.tdp.mappedPages(first, end) - pagesOfStraddlers(kvm, first, end);
  if (left > 0) {
    const message = `${left} pages from gfn ${first} to ${end} are still mapped when range_start returns`;
    reportAt(kvm, 'spte-survives-start', message, { first, end, left }, first, end);
  }
  checkFlushed(kvm, first, end, 'are changed by who has opened the section');
}

/** range_end is about to let faults in again: nothing may have been mapped in between (reference L.2). */
export function checkSectionStillEmpty(kvm: Kvm, first: Gfn, end: Gfn): void {
  if (kvm.checks === null) return;
  const left = kvm.tdp.mappedPages(first, end) - pagesOfStraddlers(kvm, first, end);
  if (left === 0) return;
  const message = `${left} pages from gfn ${first} to ${end} have been mapped while their section was open`;
  reportAt(kvm, 'spte-in-section', message, { first, end, left }, first, end);
}

/** Pages of [first, end) under SPTEs that reach beyond it, on either side. */
function pagesOfStraddlers(kvm: Kvm, first: Gfn, end: Gfn): number {
  let pages = 0;
  let counted: number | null = null;
  for (const at of [first, gfn(end - 1)]) {
    const spte = kvm.tdp.spte(at);
    if (spte === null) continue;
    const span = kvm.machine.geometry.pagesPer[spte.level];
    const from = at - (at % span);
    if (from === counted || (from >= first && from + span <= end)) continue;
    counted = from;
    pages += Math.min(from + span, end) - Math.max(from, first);
  }
  return pages;
}

/**
 * A leaf is about to be written where a leaf is already: with another permission it may be, with another page it may not, as
 * CPUs that hold the old translation are not flushed (reference L.5; the kernel stops in handle_changed_spte()).
 */
export function checkReplace(kvm: Kvm, table: TdpTable, index: number, pfn: number): void {
  if (kvm.checks === null || table.kinds[index] !== EntryKind.Leaf || table.pfns[index] === pfn) return;
  const frame = table.firstPageOf(index);
  const message = `gfn ${frame}: an SPTE to one page is overwritten by one to another, with no zap and no flush between`;
  const evidence = { gfn: frame, was: table.pfns[index], is: pfn };
  reportAt(kvm, 'spte-replaced', message, evidence, frame, frame + table.entryPages);
}

/** SPTEs of these frames change: whoever does that holds mmu_lock, for read at least (reference L.4). Before time 0 nobody need. */
export function checkLocked(kvm: Kvm, first: number, pages: number): void {
  const task = kvm.machine.sim.currentOrNull;
  if (task === null || task.holds(kvm.mmuLock, 'any')) return;
  const message = `"${task.name}" changes SPTEs from gfn ${first} and does not hold mmu_lock`;
  reportAt(kvm, 'spte-without-lock', message, { gfn: first, pages, task: task.name }, first, first + pages);
}

/** A walker is about to use a table that it has found before: it may be out of the tree by now, but not freed (reference L.7). */
export function checkTableLive(kvm: Kvm, table: TdpTable): void {
  if (kvm.checks === null || !table.isFreed) return;
  const first = table.firstPage;
  const { name } = kvm.machine.sim.current;
  const message = `"${name}" is still in the table of gfn ${first}, level ${table.level}, which has been freed`;
  const { level } = table;
  reportAt(kvm, 'table-freed-early', message, { gfn: first, level, task: name }, first, first + table.spanPages);
}

/**
 * The counts that KVM decides by are those of the sections that are open (reference L.3), and the hull has every one of them.
 * Asked by who holds mmu_lock for write, when a start has done its work and when an end has.
 */
export function checkSections(kvm: Kvm): void {
  if (kvm.checks === null) return;
  const { invalidation, machine } = kvm;
  const { sections } = kvm.checks;
  const report = (kind: FindingKind, message: string, evidence: unknown, subject?: FindingSubject): void =>
    machine.findings.add({ kind, message, simTimeNs: machine.sim.now, evidence }, subject);
  const { mmuInvalidateInProgress, mmuInvalidateSeq, mnActiveInvalidateCount } = invalidation;
  const { openCount, active, closed } = sections;
  if (mmuInvalidateInProgress !== openCount) {
    const message = `${mmuInvalidateInProgress} sections count as in progress, and ${openCount} are open`;
    report('section-count', message, { mmuInvalidateInProgress, openCount });
  }
  if (mnActiveInvalidateCount !== active) {
    const message = `${mnActiveInvalidateCount} sections count as active, and ${active} are`;
    report('section-count', message, { mnActiveInvalidateCount, active });
  }
  if (mmuInvalidateSeq !== closed) {
    const message = `the sequence is ${mmuInvalidateSeq}, and ${closed} sections have been closed`;
    report('sequence', message, { mmuInvalidateSeq, closed });
  }
  for (const { first, end } of sections.ranges()) {
    if (invalidation.isInvalidating(first, 1) && invalidation.isInvalidating(gfn(end - 1), 1)) continue;
    const message = `a section over gfn ${first} to ${end} is open, and the hull has not all of it`;
    report('section-hull', message, { first, end }, subjectOf(kvm, first, end));
  }
}

/** With no section of the mm under way, nobody may be counted as being in one (reference L.3). */
function checkNoneCounted(kvm: Kvm): void {
  const { mnActiveInvalidateCount, mmuInvalidateInProgress } = kvm.invalidation;
  if (kvm.mm.notifiers.openSections.size > 0 || mnActiveInvalidateCount + mmuInvalidateInProgress === 0) return;
  kvm.machine.findings.add({
    kind: 'section-count',
    message: `${mnActiveInvalidateCount} sections count as active and ${mmuInvalidateInProgress} as in progress, and none is open`,
    simTimeNs: kvm.machine.sim.now,
    evidence: { mnActiveInvalidateCount, mmuInvalidateInProgress },
  });
}

/** At the end of a run: every SPTE translates as the host does, and the counts are at rest. Costs a walk over what is mapped. */
export function checkAllSptes(kvm: Kvm): void {
  if (kvm.checks === null) return;
  kvm.checks.givenAway.settle();
  checkAtRest(kvm);
}

/** What can be told at the end without having watched the run. */
export function checkAtRest(kvm: Kvm): void {
  checkNoneCounted(kvm);
  checkMemslotWaiters(kvm);
  forEachSpte(kvm, (first, { level }, slot) => {
    const pages = kvm.machine.geometry.pagesPer[level];
    // As where one is put in place: the host may map a part of what a large one maps, or nothing of it.
    for (const at of pages === 1 ? [first] : [first, gfn(first + pages - 1)]) {
      const spte = kvm.tdp.spte(at);
      const kind = spte === null ? null : disagreement(kvm, slot, at, spte);
      if (kind === null) continue;
      reportAt(kvm, kind, `gfn ${at}: an SPTE is left that ${disagreements[kind]}`, { gfn: at, spte }, at, at + 1);
    }
  });
}

/** Whoever changes memslots sleeps while a section is open; with none open, nobody is left to wake him. */
function checkMemslotWaiters({ invalidation, memslotsUpdateWait, machine }: Kvm): void {
  if (memslotsUpdateWait.length === 0 || invalidation.mnActiveInvalidateCount > 0) return;
  const { sim, findings } = machine;
  const tasks = sim.tasks().flatMap((task) => (task.waitingFor === memslotsUpdateWait ? task.name : []));
  const message = `"${tasks.join('", "')}" sleeps until no section is open, and none is`;
  findings.add({ kind: 'waiter-asleep', message, simTimeNs: sim.now, evidence: { tasks } }, { tasks });
}

/** Calls `visit` for every SPTE in [from, to), of all memslots, with its first frame. */
function forEachSpte(
  kvm: Kvm,
  visit: (at: Gfn, spte: Spte, slot: Memslot) => void,
  from: number = 0,
  to: number = Number.POSITIVE_INFINITY,
): void {
  for (const slot of kvm.memslots) {
    const end = Math.min(slot.endGfn, to);
    for (let at: number = Math.max(slot.baseGfn, from); at < end; ) {
      const spte = kvm.tdp.spte(gfn(at));
      if (spte === null) {
        at = skipUnmapped(kvm, at, end);
        continue;
      }
      const span = kvm.machine.geometry.pagesPer[spte.level];
      visit(gfn(at), spte, slot);
      at += span - (at % span);
    }
  }
}

function skipUnmapped(kvm: Kvm, at: number, end: number): number {
  const table = kvm.tdp.top.find(at, 1);
  const index = kvm.machine.geometry.index(at, table.level);
  return Math.min(table.firstPageOf(index) + table.entryPages, end);
}
