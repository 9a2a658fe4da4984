import type { Process } from '../../engine/process.ts';
import { hva } from '../address.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import { Mm } from '../mm.ts';
import { cpuTlbShootdown } from '../tlb.ts';
import { beginUserfaultChange, completeUserfaultChange } from '../userfaultfd-changes.ts';
import type { Vma } from '../vma.ts';
import { copyPageRange, NESTED } from './copy-page-range.ts';
import { copyHugetlbPageRange } from './hugetlb-copy-page-range.ts';

export interface ForkOptions {
  /** Shared mappings of hugetlb are copied in any case, and not only where userfaultfd write protection goes on in the child. */
  readonly copiesHugetlb: boolean;
}

/**
 * Makes a child with the same mappings. Its anonymous pages are those of the parent, read-only for both; files it faults in
 * again. A VM belongs to the parent alone: KVM has no memslot in the child.
 *
 * Models    dup_mmap(), kernel/fork.c, mm/mmap.c, with vma_needs_copy(), mm/memory.c.
 * Context   Sleeps.
 * Locks     mmap_lock (W) of the parent; under it that of the child, nested; for each mapping i_mmap_rwsem (W) or
 *           anon_vma.rwsem (W) while it enters the tree behind that of the parent.
 * Order     The child's VMA is in the tree before its tables are filled, and behind the parent's: an rmap walk that comes in
 *           between finds an entry in the parent, or, later, in the child. The CPUs are flushed last, under mmap_lock. Then the
 *           readers of a userfaultfd that asks for forks are told, and waited for.
 * Returns   The child's mm. It lives until exitMmap().
 * Left out  The rest of the process: no reported number reads it. MADV_DONTFORK, which a VMM may ask for and does not here. The
 *           userfaultfd of the child, and shmem mappings that it write-protects.
 */
export function* fork(mm: Mm, { copiesHugetlb }: ForkOptions): Process<Mm> {
  const { machine } = mm;
  const { sim, costs } = machine;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireWrite();
  const child = new Mm(machine);
  yield* child.mmapLock.acquireWrite(NESTED);
  yield* sim.spend(2 * costs.rwsemNs);
  // Before the first page is protected: who fills pages is turned away now, and does not wait for mmap_lock first.
  const changes = beginUserfaultChange(mm, 'fork', hva(0), hva(Number.MAX_SAFE_INTEGER));
  for (const vma of [...mm.vmas].sort((a, b) => a.start - b.start)) {
    const copy = yield* dupVma(child, vma);
    if (vma.kind === 'anonymous') yield* copyPageRange(copy, vma);
    else if (vma instanceof HugetlbVma && copy instanceof HugetlbVma && (copiesHugetlb || keepsUffdWp(vma))) {
      yield* copyHugetlbPageRange(copy, vma);
    }
  }
  yield* child.mmapLock.releaseWrite();
  yield* cpuTlbShootdown(mm);
  yield* mm.mmapLock.releaseWrite();
  yield* completeUserfaultChange(changes);
  return child;
}

/** The child's mapping is write-protected by userfaultfd too: only where its fd asks for forks, else fork disarms it. */
const keepsUffdWp = ({ mm, start, end }: Vma): boolean =>
  mm.userfaults.some(
    (range) =>
      range.start < end && start < range.end && range.modes.has('wp') && range.ctx.features.events.includes('fork'),
  );

/** Models vm_area_dup(), anon_vma_fork(), hugetlb_dup_vma_private(), kernel/fork.c, mm/rmap.c, mm/hugetlb.c. */
function* dupVma(child: Mm, vma: Vma): Process<Vma> {
  const { sim, costs } = vma.mm.machine;
  yield* vma.rmapTree.rmapRwsem.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  const copy = vma.copyFor(child);
  yield* vma.rmapTree.rmapRwsem.releaseWrite();
  child.link(copy);
  return copy;
}
