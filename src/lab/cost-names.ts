// The nanoseconds that a cost profile must give, and what each one pays for. All are uncontended: who waits for a
// lock or a cache line waits in the model, never in a number.

export const costDescriptions = {
  vmExitEntryNs: 'VM exit and re-entry, without any work in between',
  faultSetupNs: 'exit dispatch, memslot look-up and memory caches of one lap through the fault path',
  retryCheckNs: 'one look at invalidation count and sequence: the snapshot, and each check against it',
  gupFastNs: 'one lockless GUP walk with interrupts off, without its two atomics on the folio',
  fastPageFaultNs: 'the lockless path of a write to a write-protected SPTE: walk and dirty bitmap, without the cmpxchg',
  guestPteReadNs: "reading one entry of the guest's own page tables in a fault (shadow paging)",
  hostLevelNs: 'reading the host page tables for the size of the mapping',
  tdpMapNs: 'TDP walk to the goal level and building of the SPTE, without the cmpxchg that installs it',
  shadowSpteNs:
    'making one SPTE and entering it into its rmap (shadow paging): that of a fault, and each that it prefetches',
  slowGupNs: 'one pass of the host fault handler that finds the page in the page cache, without its locks',
  rwsemNs: 'one uncontended acquire and release of a rw_semaphore',
  mutexNs: 'one uncontended acquire and release of a mutex or of the folio lock',
  ptlNs: 'one uncontended lock and unlock of a page-table lock',
  atomicHotNs: 'one atomic operation on a line that this CPU owns',
  atomicStructPageNs:
    'one atomic operation on a cold struct page, in sequence with its neighbours; nothing spends it by itself, subpageMapcountNs is taken from it',
  contendedLineNs: 'service time of one atomic operation on a line that another CPU owned last',
  spteVisitNs: 'reading one SPTE in a zap walk, without the reschedule test',
  spteClearNs: 'writing one leaf SPTE as non-present, with its statistics',
  rmapHeadVisitNs: 'looking at one rmap head, empty or not, in a walk over a range (shadow paging)',
  rmapZapNs: 'what dropping an SPTE through its rmap costs beside spteClearNs and the mark (shadow paging)',
  ptePageMarkNs:
    'marking a struct page dirty and accessed: of each PTE of a file that is cleared, of each zapped SPTE up to 6.12, of each page that KVM maps from 6.13 on',
  teardownXchgNs: 'one xchg of an entry of a removed TDP table',
  spteInstallNs: 'writing one child SPTE when a huge one is split',
  tableAllocNs: 'allocating one page-table page',
  tableFreeNs: 'queueing one removed page-table page to be freed',
  kvmFlushFixedNs: 'one remote TLB flush by KVM, the part that does not depend on the vCPUs',
  kvmFlushPerRunningVcpuNs: 'one remote TLB flush by KVM, for each vCPU in guest mode',
  kvmFlushPerIdleVcpuNs: 'one remote TLB flush by KVM, for each vCPU that is not in guest mode',
  kickedVcpuNs: 'what being kicked out of guest mode costs a vCPU: exit, INVEPT, refill of the TLB, re-entry',
  ipiNs:
    'one interrupt from one CPU to another, until it is taken; nothing spends it by itself, flushes and shootdowns contain it',
  shootdownFixedNs: 'one TLB shootdown of the host, the part that does not depend on the CPUs',
  shootdownPerCpuNs: 'one TLB shootdown of the host, for each CPU that runs the mm',
  hgmWalkNs: 'one high-granularity walk to a leaf of a hugetlb mapping',
  leafXchgNs: 'clearing one host page-table entry',
  gatherNs: 'queueing one page in the mmu_gather',
  subpageMapcountNs: 'one increment or decrement of the mapcount of a 4K subpage',
  headMapcountNs: "one increment or decrement of the mapcount in the folio's head page, line owned",
  entryScanNs:
    'reading one host page-table entry in a scan for other mappings of the page (mapcounts by pairs, by VMAs)',
  headPutNs: 'dropping one reference of the head page, line owned',
  pteScanNs: 'looking at one PTE and its struct page in a scan of a whole table',
  pteInstallNs: 'writing one host page-table entry, without mapcount and reference',
  pageCacheLookupNs: 'finding a folio in the page cache',
  notifierCallNs: 'one walk of the notifier chain and of the memslots: SRCU, list, interval tree',
  retrySpinNs:
    'how long a fault that an open section sends back spins before its vCPU sleeps, where retrySleepNs is not 0',
  retrySleepFirstNs: 'how long the first of these sleeps is',
  retrySleepNs:
    'how long a vCPU then sleeps between two looks at the section that sends its fault back; 0: it spins, as upstream kernels do',
  guestSwitchNs: 'what an async page fault costs the guest: the interrupt, and the switch to another task',
  srcuSyncNs: 'a grace period after a change of memslots, where no reader of the old ones is left to wait for',
  syscallNs: 'entry to and return from one system call',
  uffdContinueBaseNs:
    'one UFFDIO_CONTINUE, COPY or WRITEPROTECT, the part outside of its locks, walk, look-up and entry',
  uffdEventNs: 'queueing the message of one userfault, under the lock of the fd',
  uffdReadNs: 'handing one message to its reader, under the lock of the fd, without the system call',
  uffdWakeNs: 'waking one sleeper of a userfaultfd, under the lock of the fd',
  sleepWakeUpNs: 'from the wake-up of a sleeping task until it runs',
  condReschedNs: 'one test of need_resched and of contention in a walk that may yield',
  tlbMissExtra4kNs: 'what a guest access that misses the TLB costs more with 4K than with 1G SPTEs',
  tlbMissExtra2mNs: 'what a guest access that misses the TLB costs more with 2M than with 1G SPTEs',
  copyPageNs: 'copying one 4K page',
  zeroPageNs: 'taking one 4K page from the page allocator and zeroing it',
  freePageNs: 'giving one folio back to the page allocator',
  freeTailPageNs: 'what the allocator looks at in each tail page of a large folio that comes back',
} as const;

export type CostName = keyof typeof costDescriptions;

export const costNames = Object.keys(costDescriptions) as readonly CostName[];
