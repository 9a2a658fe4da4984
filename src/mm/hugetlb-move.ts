import type { Process } from '../engine/process.ts';
import { type Hva, hva, PAGE_SIZE, pfn } from './address.ts';
import type { Folio } from './folio.ts';
import { hugetlbFullWalk, hugetlbFullWalkAlloc } from './hugetlb.ts';
import { mapLeaf, rangeUnmapped, runUnmapped, settleLookUp } from './hugetlb-rmap.ts';
import type { HugetlbVma } from './hugetlb-vma.ts';
import { moveEntry } from './move-page-tables.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';
import { cpuTlbShootdown } from './tlb.ts';

/** Of one class where both are PTE tables, or both PMD tables. */
const NESTED = 1;

/**
 * Moves the leaves of [start, end) to `to`, one by one, each at its size. The tables stay behind, for munmap() to free.
 *
 * Models    move_hugetlb_page_tables(), move_huge_pte(), mm/hugetlb.c, with HGM's walks on both sides. Mapcount schemes that
 *           count leaves are left alone; the others count the new mapping before the old one stops to count.
 * Locks     mmap_lock (W) is the caller's. Inside of the section vma_lock (W) of the old mapping and i_mmap_rwsem (W), and both
 *           page table locks of each leaf.
 * Order     Section {CLEAR}, locks, leaves, one CPU flush for all of them, range_end, unlock.
 * Left out  Shared PMD tables: none are shared.
 */
export function* moveHugetlbPageTables(
  old: HugetlbVma,
  start: Hva,
  end: Hva,
  fresh: HugetlbVma,
  to: Hva,
): Process<void> {
  const { mm, mapping } = old;
  const { sim, costs } = mm.machine;
  const section = yield* mm.notifiers.rangeStart('clear', start, end);
  yield* old.hugetlbLock.acquireWrite();
  yield* mapping.iMmapRwsem.acquireWrite();
  yield* sim.spend(2 * costs.rwsemNs);
  for (let at = start; at < end; at = hva(at + old.hugePageSize)) {
    yield* moveHugePage(old, at, fresh, hva(to + (at - start)));
  }
  yield* cpuTlbShootdown(mm);
  yield* mm.notifiers.rangeEnd(section);
  yield* mapping.iMmapRwsem.releaseWrite();
  yield* old.hugetlbLock.releaseWrite();
}

function* moveHugePage(old: HugetlbVma, start: Hva, fresh: HugetlbVma, to: Hva): Process<void> {
  const { costs, sim } = old.mm.machine;
  const end = hva(start + old.hugePageSize);
  let folio: Folio | undefined;
  let removed = 0;
  for (let at = start; at < end; ) {
    const { table, index: first } = hugetlbFullWalk(old, at);
    const before = removed;
    let index = first;
    while (at < end && index < table.kinds.length && table.kinds[index] !== EntryKind.Table) {
      const entry = index;
      const address = at;
      index += 1;
      at = hva(table.firstPageOf(index) * PAGE_SIZE);
      if (!sim.elapse(costs.hgmWalkNs)) yield costs.hgmWalkNs;
      if (table.kinds[entry] === EntryKind.None) continue;
      const moved = yield* moveLeaf(table, entry, fresh, hva(to + (address - start)));
      if (moved === null) continue;
      folio = moved;
      removed += 1;
    }
    if (folio !== undefined && removed > before) {
      yield* runUnmapped(folio, { vma: old, table, first, end: index });
    }
  }
  if (folio !== undefined) yield* rangeUnmapped(folio, { vma: old, start, whole: true, removed });
}

/** Returns the folio of a leaf that was present; null for any other entry, which maps nothing and is not counted. */
function* moveLeaf(table: PageTable, index: number, fresh: HugetlbVma, to: Hva): Process<Folio | null> {
  const { sim, costs, work, memory } = fresh.mm.machine;
  const target = yield* hugetlbFullWalkAlloc(fresh, to, table.level);
  yield* target.table.ptl.acquire();
  if (table.ptl !== target.table.ptl) yield* table.ptl.acquire(NESTED);
  const frame = pfn(table.pfns[index] ?? 0);
  const isLeaf = table.kinds[index] === EntryKind.Leaf;
  const named = memory.folioOf(frame);
  const scheme = fresh.mm.mapcount;
  // Tables that are made for it are a count by themselves where the hstate-level entry is one, whatever lies below.
  const counts = scheme.counts === 'pages' && (isLeaf || (scheme.countsEntries && target.created));
  const created = target.created || table.level === fresh.hstateLevel;
  const leaf = { ...target, created, vma: fresh, replaces: false };
  const count = counts && named !== undefined ? mapLeaf({ ...leaf, folio: named }, sim.current.cpu) : null;
  moveEntry(table, index, target.table, target.index);
  work.leafClears += 1;
  yield* sim.spend(2 * costs.ptlNs + costs.leafXchgNs + costs.pteInstallNs + (count?.ns ?? 0));
  if (named !== undefined && count !== null) {
    named.changeRefs(1);
    yield* sim.spend(named.headLine.access(sim.current.cpu));
    yield* settleLookUp(named, count.keepsRef);
  }
  if (table.ptl !== target.table.ptl) yield* table.ptl.release();
  yield* target.table.ptl.release();
  return isLeaf ? (named ?? null) : null;
}
