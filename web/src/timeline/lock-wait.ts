// What the slice of a wait for a lock says, and who was in its way.

import { findLatest, noteAt, timesAt } from './chain.ts';
import type { SpanAt, Timeline } from './timeline.ts';

export interface User {
  readonly task: string;
  readonly mode: string;
}

/** What the slice of a wait says. */
export interface Wait {
  readonly at: SpanAt;
  readonly startNs: number;
  readonly endNs: number;
  readonly task: string;
  readonly lock: string;
  readonly mode: string | null;
  readonly holders: readonly User[];
  readonly moreHolders: number;
  readonly queuedBehind: User | null;
  readonly releasedBy: string | null;
}

export function waitAt(timeline: Timeline, at: SpanAt): Wait {
  const { task, lock, mode, holder, moreHolders, queuedBehind, releasedBy } = noteAt(timeline, at);
  return {
    at,
    ...timesAt(timeline, at),
    task: String(task),
    lock: String(lock),
    mode: typeof mode === 'string' ? mode : null,
    holders: Array.isArray(holder) ? holder.filter(isUser) : [],
    moreHolders: typeof moreHolders === 'number' ? moreHolders : 0,
    queuedBehind: isUser(queuedBehind) ? queuedBehind : null,
    releasedBy: typeof releasedBy === 'string' ? releasedBy : null,
  };
}

const isUser = (value: unknown): value is User =>
  typeof value === 'object' && value !== null && 'task' in value && typeof value.task === 'string' && 'mode' in value;

export const userText = ({ task, mode }: User): string => `${task} (${mode})`;

interface Ahead {
  readonly user: User;
  readonly at: SpanAt | null;
  readonly passed: number;
}

export const nextInQueue = (timeline: Timeline, { lock, startNs }: Wait, user: User, passed = 0): Ahead => ({
  user,
  at: findLatest(timeline, 'lock', startNs, startNs, (note) => note.task === user.task && note.lock === lock),
  passed,
});

/** Readers do not wait for readers, so of a reader it is the next writer. Each that is passed names who stood before it. */
export function aheadOf(timeline: Timeline, wait: Wait): Ahead | null {
  const passed = new Set<string>();
  let user = wait.queuedBehind;
  while (user !== null && !passed.has(user.task)) {
    const ahead = nextInQueue(timeline, wait, user, passed.size);
    if (wait.mode !== 'read' || user.mode !== 'read') return ahead;
    if (ahead.at === null) return null;
    passed.add(user.task);
    user = waitAt(timeline, ahead.at).queuedBehind;
  }
  return null;
}

/** The only one, or of several the one who let the waiter in. */
export function holderOf({ holders, moreHolders, releasedBy }: Wait): User | null {
  const [only] = holders;
  if (only !== undefined && holders.length + moreHolders === 1) return only;
  return holders.find(({ task }) => task === releasedBy) ?? null;
}
