// From the operations of a question to those of mm and KVM: as lab/operations.ts does for a timeline, on pages of a small
// memory, and with what a question may ask for and no scenario can: how a collapse protects itself.

import { assert } from '../engine/assert.ts';
import type { Process } from '../engine/process.ts';
import { dirtyLogDisable, dirtyLogEnable } from '../kvm/dirty-log.ts';
import type { Memslot } from '../kvm/memslot.ts';
import { splitScheme } from '../lab/world.ts';
import { type Hva, hva } from '../mm/address.ts';
import type { Result } from '../mm/errno.ts';
import { unmapHugepageRange } from '../mm/hugetlb-unmap.ts';
import { HugetlbVma } from '../mm/hugetlb-vma.ts';
import { MmuGather } from '../mm/mmu-gather.ts';
import { notifierSchemes } from '../mm/notifier-schemes/index.ts';
import { fork } from '../mm/operations/fork.ts';
import { khugepagedScan } from '../mm/operations/khugepaged-scan.ts';
import { madvCollapse } from '../mm/operations/madv-collapse.ts';
import { madvDontneed } from '../mm/operations/madv-dontneed.ts';
import { memoryFailure } from '../mm/operations/memory-failure.ts';
import { migratePages } from '../mm/operations/migrate-pages.ts';
import { mprotect } from '../mm/operations/mprotect.ts';
import { mremap } from '../mm/operations/mremap.ts';
import { munmap } from '../mm/operations/munmap.ts';
import { punchHole } from '../mm/operations/punch-hole.ts';
import { truncate } from '../mm/operations/truncate.ts';
import { uffdioContinue } from '../mm/operations/uffdio-continue.ts';
import { uffdioCopy } from '../mm/operations/uffdio-copy.ts';
import { uffdioWriteprotect } from '../mm/operations/uffdio-writeprotect.ts';
import type { ExploredOperation } from './exploration-types.ts';
import type { SmallWorld } from './small-world.ts';

export function exploredOperation(
  world: SmallWorld,
  { operation, pages, protection }: ExploredOperation,
): Process<Result> {
  const { mm, vma, kvm, question, machine } = world;
  const start = world.at(pages.first);
  const end = world.at(pages.first + pages.count);
  const [slot] = kvm.memslots as [Memslot];
  const { notifier } = splitScheme(question.scheme);
  switch (operation) {
    case 'madv-collapse':
      return madvCollapse({
        mm,
        start,
        end,
        scheme: notifierSchemes[notifier],
        chunkBytes: machine.geometry.entryBytes(2),
        protection: question.hgm.protection,
      });
    case 'khugepaged-scan':
      return khugepagedScan({
        mm,
        start,
        end,
        scheme: notifier,
        pagesToScan: world.pages,
        scanSleepNs: 1,
        maxPtesNone: machine.geometry.entriesPerTable - 1,
      });
    case 'madv-dontneed':
      return madvDontneed(mm, start, end);
    case 'munmap':
      return munmap(mm, start, end);
    case 'mprotect':
      return mprotect(mm, start, end, protection);
    case 'mremap':
      return mremap(mm, start, end, hva(start + machine.geometry.entryBytes(3)));
    case 'fork':
      return forkOnce(world);
    case 'truncate':
      return truncate(vma, start);
    case 'punch-hole':
      return punchHole(vma, start, end);
    case 'migrate-pages':
      return migratePages(mm, start, end);
    case 'memory-failure':
      return memoryFailure(mm, start);
    case 'uffdio-continue':
      return uffdioContinue(mm, start, end);
    case 'uffdio-copy':
      return uffdioCopy(mm, start, end);
    case 'uffdio-writeprotect':
      return uffdioWriteprotect(mm, start, end, { protect: protection === 'read' });
    case 'dirty-log-enable':
      return logDirty(world, slot);
    case 'dirty-log-disable':
      world.data.logging.on = false;
      return dirtyLogDisable(kvm, slot);
    case 'unmap-pieces':
      return unmapPieces(world, start, end);
  }
}

/** Models unmap_hugepage_range(), mm/hugetlb.c, HGM series, for a range that need not be whole huge pages. */
function* unmapPieces({ mm, vma }: SmallWorld, start: Hva, end: Hva): Process<Result> {
  assert(vma instanceof HugetlbVma, 'only hugetlb memory is mapped in pieces');
  yield* mm.mmapLock.acquireRead();
  yield* vma.hugetlbLock.acquireWrite();
  yield* vma.mapping.iMmapRwsem.acquireWrite();
  const gather = new MmuGather(mm);
  const section = yield* mm.notifiers.rangeStart('clear', start, end);
  yield* unmapHugepageRange(gather, vma, start, end);
  yield* mm.notifiers.rangeEnd(section);
  yield* gather.finish();
  yield* vma.mapping.iMmapRwsem.releaseWrite();
  yield* vma.hugetlbLock.releaseWrite();
  yield* mm.mmapLock.releaseRead();
  return 0;
}

function* logDirty({ kvm, data }: SmallWorld, slot: Memslot): Process<Result> {
  const result = yield* dirtyLogEnable(kvm, slot);
  data.logging.on = true;
  return result;
}

/** The child lives on, and does nothing. */
function* forkOnce({ mm }: SmallWorld): Process<Result> {
  yield* fork(mm, { copiesHugetlb: false });
  return 0;
}
