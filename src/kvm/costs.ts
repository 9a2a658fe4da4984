import type { MmCosts } from '../mm/costs.ts';

/** What KVM spends, in integer nanoseconds; values and sources come from a cost profile. Uncontended, as in mm. */
export interface KvmCosts extends MmCosts {
  /** VM exit and re-entry together; the model spends half of it on each side of the fault handler. */
  readonly vmExitEntryNs: number;
  /** Exit dispatch, memslot look-up, topping up of the memory caches. */
  readonly faultSetupNs: number;
  /** One look at mmu_invalidate_in_progress and mmu_invalidate_seq. */
  readonly retryCheckNs: number;
  /** fast_page_fault(): lockless walk and dirty bitmap, without its cmpxchg. */
  readonly fastPageFaultNs: number;
  /** TDP walk and making of one SPTE, without its cmpxchg. */
  readonly tdpMapNs: number;
  /** Shadow paging: reading one entry of the guest's page tables; making one SPTE with its entry in the rmap. */
  readonly guestPteReadNs: number;
  readonly shadowSpteNs: number;
  /** Shadow paging: looking at one rmap head; dropping an SPTE from its rmap, beside clearing it. */
  readonly rmapHeadVisitNs: number;
  readonly rmapZapNs: number;
  readonly spteVisitNs: number;
  readonly spteClearNs: number;
  /** Writing one child SPTE of a leaf that is split. */
  readonly spteInstallNs: number;
  /** One xchg of an entry of a table that was taken out of the tree. */
  readonly teardownXchgNs: number;
  readonly kvmFlushFixedNs: number;
  readonly kvmFlushPerRunningVcpuNs: number;
  readonly kvmFlushPerIdleVcpuNs: number;
  /** What a kick out of guest mode takes from the vCPU: exit, flush, re-entry, cold TLB. */
  readonly kickedVcpuNs: number;
  readonly notifierCallNs: number;
  /** A fault that an open section sends back spins for so long, then sleeps: once, and between two looks after it; 0: never. */
  readonly retrySpinNs: number;
  readonly retrySleepFirstNs: number;
  readonly retrySleepNs: number;
  /** The guest switches to another task, because a page is not there or because one has come. */
  readonly guestSwitchNs: number;
  /** synchronize_srcu_expedited() after a change of memslots, without readers. */
  readonly srcuSyncNs: number;
  /** What an access that misses the TLB takes longer under an SPTE of 4K, of 2M, than under one of 1G. */
  readonly tlbMissExtra4kNs: number;
  readonly tlbMissExtra2mNs: number;
}
