// The ids of the API, each with a sentence, and that this version can run it.

export interface Term<Id extends string = string, Available extends boolean = boolean> {
  readonly id: Id;
  readonly available: Available;
  readonly description: string;
}

const ready = <const Id extends string>(id: Id, description: string): Term<Id, true> => ({
  id,
  available: true,
  description,
});

export type Vocabulary = readonly Term[];

/** The ids of the terms that can be run. */
export type AvailableId<V extends Vocabulary> = Extract<V[number], { available: true }>['id'];

export function availableIds<V extends Vocabulary>(vocabulary: V): AvailableId<V>[] {
  return vocabulary.filter((term) => term.available).map((term) => term.id as AvailableId<V>);
}

export const notifierSchemes = [
  ready('range', 'One invalidate_range_start/end section around the whole operation, as HGM v1 and v2 do.'),
  ready('range-chunked', 'One section for each chunk (hgm.chunkBytes), closed before the next one opens.'),
  ready(
    'narrow',
    'A section only around the swap of the top entry; accounting and freeing of tables happen outside of it.',
  ),
  ready(
    'post-collapse',
    'No section; one collapsed(R) notification after the page tables are switched. Takes a handler.',
  ),
  ready('none', 'KVM is never told; SPTEs stay small.'),
] as const;

export const handlers = [
  ready('zap', 'Zap the leaf SPTEs under mmu_lock for write; vCPUs fault the huge SPTE in.'),
  ready('cut', 'Cut the non-leaf SPTE, with one flush a region; vCPUs fault the huge SPTE in.'),
  ready('promote', 'Put a huge SPTE in place; no vCPU takes a fault.'),
] as const;

/** Schemes as they are written in requests and results: post-collapse with its handler. */
export const schemeIds = [
  'range',
  'range-chunked',
  'narrow',
  'post-collapse/zap',
  'post-collapse/cut',
  'post-collapse/promote',
  'none',
] as const;

export const mapcountSchemes = [
  ready('subpage', 'THP-like: a leaf counts in every 4K subpage that it spans (HGM v2).'),
  ready('head-per-pte', 'A leaf counts once in the head page, whatever its size (HGM RFC v2 and v1).'),
  ready('hstate-entry', 'The head page counts present entries of the full size of the huge page (HGM RFC v1).'),
  ready('hstate-special', 'As hstate-entry, with the PAGE_SPECIAL bit in the entry as the mark of being counted.'),
  ready('folio-pairs', 'The folio counts pairs of VMA and page-table page that map some of it (Wilcox, January 2023).'),
  ready('folio-vmas', 'The folio counts VMAs that map some of it (Wilcox, February 2023).'),
] as const;

export const operations = [
  ready('uffdio-copy', 'UFFDIO_COPY: allocates a page, copies into it and maps it.'),
  ready('uffdio-continue', 'UFFDIO_CONTINUE: maps a page that the page cache already holds.'),
  ready('uffdio-writeprotect', 'UFFDIO_WRITEPROTECT: sets or clears write protection of a range.'),
  ready('madv-split', 'MADV_SPLIT: allows high-granularity mapping of a hugetlb VMA; splits nothing by itself.'),
  ready(
    'madv-collapse',
    'MADV_COLLAPSE: maps a range with the largest leaves its memory allows; anonymous and shmem pages may move.',
  ),
  ready(
    'khugepaged-scan',
    'khugepaged goes over the range once, and collapses the blocks that are worth it; it asks KVM which pages are young.',
  ),
  ready('madv-dontneed', 'MADV_DONTNEED: drops what is mapped in a range; the tables stay.'),
  ready(
    'munmap',
    'munmap(): removes the mapping of a range, with its page tables. A guest that touches it gets -EFAULT.',
  ),
  ready(
    'mprotect',
    'mprotect(): changes the permission of a range. A guest that writes where it may not gets -EFAULT.',
  ),
  ready(
    'mremap',
    'mremap(): moves the mapping of a range to another address; a guest that touches the old one gets -EFAULT.',
  ),
  ready('fork', 'fork(): copies the mm; anonymous pages become read-only, and a write copies them.'),
  ready('truncate', 'ftruncate() of the file to the start of the range, which reaches to the end of the memory.'),
  ready('punch-hole', 'fallocate(PUNCH_HOLE) of the range in the file: its pages go, the size stays.'),
  ready('migrate-pages', 'move_pages(): moves what is mapped in the range to other frames.'),
  ready(
    'memory-failure',
    'A hardware memory error in the first page of the range; a huge page of hugetlb is lost as a whole.',
  ),
  ready('dirty-log-enable', 'KVM starts dirty logging of a memslot: splits and write-protects its SPTEs.'),
  ready('dirty-log-disable', 'KVM ends dirty logging of a memslot and makes its SPTEs huge again.'),
] as const;

export const backings = [
  ready('anonymous', 'Private anonymous memory.'),
  ready('shmem', 'Shared memory in tmpfs.'),
  ready('hugetlb-2m', 'Shared HugeTLB pages of 2 MiB.'),
  ready('hugetlb-1g', 'Shared HugeTLB pages of 1 GiB.'),
] as const;

export const mappedSizes = [
  ready('4k', 'Mapped with 4 KiB entries.'),
  ready('2m', 'Mapped with 2 MiB entries.'),
  ready('1g', 'Mapped with 1 GiB entries.'),
  ready('none', 'Not mapped; pages are in the page cache.'),
] as const;

export const userfaultModes = [
  ready('none', 'No fault goes to userspace.'),
  ready('missing', 'A fault on a page that is nowhere; UFFDIO_COPY brings it.'),
  ready('minor', 'Also a fault on a page that only the page cache has; UFFDIO_CONTINUE maps it.'),
] as const;

export const folioSizes = [
  ready('4k', 'Small pages.'),
  ready('2m', 'Transparent huge pages, mapped with entries of their size or smaller.'),
] as const;

export const mmus = [
  ready('tdp', "Two-dimensional paging, KVM's TDP MMU."),
  ready('shadow', 'Shadow paging: faults hold mmu_lock for write, and SPTEs are found by rmaps. See vm.guestPage.'),
] as const;

export const guestPages = [
  ready('4k', 'The guest maps its memory with 4 KiB pages: no SPTE is larger.'),
  ready('2m', 'The guest maps its memory with 2 MiB pages: SPTEs of 2 MiB and 4 KiB.'),
  ready('1g', 'The guest maps its memory with 1 GiB pages: SPTEs of any size.'),
] as const;

export const kernels = [
  ready('6.1', 'Linux 6.1: no check for a retry before GUP; a retry lap takes GUP and mmu_lock.'),
  ready('6.12', 'Linux 6.12: checks for a retry before GUP.'),
  ready('6.18', 'Linux 6.18: zaps do not touch struct pages; huge SPTEs recovered in place.'),
] as const;

export const preemptions = [
  ready('full', 'Preemptible kernel: a walk yields mmu_lock when somebody waits for it.'),
  ready('voluntary', 'Voluntary preemption: a walk yields only when its CPU is wanted.'),
] as const;

export const hgmVersions = [
  ready('rfc1', 'HGM RFC v1, June 2022: i_mmap_rwsem for write, the page locked.'),
  ready('rfc2', 'HGM RFC v2, October 2022: hugetlb vma_lock for write.'),
  ready('v1', 'HGM v1, January 2023: vma_lock and i_mmap_rwsem for write, relocked for each page.'),
  ready('v2', 'HGM v2, February 2023: mmap_lock for write.'),
] as const;

const stride = ready(
  'stride',
  'Each vCPU walks all of the memory, every n-th page, round and round, from a place of its own.',
);
const uniform = ready('uniform', 'Each vCPU touches pages of the whole memory at random, all alike.');
const zipf = ready('zipf', 'Each vCPU touches pages at random, few of them often (guest.zipfExponent).');
const idle = ready('idle', 'No vCPU touches anything.');

export const patterns = [
  stride,
  uniform,
  zipf,
  ready('phases', 'Patterns that follow one another, once or round and round (guest.phases, guest.repeatPhases).'),
  ready('trace', 'Each vCPU replays its part of a recorded list of accesses (guest.trace), then halts.'),
  idle,
] as const;

export const phasePatterns = [stride, uniform, zipf, idle] as const;

export const stallCauses = [
  ready('invalidate-retry', 'Spin: the fault retries because an invalidation of its range is open or has just ended.'),
  ready('retry-sleep', 'Sleep: the same, on a kernel that lets a vCPU sleep between two looks (cost retrySleepNs).'),
  ready('mmu-lock', "Spin: waiting for KVM's mmu_lock."),
  ready('mmap-lock', 'Sleep: waiting for mmap_lock.'),
  ready('vma-lock', 'Sleep: waiting for the hugetlb vma_lock.'),
  ready('i-mmap-lock', 'Sleep: waiting for i_mmap_rwsem.'),
  ready('fault-mutex', 'Sleep: waiting for the hugetlb fault mutex.'),
  ready('folio-lock', 'Sleep: waiting for the folio lock.'),
  ready('userfault', 'Sleep: waiting until userspace has put the page in place.'),
  ready('fault', 'Handling the fault itself.'),
  ready('tlb-flush', 'Kicked out of guest mode by a TLB flush: exit, flush, re-entry.'),
  ready('subtree-teardown', 'Taking down the page table that a huge SPTE has replaced.'),
] as const;

export const topics = [
  ready('stall', 'A stall window has closed.'),
  ready('vcpu', 'A vCPU has begun to run, or to stand still.'),
  ready('notifier', 'A section was opened or closed, or a collapse was notified.'),
  ready('operation', 'An operation of the timeline has started or ended.'),
  ready('fault', 'A lap of a vCPU through the fault path.'),
  ready('lock', 'A wait for a lock has ended.'),
  ready('tlb', 'A TLB flush by KVM or a shootdown by the host.'),
  ready('userfault', 'A vCPU waits for userspace, or is woken.'),
  ready('finding', 'The run has shown something to be wrong.'),
  ready('progress', 'How far the run is.'),
] as const;
