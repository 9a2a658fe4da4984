// The words of a measurement. Operations, backings and sizes are those of scenarios, as far as this host can have them.

export const hostOperations = [
  'nothing',
  'madv-collapse',
  'madv-dontneed',
  'mprotect',
  'munmap',
  'punch-hole',
  'fork',
  'uffdio-continue',
] as const;
export type HostOperationId = (typeof hostOperations)[number];

export const hostBackings = ['anonymous', 'shmem', 'hugetlb-2m'] as const;
export const hostSizes = ['4k', '2m'] as const;

/** What the guest touches, seen from the range that is operated on. */
export const places = [
  { id: 'inside', description: 'the range that is operated on' },
  { id: 'outside', description: 'as much memory beside it, of the same mapping' },
  { id: 'whole', description: 'all of the mapping' },
  { id: 'other-vma', description: 'another mapping; the VM has the one that is operated on, too' },
  { id: 'no-slot', description: 'another mapping; the VM does not have the one that is operated on' },
] as const;
export type Place = (typeof places)[number]['id'];

export interface MemoryKind {
  readonly backing: (typeof hostBackings)[number];
  /** Size of the folios. */
  readonly folios: (typeof hostSizes)[number];
  /** Size of the entries that map them when the operation begins. */
  readonly mapped: (typeof hostSizes)[number];
}
