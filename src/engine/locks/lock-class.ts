// All locks that play the same part (every page table lock, every mmap_lock) share one class. Lock order is a rule
// between classes, and lockdep checks it there: one run that takes A before B and, elsewhere, B before A is enough.

/** Whether a task that has to wait sleeps, and so may not hold a spinning lock, or spins. */
export type LockKind = 'sleeping' | 'spinning';

/** Compared by identity: make it once, at the top of a module. */
export interface LockClass {
  readonly name: string;
  readonly kind: LockKind;
}

export const lockClass = (name: string, kind: LockKind): LockClass => Object.freeze({ name, kind });
