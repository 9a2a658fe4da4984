import type { Process } from '../../engine/process.ts';
import { type Hva, hva, PAGE_SIZE, pageOf } from '../address.ts';
import { canChangePteWritable } from '../change-protection.ts';
import { Errno, type Result } from '../errno.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import type { Mm } from '../mm.ts';
import type { PageTable } from '../page-table.ts';
import { EntryKind } from '../radix-table.ts';
import { cpuTlbShootdown } from '../tlb.ts';
import { userfaultAt } from '../userfaultfd.ts';
import { userfaultfdWake } from '../userfaultfd-wake.ts';
import type { Vma } from '../vma.ts';
import type { UffdioOptions } from './uffdio-fill.ts';

export interface WriteprotectOptions extends UffdioOptions {
  /** UFFDIO_WRITEPROTECT_MODE_WP: protects. Without it the protection is taken back, and who sleeps for a write goes on. */
  readonly protect: boolean;
}

/**
 * UFFDIO_WRITEPROTECT: sets the uffd-wp bit in every entry of the range that shows a page, or one under migration, or clears it. A write to such an entry becomes a
 * message; a read does not.
 *
 * Models    mwriteprotect_range() and uffd_wp_range(), mm/userfaultfd.c, with change_protection(), mm/mprotect.c, or
 *           hugetlb_change_protection(), mm/hugetlb.c, as it is called from there.
 * Locks     mmap_lock (R); for hugetlb vma_lock (W) and i_mmap_rwsem (W); the page table lock of each table.
 * Order     One section {PROTECTION} around the entries, both ways: the permission of an SPTE is that of the entry, so KVM must
 *           ask again after either. The CPU flush comes after it, for hugetlb before its locks are dropped.
 * Returns   0; -EINVAL; -ENOENT where the range is not registered for it; -EAGAIN.
 * Left out  Entries that are not there: no marker is put in their place, so a page that comes later is not protected. The split
 *           of a huge entry of which a part is in the range: -EINVAL. One section a PMD range, which 6.1 has, is one here.
 */
export function* uffdioWriteprotect(mm: Mm, start: Hva, end: Hva, options: WriteprotectOptions): Process<Result> {
  const { sim, costs } = mm.machine;
  const ctx = options.ctx ?? userfaultAt(mm, start)?.ctx ?? null;
  yield* sim.spend(costs.syscallNs + costs.uffdContinueBaseNs);
  if (ctx !== null && ctx.mmapChanging > 0) return Errno.EAGAIN;
  const due = { start, end };
  const mayWake = ctx !== null && !options.protect && options.dontWake !== true;
  if (mayWake) ctx.wakesDue.add(due);
  yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  const vma = mm.findVma(start);
  const registration = userfaultAt(mm, start);
  let result: Result = 0;
  if (ctx !== null && ctx.mmapChanging > 0) result = Errno.EAGAIN;
  else if (vma === undefined || !vma.covers(start, end)) result = Errno.EINVAL;
  else if (!registration?.modes.has('wp') || registration.end < end) result = Errno.ENOENT;
  else if (cutsLeaf(vma, start, end)) result = Errno.EINVAL;
  else yield* uffdWpRange(vma, start, end, options.protect);
  yield* mm.mmapLock.releaseRead();
  if (result === 0 && mayWake) yield* userfaultfdWake(ctx, start, end);
  ctx?.wakesDue.delete(due);
  return result;
}

function cutsLeaf(vma: Vma, start: Hva, end: Hva): boolean {
  if (vma instanceof HugetlbVma) return vma.hugePageStart(start) !== start || vma.hugePageStart(end) !== end;
  return [start, hva(end - PAGE_SIZE)].some((at) => {
    const table = vma.mm.pageTables.lowestTable(at, 1);
    const index = table.geometry.index(pageOf(at), table.level);
    if (table.kinds[index] !== EntryKind.Leaf && table.kinds[index] !== EntryKind.Migration) return false;
    const first = table.firstPageOf(index) * PAGE_SIZE;
    return first < start || first + table.entryPages * PAGE_SIZE > end;
  });
}

/** Both ways; see uffdioWriteprotect(). The caller holds mmap_lock. */
function* uffdWpRange(vma: Vma, start: Hva, end: Hva, protect: boolean): Process<void> {
  const { mm } = vma;
  const hugetlb = vma instanceof HugetlbVma ? vma : null;
  const section = yield* mm.notifiers.rangeStart('protection', start, end);
  if (protect) mm.pagesProtected(start, end);
  if (hugetlb !== null) {
    yield* hugetlb.hugetlbLock.acquireWrite();
    yield* hugetlb.mapping.iMmapRwsem.acquireWrite();
    yield* mm.machine.sim.spend(2 * mm.machine.costs.rwsemNs);
  }
  const changed = yield* changeEntries(vma, start, end, protect);
  if (hugetlb !== null) {
    if (changed > 0) yield* cpuTlbShootdown(mm);
    yield* hugetlb.mapping.iMmapRwsem.releaseWrite();
    yield* hugetlb.hugetlbLock.releaseWrite();
  }
  yield* mm.notifiers.rangeEnd(section);
  if (hugetlb === null && changed > 0) yield* cpuTlbShootdown(mm);
}

/** Table by table, each under its lock. Returns how many entries have changed. */
function* changeEntries(vma: Vma, start: Hva, end: Hva, protect: boolean): Process<number> {
  const { sim, costs, geometry, work } = vma.mm.machine;
  let changed = 0;
  for (let at = start; at < end; ) {
    const table = vma.mm.pageTables.lowestTable(at, 1);
    yield* table.ptl.acquire();
    yield* sim.spend(costs.ptlNs);
    work.ptlAcquisitions += 1;
    if (vma.mm.pageTables.lowestTable(at, 1) !== table) {
      // A collapse of the file has taken it away since: pte_offset_map_lock() finds nothing, and the walk tries again.
      yield* table.ptl.release();
      continue;
    }
    const bytes = geometry.entryBytes(table.level);
    for (let index = geometry.index(at / 4096, table.level); index < geometry.entriesPerTable && at < end; index++) {
      if (table.kinds[index] === EntryKind.Table) break;
      if (changeEntry(vma, table, index, protect)) {
        changed += 1;
        if (!sim.elapse(costs.leafXchgNs)) yield costs.leafXchgNs;
      }
      at = hva(Math.floor(at / bytes) * bytes + bytes);
    }
    yield* table.ptl.release();
  }
  return changed;
}

function changeEntry(vma: Vma, table: PageTable, index: number, protect: boolean): boolean {
  const present = table.kinds[index] === EntryKind.Leaf;
  if (!(present || table.kinds[index] === EntryKind.Migration) || table.isUffdWp(index) === protect) return false;
  table.setUffdWp(index, protect);
  // What is under migration is given its permission by the first write after it.
  if (present && !protect && canChangePteWritable(vma, table, index)) table.setWritable(index, true);
  return true;
}
