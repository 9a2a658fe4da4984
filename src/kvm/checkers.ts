// What must hold of the secondary MMU, asked where it could break. A violation is a finding with its evidence; the run
// goes on, as the kernel would.

import { type Gfn, gfn } from '../mm/address.ts';
import { pageCachePfn } from '../mm/gup.ts';
import { EntryKind } from '../mm/radix-table.ts';
import type { Kvm } from './kvm.ts';
import type { Memslot } from './memslot.ts';
import { isNotWritable, type Spte, type TdpTable } from './tdp-table.ts';

/**
 * An SPTE has come for `pages` frames from `first`, because of a fault at `frame` (null: without one). It must translate as
 * the primary MMU does (reference L.1), and no section whose start has returned may cover it (L.2). Of a fault only its own
 * frame counts for that: KVM asks for no more, and what lies beside it in one host leaf cannot be changing, since a change of
 * part of a leaf begins with a split whose section covers all of it.
 */
export function checkInstall(kvm: Kvm, slot: Memslot, first: Gfn, pages: number, frame: Gfn | null): void {
  const { sim, findings } = kvm.machine;
  // The ends tell of a wrong pfn as well as every page would: both sides map the leaf with one frame number.
  for (const end of [first, gfn(first + pages - 1)]) {
    const spte = kvm.tdp.spte(end);
    const kind = spte === null ? 'stale-spte' : disagreement(kvm, slot, end, spte);
    if (kind === null) continue;
    const message = `gfn ${end}: the SPTE put in place ${disagreements[kind]}`;
    findings.add({ kind, message, simTimeNs: sim.now, evidence: { gfn: end, spte } });
  }
  const covered =
    frame === null ? kvm.invalidation.isInvalidating(first, pages) : kvm.invalidation.isInvalidating(frame, 1);
  if (covered) {
    findings.add({
      kind: 'spte-in-section',
      message: `gfn ${first}: an SPTE appears while an invalidation covers it`,
      simTimeNs: sim.now,
      evidence: { gfn: first, pages },
    });
  }
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
 * away, and what it writes there is lost (reference L.8).
 */
export function checkPagesLeave(kvm: Kvm, first: Gfn, end: Gfn): void {
  const left = kvm.tdp.mappedPages(first, end);
  if (left === 0) return;
  kvm.machine.findings.add({
    kind: 'stale-spte',
    message: `${left} pages from gfn ${first} to ${end} have SPTEs to pages that are being copied and freed`,
    simTimeNs: kvm.machine.sim.now,
    evidence: { first, end, left },
  });
}

/**
 * mm is about to make what [first, end) maps read-only, to share it with a child or because userspace wants to: an SPTE that
 * may be written is left, and the guest writes past the copy that it should get.
 */
export function checkPagesProtected(kvm: Kvm, first: Gfn, end: Gfn): void {
  const left = Math.max(0, end - first) - kvm.tdp.pagesThat(isNotWritable, first, end);
  if (left === 0) return;
  kvm.machine.findings.add({
    kind: 'write-through-read-only',
    message: `${left} pages from gfn ${first} to ${end} have SPTEs that may be written while the host makes them read-only`,
    simTimeNs: kvm.machine.sim.now,
    evidence: { first, end, left },
  });
}

/**
 * range_start is about to return: nothing of [first, end) may be mapped (reference L.2). But for a huge SPTE that reaches
 * beyond the range: a fault outside of it may have put it there while the zap had dropped mmu_lock, since KVM asks for the
 * frame of the fault alone. It does no harm, as a part of a host leaf changes only after a split with a section over it all.
 */
export function checkSectionEmpty(kvm: Kvm, first: Gfn, end: Gfn): void {
  const left = kvm.tdp.mappedPages(first, end) - pagesOfStraddlers(kvm, first, end);
  if (left === 0) return;
  kvm.machine.findings.add({
    kind: 'spte-survives-start',
    message: `${left} pages from gfn ${first} to ${end} are still mapped when range_start returns`,
    simTimeNs: kvm.machine.sim.now,
    evidence: { first, end, left },
  });
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
  if (table.kinds[index] !== EntryKind.Leaf || table.pfns[index] === pfn) return;
  const frame = table.firstPageOf(index);
  kvm.machine.findings.add({
    kind: 'spte-replaced',
    message: `gfn ${frame}: an SPTE to one page is overwritten by one to another, with no zap and no flush between`,
    simTimeNs: kvm.machine.sim.now,
    evidence: { gfn: frame, was: table.pfns[index], is: pfn },
  });
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
  checkNoneCounted(kvm);
  const { findings, sim } = kvm.machine;
  for (const slot of kvm.memslots) {
    for (let at: number = slot.baseGfn; at < slot.endGfn; ) {
      const spte = kvm.tdp.spte(gfn(at));
      if (spte === null) {
        at = skipUnmapped(kvm, at, slot);
        continue;
      }
      const kind = disagreement(kvm, slot, gfn(at), spte);
      if (kind !== null) {
        const message = `gfn ${at}: an SPTE is left that ${disagreements[kind]}`;
        findings.add({ kind, message, simTimeNs: sim.now, evidence: { gfn: at, spte } });
      }
      at += kvm.machine.geometry.pagesPer[spte.level];
    }
  }
}

function skipUnmapped(kvm: Kvm, at: number, slot: Memslot): number {
  const table = kvm.tdp.top.find(at, 1);
  const index = kvm.machine.geometry.index(at, table.level);
  return Math.min(table.firstPageOf(index) + table.entryPages, slot.endGfn);
}
