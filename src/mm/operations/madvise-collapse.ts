import type { Process } from '../../engine/process.ts';
import { type Hva, hva } from '../address.ts';
import { AnonymousVma } from '../anonymous-vma.ts';
import type { Result } from '../errno.ts';
import type { NotifierId } from '../notifier-schemes/notifier-scheme.ts';
import { thpCollapsed } from '../notifier-schemes/thp-section.ts';
import { ShmemVma } from '../shmem-vma.ts';
import { collapseFile, hpageCollapseScanFile } from './collapse-file.ts';
import { collapseHugePage, hpageCollapseScanPmd } from './collapse-huge-page.ts';
import { collapsePteMappedThp } from './collapse-pte-mapped-thp.ts';
import { madviseCollapseErrno, mayGoOn, type ScanResult } from './scan-result.ts';

/**
 * Collapses [start, end) block by block, each by what its memory needs: copied into a new page, or only mapped by one entry.
 *
 * Models    madvise_collapse(), mm/khugepaged.c, for anonymous and shmem memory.
 * Locks     mmap_lock (R) is the caller's on entry and on return. In between it is dropped for each block.
 * Returns   0 if every whole block of the range is huge now; else the errno of the last that is not. A block that somebody
 *           else uses is passed by, and the others are done.
 * Left out  lru_add_drain_all(), which only the caller waits for.
 */
export function* madviseCollapse(
  vma: AnonymousVma | ShmemVma,
  start: Hva,
  end: Hva,
  scheme: NotifierId,
): Process<Result> {
  const { mm } = vma;
  const { sim, costs, geometry } = mm.machine;
  const blockBytes = geometry.entryBytes(2);
  const first = hva(Math.ceil(start / blockBytes) * blockBytes);
  const last = hva(Math.floor(end / blockBytes) * blockBytes);
  let failure: ScanResult | null = null;
  for (let address = first; address < last; address = hva(address + blockBytes)) {
    if (address > first) {
      yield* sim.spend(costs.condReschedNs + costs.rwsemNs);
      yield* mm.mmapLock.acquireRead();
    }
    const found = mm.findVma(address);
    let result: ScanResult = 'vma-check';
    if (found instanceof AnonymousVma) result = yield* collapseAnonymous(found, address, scheme);
    else if (found instanceof ShmemVma) result = yield* collapseShmem(found, address, scheme);
    else yield* mm.mmapLock.releaseRead();

    if (result === 'succeed') yield* thpCollapsed(scheme, mm, address, hva(address + blockBytes));
    else if (result !== 'pmd-mapped') failure = result;
    if (failure === result && !mayGoOn(result)) break;
  }
  if (first < last) yield* mm.mmapLock.acquireRead();
  return failure === null ? 0 : madviseCollapseErrno(failure);
}

/** Entered with mmap_lock (R), left without. */
function* collapseAnonymous(vma: AnonymousVma, address: Hva, scheme: NotifierId): Process<ScanResult> {
  const scanned = yield* hpageCollapseScanPmd(vma, address);
  if (scanned === 'succeed') return yield* collapseHugePage(vma, address, scheme);
  yield* vma.mm.mmapLock.releaseRead();
  return scanned;
}

/** Entered with mmap_lock (R), left without. The file is collapsed without it; to map the result it is taken again. */
function* collapseShmem(vma: ShmemVma, address: Hva, scheme: NotifierId): Process<ScanResult> {
  const { mm } = vma;
  const { sim, costs, kernel } = mm.machine;
  yield* mm.mmapLock.releaseRead();
  let result = yield* hpageCollapseScanFile(vma, address);
  if (result === 'succeed') result = yield* collapseFile(vma, address, scheme);
  if (result !== 'pte-mapped-hugepage') return result;

  if (kernel === '6.1') yield* mm.mmapLock.acquireWrite();
  else yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  // The lock was dropped: the mapping may be another one by now.
  const found = mm.findVma(address);
  const same = found instanceof ShmemVma && found.mapping === vma.mapping;
  result = same ? yield* collapsePteMappedThp(found, address, scheme) : 'vma-check';
  if (kernel === '6.1') yield* mm.mmapLock.releaseWrite();
  else yield* mm.mmapLock.releaseRead();
  return result;
}
