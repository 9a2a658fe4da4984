import type { Process } from '../../engine/process.ts';
import { type Hva, hva, PAGE_SIZE, pfn } from '../address.ts';
import { type HugetlbPte, type HugetlbPteAlloc, hugetlbFullWalk, hugetlbFullWalkAlloc } from '../hugetlb.ts';
import { mapLeaf } from '../hugetlb-rmap.ts';
import { countsEntries, undoEntry } from '../hugetlb-undo-entry.ts';
import type { HugetlbVma } from '../hugetlb-vma.ts';
import { EntryKind } from '../radix-table.ts';
import { NESTED } from './copy-page-range.ts';

/**
 * Gives a child the leaves by which its parent maps a shared hugetlb file, in the same sizes. Nothing is protected: both write
 * to the same pages.
 *
 * Models    copy_hugetlb_page_range(), mm/hugetlb.c, HGM series v2, for a shared mapping.
 * Context   Sleeps. The caller holds mmap_lock (W) of both mms.
 * Locks     The parent's vma_lock (R; i_mmap_rwsem in RFC v1) against those who free tables; for each leaf the lock of the
 *           child's table and under it that of the parent's.
 * Order     No section: what the parent maps does not change. A leaf that has gone, or has become a table, while its lock was
 *           awaited is walked to again.
 * Left out  Private mappings; uffd-wp markers.
 */
export function* copyHugetlbPageRange(dst: HugetlbVma, src: HugetlbVma): Process<void> {
  yield* src.walkLock.acquireRead();
  yield* src.mm.machine.sim.spend(src.mm.machine.costs.rwsemNs);
  for (let at = src.start; at < src.end; at = hva(at + src.hugePageSize)) yield* copyHugePage(dst, src, at);
  yield* src.walkLock.releaseRead();
}

/**
 * All leaves of one huge page. `inc` says that this walk has filled the child's hstate-level entry: it lives as long as the huge
 * page, not the leaf, since the first leaf that is set is the one to be counted. A child's entry without any leaf goes again
 * where it would be a count by itself.
 */
function* copyHugePage(dst: HugetlbVma, src: HugetlbVma, start: Hva): Process<void> {
  const { sim, costs } = src.mm.machine;
  const end = start + src.hugePageSize;
  let inc = false;
  let copied = false;
  let counted = false;
  for (let at = start; at < end; ) {
    yield* sim.spend(costs.hgmWalkNs);
    const { table, index } = hugetlbFullWalk(src, at);
    const next = hva((table.firstPageOf(index) + table.entryPages) * PAGE_SIZE);
    if (!isCopied(table.kinds[index])) {
      at = next;
      continue;
    }
    const walk = yield* hugetlbFullWalkAlloc(dst, at, table.level);
    inc ||= walk.created || walk.table.level === dst.hstateLevel;
    yield* walk.table.ptl.acquire();
    yield* table.ptl.acquire(NESTED);
    yield* sim.spend(2 * costs.ptlNs);
    src.mm.machine.work.ptlAcquisitions += 2;
    const same = hugetlbFullWalk(src, at).table === table && isCopied(table.kinds[index]);
    if (same) {
      if (yield* copyLeaf(dst, walk, { table, index }, inc && !counted)) counted = true;
      copied = true;
      at = next;
    }
    yield* table.ptl.release();
    yield* walk.table.ptl.release();
  }
  if (inc && !copied && countsEntries(dst)) yield* undoEntry(dst, start);
}

const isCopied = (kind: number | undefined): boolean =>
  kind === EntryKind.Leaf || kind === EntryKind.Migration || kind === EntryKind.Poison;

/**
 * Sets the child's leaf, or the entry of a page that moves or is poisoned: that one counts only where a pointer to its table
 * does. Both locks are held. True: it was counted.
 */
function* copyLeaf(dst: HugetlbVma, to: HugetlbPteAlloc, from: HugetlbPte, created: boolean): Process<boolean> {
  const { sim, costs, memory, work } = dst.mm.machine;
  const frame = from.table.pfns[from.index] ?? 0;
  const writable = from.table.writable[from.index] === 1;
  const folio = memory.folioOf(pfn(frame));
  const kind = from.table.kind(from.index);
  const pointer = created && to.table.level < dst.hstateLevel && countsEntries(dst);
  if (folio !== undefined && (kind === EntryKind.Leaf || pointer)) {
    const { cpu } = sim.current;
    const { table, index, freshTable } = to;
    const leaf = { vma: dst, folio, table, index, created, freshTable, replaces: false };
    const { ns, keepsRef } = mapLeaf(leaf, cpu);
    if (keepsRef) {
      folio.changeRefs(1);
      work.refAtomics += 1;
    }
    table.setLeaf(index, frame, writable);
    if (kind !== EntryKind.Leaf) table.clear(index, kind);
    yield* sim.spend(costs.pteInstallNs + ns);
    if (keepsRef) yield* sim.spend(folio.headLine.access(cpu));
    return true;
  }
  to.table.setLeaf(to.index, frame, writable);
  to.table.clear(to.index, kind);
  yield* sim.spend(costs.pteInstallNs);
  return false;
}
