import { assert } from '../../engine/assert.ts';
import type { Process } from '../../engine/process.ts';
import { type Hva, hva, PAGE_SIZE } from '../address.ts';
import { AnonymousVma } from '../anonymous-vma.ts';
import { Errno, type Result } from '../errno.ts';
import { allocatePteTable, setPte } from '../fault.ts';
import { Folio } from '../folio.ts';
import { freeFolio } from '../free-folio.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import type { Mm } from '../mm.ts';
import { ShmemVma } from '../shmem-vma.ts';
import { copyHugePage } from './uffdio-copy-hugetlb.ts';
import { type Filler, mfillAtomic, type UffdioOptions } from './uffdio-fill.ts';

/**
 * UFFDIO_COPY: allocates pages, copies into them and maps them, so that nobody can see a page before it is whole; then wakes who
 * sleeps for them. Anonymous and shmem pages are small ones, hugetlb pages whole huge ones.
 *
 * Models    mfill_atomic_copy(), mm/userfaultfd.c: mfill_atomic_pte_copy(), shmem_mfill_atomic_pte(), mfill_atomic_hugetlb().
 * Locks     mmap_lock (R); see mfillAtomic(), and copyHugePage() for hugetlb.
 * Returns   0; -EEXIST at the first page that is mapped, or that the file has; -EFAULT beyond the end of the file; -EINVAL;
 *           -EAGAIN.
 * Left out  A source page that has to be faulted in, for which the locks are dropped: the VMM has just received it.
 *           UFFDIO_COPY_MODE_WP.
 */
export function uffdioCopy(mm: Mm, start: Hva, end: Hva, options: UffdioOptions = {}): Process<Result> {
  return mfillAtomic(mm, start, end, copyFiller, options);
}

const copyFiller: Filler = {
  pieceEnd(vma, address, end) {
    if (!(vma instanceof HugetlbVma)) return hva(address + PAGE_SIZE);
    const next = hva(address + vma.hugePageSize);
    return vma.hugePageStart(address) === address && next <= end && vma.shared ? next : Errno.EINVAL;
  },
  fillPiece(vma, address) {
    if (vma instanceof HugetlbVma) return copyHugePage(vma, address);
    if (vma instanceof ShmemVma) return copyShmemPage(vma, address);
    assert(vma instanceof AnonymousVma, 'there is no other memory');
    return copyAnonymousPage(vma, address);
  },
};

function* copyAnonymousPage(vma: AnonymousVma, address: Hva): Process<Result> {
  const { machine } = vma.mm;
  const { sim, costs, memory } = machine;
  const table = yield* allocatePteTable(vma, address);
  if (table === null) return Errno.EEXIST;
  const folio = new Folio(machine, memory.allocate(1), 1, false);
  yield* sim.spend(costs.copyPageNs);
  // Its first reference is the mapping's.
  if (yield* setPte(vma, table, address, folio, 0, false)) return 0;
  folio.changeRefs(-1);
  yield* sim.spend(freeFolio(folio));
  return Errno.EEXIST;
}

/** Order: the page is in the file before it is mapped, locked in between; it leaves the file where it cannot be mapped. */
function* copyShmemPage(vma: ShmemVma, address: Hva): Process<Result> {
  const { machine } = vma.mm;
  const { sim, costs, memory } = machine;
  const index = vma.pageIndex(address);
  const table = yield* allocatePteTable(vma, address);
  if (table === null) return Errno.EEXIST;
  if (index >= vma.mapping.endIndex) return Errno.EFAULT;
  const folio = new Folio(machine, memory.allocate(1), 1, false);
  yield* sim.spend(costs.copyPageNs);
  yield* folio.lock.acquire();
  yield* sim.spend(costs.mutexNs + costs.pageCacheLookupNs);
  let mapped = false;
  if (vma.mapping.folio(index) === undefined && index < vma.mapping.endIndex) {
    vma.mapping.add(index, folio);
    mapped = yield* setPte(vma, table, address, folio, 0, true);
    if (!mapped) vma.mapping.remove(index);
  }
  yield* folio.lock.release();
  if (mapped) return 0;
  folio.changeRefs(-1);
  yield* sim.spend(freeFolio(folio));
  return Errno.EEXIST;
}
