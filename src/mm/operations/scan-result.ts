import { Errno } from '../errno.ts';

/** How a step of a THP collapse has ended. Models enum scan_result, mm/khugepaged.c, as far as anything here can end so. */
export type ScanResult =
  | 'succeed'
  | 'exceed-none-pte'
  | 'exceed-shared-pte'
  | 'fail'
  | 'lack-referenced-page'
  | 'pmd-mapped'
  | 'pmd-none'
  | 'pmd-null'
  | 'pte-mapped-hugepage'
  | 'page-compound'
  | 'page-count'
  | 'page-filled'
  | 'page-lock'
  | 'page-lru'
  | 'page-null'
  | 'page-ro'
  | 'pte-non-present'
  | 'pte-uffd-wp'
  | 'vma-check';

/** After these madvise(MADV_COLLAPSE) goes on with the next block; any other failure ends the call. */
const whitelisted: ReadonlySet<ScanResult> = new Set([
  'pmd-null',
  'page-ro',
  'pte-non-present',
  'page-null',
  'page-count',
  'page-lock',
  'page-lru',
  'page-compound',
]);

export const mayGoOn = (result: ScanResult): boolean => whitelisted.has(result);

/** What userspace is told about the last block that failed. Models madvise_collapse_errno(), mm/khugepaged.c. */
export function madviseCollapseErrno(result: ScanResult): Errno {
  // Somebody else uses a page at this moment: worth another try.
  const inUse: readonly ScanResult[] = ['page-count', 'page-lock', 'page-lru', 'page-filled'];
  if (inUse.includes(result)) return Errno.EAGAIN;
  return Errno.EINVAL;
}
