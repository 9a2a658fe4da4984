// KVM's MMU for CPUs without two-dimensional paging. Shadow page tables translate what the guest's own translate, straight to
// host frames; here the guest maps all of its memory with pages of one size, each frame at its own number, and leaves them so.

import type { Process } from '../../engine/process.ts';
import type { Gfn, Level } from '../../mm/address.ts';
import type { GupPage } from '../../mm/gup.ts';
import type { KvmCosts } from '../costs.ts';
import type { Kvm } from '../kvm.ts';
import type { Memslot } from '../memslot.ts';
import type { FaultAccount, FaultResult, SecondaryMmu } from '../secondary-mmu.ts';
import { kvmFlushRemoteTlbs } from '../tlb.ts';
import {
  kvmRmapZapCollapsible,
  kvmRmapZapGfnRange,
  rmapAgeGfnRange,
  rmapProtectDirty,
  rmapWriteProtectSlot,
} from './rmap-walk.ts';
import { guestEntriesTo, shadowFetch } from './shadow-fault.ts';
import { ShadowPages } from './shadow-pages.ts';
import { shadowZapAll } from './shadow-zap-all.ts';

export class ShadowMmu implements SecondaryMmu {
  readonly maxLevel: Level;
  readonly faultLock = 'write';
  /** paging64_page_fault() has none: the permission comes back under mmu_lock. */
  readonly hasFastPageFault = false;
  readonly #pages = new ShadowPages();

  /** `guestLevel`: the size of the guest's own pages. No SPTE is larger than the guest page that it is for. */
  constructor(guestLevel: Level) {
    this.maxLevel = guestLevel;
  }

  /** Models paging64_walk_addr(), arch/x86/kvm/mmu/paging_tmpl.h: the guest's tables, before anything else. */
  guestWalkNs(costs: KvmCosts): number {
    return guestEntriesTo(this.maxLevel) * costs.guestPteReadNs;
  }

  map(
    kvm: Kvm,
    slot: Memslot,
    frame: Gfn,
    page: Pick<GupPage, 'pfn' | 'writable'>,
    _write: boolean,
    account: FaultAccount,
  ): Process<FaultResult> {
    return shadowFetch({ kvm, pages: this.#pages, slot, frame, page, account });
  }

  unmapGfnRange(kvm: Kvm, first: Gfn, end: Gfn): Process<boolean> {
    return kvmRmapZapGfnRange(kvm, this.#pages, first, end);
  }

  zapCollapsible(kvm: Kvm, slot: Memslot, first: Gfn, end: Gfn): Process<boolean> {
    return kvmRmapZapCollapsible(kvm, this.#pages, slot, first, end);
  }

  ageGfnRange(kvm: Kvm, first: Gfn, end: Gfn, testOnly: boolean): Process<boolean> {
    return rmapAgeGfnRange(kvm, this.#pages, first, end, testOnly);
  }

  /** Without the eager split: kvm_mmu_slot_try_split_huge_pages() is for the TDP MMU alone. */
  startDirtyLogging(kvm: Kvm, slot: Memslot): Process<void> {
    return rmapWriteProtectSlot(kvm, this.#pages, slot);
  }

  *stopDirtyLogging(kvm: Kvm, slot: Memslot): Process<void> {
    yield* kvm.writeLock();
    if (yield* this.zapCollapsible(kvm, slot, slot.baseGfn, slot.endGfn)) yield* kvmFlushRemoteTlbs(kvm);
    yield* kvm.writeUnlock();
  }

  protectDirty(kvm: Kvm, slot: Memslot, taken: readonly number[]): Process<void> {
    return rmapProtectDirty(kvm, this.#pages, slot, taken);
  }

  zapAll(kvm: Kvm): Process<void> {
    return shadowZapAll(kvm, this.#pages);
  }
}
