import type { Process } from '../engine/process.ts';
import { type Hva, hva, isAligned, PAGE_SIZE, pageOf } from './address.ts';
import type { Folio } from './folio.ts';
import { putMapping } from './free-folio.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import type { Mm } from './mm.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';
import { removeRmap } from './rmap.ts';
import { cpuTlbShootdown } from './tlb.ts';
import type { Vma } from './vma.ts';
import { zapLeaf } from './zap-leaf.ts';

/**
 * Takes a PMD leaf apart, so that a part of its range can change. Anonymous memory: the entry becomes a table of leaves to
 * the same pages. A file: the entry is cleared, all of it; whoever needs the rest faults it in from the page cache. A
 * migration entry of that size is treated likewise.
 *
 * Models    __split_huge_pmd(), __split_huge_pmd_locked(), mm/huge_memory.c: a section over the whole huge page, since KVM's
 *           huge SPTE must be gone before a part of it changes; the CPUs forget the entry under its lock.
 * Returns   With the entry split, or changed by somebody else. `freeze`: the pieces of anonymous memory are migration entries
 *           at once, as the folio is going to be split too.
 * Left out  The deposited table, which was paid for when the huge page was mapped.
 */
export function* splitHugePmd(vma: Vma, table: PageTable, index: number, freeze = false): Process<void> {
  const { mm } = vma;
  const { sim, costs, work } = mm.machine;
  const start = hva(table.firstPageOf(index) * PAGE_SIZE);
  const section = yield* mm.notifiers.rangeStart('clear', start, hva(start + table.entryPages * PAGE_SIZE));
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  if (table.kinds[index] === EntryKind.Leaf) {
    const writable = table.writable[index] === 1;
    const uffdWp = table.isUffdWp(index);
    const { folio, page } = zapLeaf(vma, table, index);
    // pmdp_invalidate(): who walks without the lock sees that there is something, and waits for it.
    if (vma.kind === 'anonymous') table.clear(index, EntryKind.Invalid);
    yield* sim.spend(costs.leafXchgNs + removeRmap(folio, page, table.level));
    yield* cpuTlbShootdown(mm);
    if (vma.kind === 'anonymous' && !freeze)
      yield* mapPieces(mm, table, index, { folio, first: page, writable, uffdWp });
    else if (vma.kind === 'anonymous') {
      table.clear(index, EntryKind.Migration);
      yield* cutMigrationEntry(mm, table, index, uffdWp);
      yield* sim.spend(putMapping(folio, sim.current.cpu));
    } else yield* sim.spend(putMapping(folio, sim.current.cpu));
  } else if (table.kinds[index] === EntryKind.Migration) {
    yield* sim.spend(costs.leafXchgNs);
    if (vma.kind === 'anonymous') yield* cutMigrationEntry(mm, table, index, table.isUffdWp(index));
    else table.clear(index);
  }
  yield* table.ptl.release();
  yield* mm.notifiers.rangeEnd(section);
}

/**
 * Splits the huge PMD that `address` lies inside of, if there is one.
 *
 * Models split_huge_pmd_address(), mm/huge_memory.c, as vma_adjust_trans_huge() calls it.
 */
export function* splitHugePmdAddress(vma: Vma, address: Hva): Process<void> {
  const { geometry } = vma.mm.machine;
  if (vma instanceof HugetlbVma || isAligned(address, geometry.entryBytes(2))) return;
  const table = vma.mm.pageTables.lowestTable(address, 2);
  const index = geometry.index(pageOf(address), table.level);
  if (table.level === 2 && isHugePmd(table, index)) yield* splitHugePmd(vma, table, index);
}

/** Neither empty nor a pointer to a table, as far as one can tell without the lock. */
export function isHugePmd(table: PageTable, index: number): boolean {
  const kind = table.kinds[index];
  return kind === EntryKind.Leaf || kind === EntryKind.Migration || kind === EntryKind.Invalid;
}

/** What a huge entry has shown: the pages of `folio` from `first` on, and with which permission. */
interface HugeEntry {
  readonly folio: Folio;
  readonly first: number;
  readonly writable: boolean;
  readonly uffdWp: boolean;
}

/** The entry becomes a table of leaves to the same pages, protected as it was; they share one more atomic on the folio's count. */
function* mapPieces(mm: Mm, table: PageTable, index: number, entryBefore: HugeEntry): Process<void> {
  const { folio, first, writable, uffdWp } = entryBefore;
  const { sim, costs, work, kernel } = mm.machine;
  const child = mm.pageTables.newTable(table, index);
  const entries = child.geometry.entriesPerTable;
  for (let entry = 0; entry < entries; entry++) {
    const page = first + entry * child.entryPages;
    child.setLeaf(entry, folio.firstPfn + page, writable);
    if (uffdWp) child.setUffdWp(entry, true);
    folio.subpageMapcounts[page] = (folio.subpageMapcounts[page] ?? 0) + 1;
  }
  // The entry's own reference stays, for one of the leaves.
  folio.changeRefs(entries - 1);
  work.refAtomics += 1;
  const atomics = entries + (kernel === '6.1' ? 0 : 1);
  work.mapcountAtomics += atomics;
  table.link(index, child);
  yield* sim.spend(entries * costs.pteInstallNs + atomics * costs.subpageMapcountNs);
}

/** The folio is under way: each of its pages gets a migration entry, and nothing is counted. */
function* cutMigrationEntry(mm: Mm, table: PageTable, index: number, uffdWp: boolean): Process<void> {
  const { sim, costs } = mm.machine;
  const frame = table.pfns[index] ?? 0;
  const writable = table.writable[index] === 1;
  const child = mm.pageTables.newTable(table, index);
  const entries = child.geometry.entriesPerTable;
  for (let entry = 0; entry < entries; entry++) {
    child.setLeaf(entry, frame + entry * child.entryPages, writable);
    if (uffdWp) child.setUffdWp(entry, true);
    child.clear(entry, EntryKind.Migration);
  }
  table.clear(index);
  table.link(index, child);
  yield* sim.spend(entries * costs.pteInstallNs);
}
