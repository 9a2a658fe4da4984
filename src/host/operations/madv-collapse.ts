import { MADV } from '../linux.ts';
import type { HostOperation } from './host-operation.ts';
import { oneCall } from './one-call.ts';

/** Anonymous memory: collapse_huge_page. shmem: collapse_file, or collapse_pte_mapped_thp where the folios are huge. */
export const madvCollapse: HostOperation = {
  refuses({ backing, mapped }) {
    if (backing === 'hugetlb-2m') return 'hugetlb memory is collapsed by no kernel yet';
    return mapped === '2m' ? 'memory that is mapped by huge entries has nothing to collapse; use mapped 4k' : null;
  },
  run: ({ timed, memory, range }) =>
    oneCall(timed, 'madvise', [memory.address + range.offset, range.bytes, MADV.collapse]),
};
