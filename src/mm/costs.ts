/**
 * What mm spends, in integer nanoseconds. A cost profile supplies the values and their sources; the names here are the
 * ones of the profile. All of them are uncontended: waiting for a lock or for a cache line comes out of the model.
 */
export interface MmCosts {
  /** One atomic on a line this CPU owned last; and on a line that another CPU owned. */
  readonly atomicHotNs: number;
  readonly contendedLineNs: number;
  /** Acquire and release of a free rw_semaphore, of a free mutex, of a free page table lock. */
  readonly rwsemNs: number;
  readonly mutexNs: number;
  readonly ptlNs: number;
  /** hugetlb_full_walk() to one leaf; clearing it (xchg); queueing its page in the mmu_gather. */
  readonly hgmWalkNs: number;
  readonly leafXchgNs: number;
  readonly gatherNs: number;
  /** Looking at one PTE and at the struct page that it points to, in a scan of a table. */
  readonly pteScanNs: number;
  /** Writing one entry of a page table under its lock. */
  readonly pteInstallNs: number;
  /** One subpage->_mapcount atomic in sequential order; one mapcount atomic on the head page. */
  readonly subpageMapcountNs: number;
  readonly headMapcountNs: number;
  /** Reading one entry in a look through page tables for another mapping of the same page. */
  readonly entryScanNs: number;
  /** Dropping one reference of a folio on its head page. */
  readonly headPutNs: number;
  readonly pageCacheLookupNs: number;
  /** Marking a struct page dirty and accessed: for each PTE of a file that is cleared; in KVM for each SPTE that is zapped (up to 6.12) or made (later). */
  readonly ptePageMarkNs: number;
  /** Allocating one 4K page with its zeroing; copying one. */
  readonly zeroPageNs: number;
  readonly copyPageNs: number;
  /** Giving one folio back to the page allocator. */
  readonly freePageNs: number;
  /** What it looks at in each tail page of a large folio that comes back. */
  readonly freeTailPageNs: number;
  readonly tableAllocNs: number;
  readonly tableFreeNs: number;
  /** CPU TLB shootdown: the initiator's fixed part, and each interrupted CPU. */
  readonly shootdownFixedNs: number;
  readonly shootdownPerCpuNs: number;
  readonly syscallNs: number;
  /** Host fault handler around its locks, as slow GUP enters it. */
  readonly slowGupNs: number;
  readonly gupFastNs: number;
  readonly hostLevelNs: number;
  /** One UFFDIO_CONTINUE, COPY or WRITEPROTECT call, without its per-page work. */
  readonly uffdContinueBaseNs: number;
  /** Queueing the message of one fault; moving one to its reader; waking one sleeper. All under the lock of the fd. */
  readonly uffdEventNs: number;
  readonly uffdReadNs: number;
  readonly uffdWakeNs: number;
  readonly condReschedNs: number;
}
