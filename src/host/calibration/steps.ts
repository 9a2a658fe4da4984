// What the kernel is seen to do beside a guest that runs, or without one where this host has no KVM. Each step is made of
// several costs; `fits` names the one in it that is known least, and the order is that in which they are found.

import type { CostName } from '../../lab/cost-names.ts';
import { MIB, PAGE_BYTES } from '../../lab/units.ts';
import type { MeasurementRequest } from '../measurement-plan.ts';
import type { Described } from './primitive.ts';

export interface Step extends Described {
  readonly request: MeasurementRequest;
  /**
   * operation: what it takes, for each part. beside: for how long the guest stands still in the middle of it. behind: what a touch
   * of the guest waits for once it is over. faults: the same, where all that matters of the operation is that KVM maps nothing.
   */
  readonly seen: 'operation' | 'beside' | 'behind' | 'faults';
  /** What the time of the operation is divided by. */
  readonly parts: number;
  readonly fits?: CostName | Readonly<Record<'tdp' | 'shadow', CostName>>;
}

const BYTES = 2 * MIB;
const PAGES = BYTES / PAGE_BYTES;

const elsewhere = { rangeBytes: BYTES, memoryBytes: 8 * MIB, places: ['no-slot'] } as const;
const inAnotherSlot = { ...elsewhere, places: ['other-vma'] } as const;
const inside = { rangeBytes: BYTES, memoryBytes: 4 * MIB, places: ['inside'] } as const;

export const steps: readonly Step[] = [
  {
    name: 'guest fault, page mapped',
    method:
      'gaps of a guest behind mprotect to read only and back of its anonymous memory: the host maps the page, KVM does not',
    request: { operation: 'mprotect', ...inside },
    seen: 'faults',
    parts: 1,
    fits: 'vmExitEntryNs',
  },
  {
    name: 'guest fault, page in the cache',
    method: 'gaps of a guest behind MADV_DONTNEED of its shmem: the page is in the page cache, nobody maps it',
    request: { operation: 'madv-dontneed', backing: 'shmem', ...inside },
    seen: 'behind',
    parts: 1,
    fits: 'slowGupNs',
  },
  {
    name: 'guest interrupted by a shootdown',
    method: 'gaps of a guest while MADV_DONTNEED zaps a huge page of the process that the VM does not have',
    request: { operation: 'madv-dontneed', folios: '2m', ...elsewhere },
    seen: 'beside',
    parts: 1,
    fits: 'shootdownPerCpuNs',
  },
  {
    name: 'guest kicked for a flush',
    method: 'gaps of a guest while MADV_DONTNEED zaps a huge page of another slot: that of a shootdown, and a kick',
    request: { operation: 'madv-dontneed', folios: '2m', ...inAnotherSlot },
    seen: 'beside',
    parts: 1,
    fits: 'kickedVcpuNs',
  },
  {
    name: 'zap of a huge page',
    method: 'MADV_DONTNEED of one anonymous huge page of 2 MiB, which is freed',
    request: { operation: 'madv-dontneed', folios: '2m', ...elsewhere },
    seen: 'operation',
    parts: 1,
    fits: 'freeTailPageNs',
  },
  {
    name: 'zap of a huge page that KVM maps',
    method: 'MADV_DONTNEED of one anonymous huge page of another slot',
    request: { operation: 'madv-dontneed', folios: '2m', ...inAnotherSlot },
    seen: 'operation',
    parts: 1,
    fits: 'kvmFlushPerRunningVcpuNs',
  },
  {
    name: 'protection of a page',
    method: 'mprotect of 2 MiB to read only and back, for each 4K page',
    request: { operation: 'mprotect', ...elsewhere },
    seen: 'operation',
    parts: PAGES,
  },
  {
    name: 'zap of an anonymous page',
    method: 'MADV_DONTNEED of 2 MiB, the pages are freed; for each 4K page',
    request: { operation: 'madv-dontneed', ...elsewhere },
    seen: 'operation',
    parts: PAGES,
    fits: 'gatherNs',
  },
  {
    name: 'zap of a page that KVM maps',
    method: 'MADV_DONTNEED of 2 MiB of another slot, for each 4K page',
    request: { operation: 'madv-dontneed', ...inAnotherSlot },
    seen: 'operation',
    parts: PAGES,
    fits: { tdp: 'spteClearNs', shadow: 'rmapZapNs' },
  },
  {
    name: 'zap of a shmem page',
    method: 'MADV_DONTNEED of 2 MiB, the pages stay in the cache; for each 4K page',
    request: { operation: 'madv-dontneed', backing: 'shmem', ...elsewhere },
    seen: 'operation',
    parts: PAGES,
    fits: 'ptePageMarkNs',
  },
  {
    name: 'removal of a shmem page',
    method: 'FALLOC_FL_PUNCH_HOLE of 2 MiB that are mapped, for each 4K page',
    request: { operation: 'punch-hole', ...elsewhere },
    seen: 'operation',
    parts: PAGES,
    fits: 'pageCacheLookupNs',
  },
  {
    name: 'collapse of an entry',
    method: 'MADV_COLLAPSE of a huge folio in small entries (collapse_pte_mapped_thp), for each 4K page',
    request: { operation: 'madv-collapse', backing: 'shmem', folios: '2m', mapped: '4k', ...elsewhere },
    seen: 'operation',
    parts: PAGES,
    fits: 'pteScanNs',
  },
  {
    name: 'collapse of an anonymous page',
    method: 'MADV_COLLAPSE of 2 MiB (collapse_huge_page: copies), for each 4K page',
    request: { operation: 'madv-collapse', ...elsewhere },
    seen: 'operation',
    parts: PAGES,
    fits: 'copyPageNs',
  },
  {
    name: 'collapse of a shmem page',
    method: 'MADV_COLLAPSE of 2 MiB (collapse_file: copies), for each 4K page',
    request: { operation: 'madv-collapse', backing: 'shmem', ...elsewhere },
    seen: 'operation',
    parts: PAGES,
  },
  {
    name: 'guest fault, new page',
    method: 'gaps of a guest behind MADV_DONTNEED of its anonymous memory: the host allocates and zeroes a page first',
    request: { operation: 'madv-dontneed', ...inside },
    seen: 'behind',
    parts: 1,
    fits: 'zeroPageNs',
  },
];
