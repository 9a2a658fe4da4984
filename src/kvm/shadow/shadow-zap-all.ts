import type { Process } from '../../engine/process.ts';
import { EntryKind } from '../../mm/radix-table.ts';
import type { Kvm } from '../kvm.ts';
import type { TdpTable } from '../tdp-table.ts';
import { kvmFlushRemoteTlbs } from '../tlb.ts';
import { dropSpte } from './rmap-walk.ts';
import type { ShadowPages } from './shadow-pages.ts';

/**
 * Drops every shadow page of the VM: the mm goes away.
 *
 * Models   kvm_mmu_zap_all(), kvm_mmu_page_unlink_children(), kvm_mmu_commit_zap_page(), arch/x86/kvm/mmu/mmu.c: page by page,
 *          then one flush and the freeing of them all.
 * Locks    mmu_lock (W), broken between two pages for whoever waits where the kernel is preemptible.
 * Left out The start from the head of the list after a break: pages that are gone are not on it any more. The root stays.
 */
export function* shadowZapAll(kvm: Kvm, pages: ShadowPages): Process<void> {
  const { sim, costs, work } = kvm.machine;
  yield* kvm.writeLock();
  let freed = 0;
  const left: TdpTable[] = [kvm.tdp.top, ...pages.takeAllCutOff()];
  for (let page = left.pop(); page !== undefined; page = left.pop()) {
    left.push(...(yield* unlinkChildren(kvm, page)));
    if (page !== kvm.tdp.top) freed += 1;
    yield* sim.spend(costs.condReschedNs);
    if (!kvm.needBreak) continue;
    work.lockBreaks += 1;
    yield* kvm.writeUnlock();
    yield* kvm.writeLock();
  }
  yield* kvmFlushRemoteTlbs(kvm);
  yield* sim.spend(freed * costs.tableFreeNs);
  work.spteTablesFreed += freed;
  yield* kvm.writeUnlock();
}

function* unlinkChildren(kvm: Kvm, page: TdpTable): Process<TdpTable[]> {
  const { sim, costs, work, geometry } = kvm.machine;
  const children: TdpTable[] = [];
  for (let index = 0; index < geometry.entriesPerTable; index++) {
    work.spteEntriesVisited += 1;
    if (!sim.elapse(costs.spteVisitNs)) yield costs.spteVisitNs;
    const frame = page.firstPageOf(index);
    if (page.kinds[index] === EntryKind.Leaf) yield* dropSpte(kvm, { table: page, index, frame });
    else if (page.kinds[index] === EntryKind.Table) {
      yield* sim.spend(costs.spteClearNs + costs.rmapZapNs);
      const child = page.unlink(index);
      if (child.mappedPages > 0) kvm.spteCleared(frame, page.entryPages);
      children.push(child);
    }
  }
  return children;
}
