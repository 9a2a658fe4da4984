// Where threads sleep for userfaultfd: wait queues, which nobody holds and which have no place in the order of locks.

import { lockClass } from '../engine/locks/lock-class.ts';

/** A fault, until userspace has put the page in place or has allowed the write. */
export const userfaultfdWaitClass = lockClass('userfaultfd.fault', 'sleeping');
/** A reader that found nothing. */
export const userfaultfdPollClass = lockClass('userfaultfd.poll', 'sleeping');
/** A change of the address space, until userspace has read of it. */
export const userfaultfdChangeClass = lockClass('userfaultfd.change', 'sleeping');
