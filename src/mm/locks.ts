// The lock classes of mm, under the names that lockdep prints and docs/locking.md orders.

import { lockClass } from '../engine/locks/lock-class.ts';

export const inodeRwsemClass = lockClass('inode.i_rwsem', 'sleeping');
export const mmapLockClass = lockClass('mmap_lock', 'sleeping');
export const hugetlbFaultMutexClass = lockClass('hugetlb_fault_mutex', 'sleeping');
export const hugetlbVmaLockClass = lockClass('hugetlb_vma_lock', 'sleeping');
export const iMmapRwsemClass = lockClass('i_mmap_rwsem', 'sleeping');
/** Of files other than hugetlbfs: inside of the folio lock, where hugetlbfs has it outside. The kernel keeps two as well. */
export const fileIMmapRwsemClass = lockClass('file.i_mmap_rwsem', 'sleeping');
export const anonVmaRwsemClass = lockClass('anon_vma.rwsem', 'sleeping');
export const folioLockClass = lockClass('folio_lock', 'sleeping');
/** fault_pending_wqh.lock of a userfaultfd. */
export const userfaultfdWaitLockClass = lockClass('userfaultfd.wait_lock', 'spinning');
export const ptlClass = lockClass('ptl', 'spinning');
/** Tables one level up nest outside of the ones below them. */
export const pmdPtlClass = lockClass('pmd_ptl', 'spinning');
export const pageTableLockClass = lockClass('mm.page_table_lock', 'spinning');
