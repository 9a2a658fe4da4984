import type { Process } from '../../engine/process.ts';
import type { Hva } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { freePgtables } from '../free-pgtables.ts';
import type { Mm } from '../mm.ts';
import { MmuGather } from '../mmu-gather.ts';
import type { Vma } from '../vma.ts';
import { zapSection } from '../zap-page-range.ts';

/**
 * munmap() of one whole mapping.
 *
 * Models    do_vmi_align_munmap() and unmap_region(), mm/mmap.c: detach under mmap_lock (W), downgrade, then unmap_vmas() and
 *           free_pgtables().
 * Locks     mmap_lock (W), from the detach on (R). For hugetlb vma_lock (W) and i_mmap_rwsem (W) around the zap; i_mmap_rwsem
 *           (W) again to leave the file.
 * Order     One section {UNMAP} around the zap; range_end; tables; tlb_finish_mmu().
 * Returns   0; -EINVAL if the range is not exactly one mapping: splitting of mappings is left out.
 */
export function* munmap(mm: Mm, start: Hva, end: Hva): Process<Result> {
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  const vma = mm.findVma(start);
  if (vma === undefined || vma.start !== start || vma.end !== end) {
    yield* mm.mmapLock.releaseWrite();
    return Errno.EINVAL;
  }
  mm.detach(vma);
  yield* mm.mmapLock.downgrade();
  const gather = new MmuGather(mm);
  yield* zapSection(gather, vma, start, end, 'unmap');
  yield* unlinkFileVma(vma);
  yield* freePgtables(gather, vma, start, end);
  yield* gather.finish();
  yield* mm.mmapLock.releaseRead();
  return 0;
}

/**
 * Whoever walks the mappings of the file, as truncation does, has gone through before the tables go.
 *
 * Models unlink_file_vma(), mm/mmap.c.
 */
function* unlinkFileVma(vma: Vma): Process<void> {
  const { mapping } = vma;
  if (mapping === null) return;
  yield* mapping.iMmapRwsem.acquireWrite();
  yield* vma.mm.machine.sim.spend(vma.mm.machine.costs.rwsemNs);
  mapping.vmas.splice(mapping.vmas.indexOf(vma), 1);
  yield* mapping.iMmapRwsem.releaseWrite();
}
