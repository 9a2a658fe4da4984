// For whom a task waits, written down when its wait begins and only where somebody observes waits for locks. A lock does not
// know its readers by name, so who holds it is asked of the tasks: too much for a wait that nobody looks at.

import type { HoldMode, Task, Waitable } from '../task.ts';

/** The channel on which waits for locks are told. */
export const LOCK_WAITS = 'lock-waits';

/** A reader can wait, behind a writer, for hundreds of readers. */
const NAMED_HOLDERS_MAX = 8;

interface LockUser {
  readonly task: string;
  readonly mode: HoldMode;
}

export interface WaitNote {
  /** What the waiter wants it for; null: it waits in a queue for an event. */
  readonly mode: HoldMode | null;
  /** Who held the lock when the wait began, the oldest tasks first; up to eight. Nobody holds what is no lock. */
  readonly holders: readonly LockUser[];
  /** How many more held it; who is a reader twice counts twice. */
  readonly moreHolders: number;
  /** Who was the last in the queue when this one came, and what for; null: nobody waited. */
  readonly queuedBehind: LockUser | null;
  /** Whose release or wake has ended the wait: of several holders the last one, or one who was queued in between. */
  readonly releasedBy: string | null;
}

export type OpenWaitNote = { -readonly [K in keyof WaitNote]: WaitNote[K] };

/** Of a wait that nobody has observed, and of one for no lock. */
export const nobodyNoted = (): OpenWaitNote => ({
  mode: null,
  holders: [],
  moreHolders: 0,
  queuedBehind: null,
  releasedBy: null,
});

interface BegunWait {
  readonly task: Task;
  readonly lock: Waitable;
  readonly holderCount: number;
  /** The last in the queue. */
  readonly before: Task | null;
}

/** `tasks`: all that there are. */
export function noteWait({ task, lock, holderCount, before }: BegunWait, tasks: readonly Task[]): OpenWaitNote {
  const holders: LockUser[] = [];
  const most = Math.min(holderCount, NAMED_HOLDERS_MAX);
  for (let at = 0; at < tasks.length && holders.length < most; at++) {
    const holder = tasks[at] as Task;
    const mode = holder.modeOf(lock);
    if (mode !== null) holders.push({ task: holder.name, mode });
  }
  return {
    mode: wantedMode(task),
    holders,
    moreHolders: holderCount - holders.length,
    queuedBehind: before === null ? null : { task: before.name, mode: wantedMode(before) },
    releasedBy: null,
  };
}

const wantedMode = (waiter: Task): HoldMode => (waiter.waitsForWrite ? 'write' : 'read');
