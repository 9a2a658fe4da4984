import { assert } from '../engine/assert.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, hva, PAGE_SIZE, pfn } from './address.ts';
import type { Folio } from './folio.ts';
import { hugetlbFullWalk } from './hugetlb.ts';
import type { HugetlbVma } from './hugetlb-vma.ts';
import { removeRmap } from './mapcount/mapcount-scheme.ts';
import type { MmuGather } from './mmu-gather.ts';
import { EntryKind } from './radix-table.ts';

/**
 * Clears every leaf of [start, end), one by one: walk, lock, xchg, mapcount, queue the reference. This loop is what a
 * collapse of a 1 GiB page spends its time in. The caller has opened the section, or collapses without one.
 *
 * Models    __unmap_hugepage_range(), mm/hugetlb.c, with HGM's full walk for each leaf.
 * Locks     The page table lock of the leaf, once for each leaf. The caller excludes whoever frees tables.
 */
export function* unmapHugepageRange(gather: MmuGather, vma: HugetlbVma, start: Hva, end: Hva): Process<void> {
  const { mm } = vma;
  const { sim, costs, work, geometry, memory } = mm.machine;
  const { cpu } = sim.current;
  const holeNs = costs.hgmWalkNs + costs.ptlNs;
  const leafNs = holeNs + costs.leafXchgNs + costs.gatherNs;
  let folio: Folio | undefined;

  let { table, index } = hugetlbFullWalk(vma, start);
  for (let at = start; at < end; ) {
    // The next entry of the same table needs no walk here, though it costs one there: nobody else frees tables meanwhile.
    if (index === geometry.entriesPerTable || table.kinds[index] === EntryKind.Table) {
      ({ table, index } = hugetlbFullWalk(vma, at));
    }
    const entry = index;
    index += 1;
    at = hva(table.firstPageOf(index) * PAGE_SIZE);
    if (table.kinds[entry] !== EntryKind.Leaf) {
      // A hole is walked to and looked at under its lock like a leaf.
      if (!sim.elapse(holeNs)) yield holeNs;
      continue;
    }

    if (!table.ptl.tryAcquire()) yield* table.ptl.acquire();
    // Seen before the lock: another zapper, truncation beside MADV_DONTNEED, may have been here since.
    if (table.kinds[entry] !== EntryKind.Leaf) {
      yield* table.ptl.release();
      continue;
    }
    if (!sim.elapse(leafNs)) yield leafNs;
    const frame = table.pfns[entry] ?? 0;
    if (folio === undefined || frame < folio.firstPfn || frame >= folio.firstPfn + folio.pages) {
      folio = memory.folioOf(pfn(frame));
      assert(folio !== undefined, 'a mapped frame belongs to a folio');
    }
    const mapNs = removeRmap(mm.mapcount, folio, frame - folio.firstPfn, table.level, cpu);
    table.clear(entry);
    if (!sim.elapse(mapNs)) yield mapNs;
    yield* table.ptl.release();
    work.leafClears += 1;
    work.ptlAcquisitions += 1;
    if (gather.removePage(folio)) yield* gather.forcedFlush();
  }
}
