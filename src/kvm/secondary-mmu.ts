// What the rest of KVM asks of its MMU, and what its MMUs answer. Both keep their SPTEs in the same table (kvm.tdp); they
// differ in how they take mmu_lock, how they find the SPTEs of a range, and what becomes of a table that is no longer needed.

import type { Process } from '../engine/process.ts';
import type { Gfn, Level } from '../mm/address.ts';
import type { GupPage } from '../mm/gup.ts';
import type { KvmCosts } from './costs.ts';
import type { Kvm } from './kvm.ts';
import type { Memslot } from './memslot.ts';

/** What the fault path tells of the time that it takes, so that the stall of a vCPU has causes. */
export interface FaultAccount {
  /** Everything since the last call was for this. */
  spent(cause: 'fault' | 'invalidate-retry' | 'subtree-teardown' | 'tlb-flush'): void;
}

/** How a lap through the fault path ends. Models enum RET_PF_*, with the reason of a retry. */
export interface FaultResult {
  readonly outcome:
    | 'fixed'
    | 'spurious'
    | 'retry-invalidate'
    | 'retry-frozen'
    | 'retry-lost'
    | 'efault'
    | 'sigbus'
    /** No RET_PF: a worker brings the page, and the guest does something else. */
    | 'aside';
  /** Level of the SPTE that is in place; 0: none. */
  readonly level: Level | 0;
}

export interface SecondaryMmu {
  /** No SPTE is larger, whatever host and memslot allow. */
  readonly maxLevel: Level;
  /** How a fault holds mmu_lock from its stale check on. */
  readonly faultLock: 'read' | 'write';
  /** A write to an SPTE that dirty logging has protected may get its permission back without mmu_lock. */
  readonly hasFastPageFault: boolean;
  /** What a lap of the fault path pays before it looks at the invalidation, beside what every lap does. */
  guestWalkNs(costs: KvmCosts): number;
  /** Maps `frame`, with mmu_lock held as faultLock says. */
  map(
    kvm: Kvm,
    slot: Memslot,
    frame: Gfn,
    page: Pick<GupPage, 'pfn' | 'writable'>,
    write: boolean,
    account: FaultAccount,
  ): Process<FaultResult>;
  /** Zaps what maps [first, end) of a slot, under mmu_lock (W). Returns whether a flush is still to be done. */
  unmapGfnRange(kvm: Kvm, first: Gfn, end: Gfn): Process<boolean>;
  /** The same for SPTEs that the host's mapping has outgrown, and for no others. */
  zapCollapsible(kvm: Kvm, slot: Memslot, first: Gfn, end: Gfn): Process<boolean>;
  /** Tests accessed bits, and clears them unless only a test was asked for. Returns whether one was set. */
  ageGfnRange(kvm: Kvm, first: Gfn, end: Gfn, testOnly: boolean): Process<boolean>;
  /** Makes the first write to each page of the slot fault. The caller flushes. */
  startDirtyLogging(kvm: Kvm, slot: Memslot): Process<void>;
  /** Lets SPTEs of the slot be as large again as the host's mapping. */
  stopDirtyLogging(kvm: Kvm, slot: Memslot): Process<void>;
  /** Protects the pages of one word of the dirty bitmap anew, under mmu_lock (W). `taken`: numbers of pages in the slot. */
  protectDirty(kvm: Kvm, slot: Memslot, taken: readonly number[]): Process<void>;
  /** Drops all SPTEs and tables: the mm goes away. */
  zapAll(kvm: Kvm): Process<void>;
}
