// Who kept a task out of a lock, what that one waited for itself, and so on: by names and times, as docs/guides/traces.md gives them.

import { chainOf, findLatest, findSpans, type Link, noteAt, timesAt } from './chain.ts';
import { isWork, kindOf, kindOfLock } from './kinds.ts';
import { aheadOf, holderOf, nextInQueue, userText, type Wait, waitAt } from './lock-wait.ts';
import { between, lengthNs } from './spans.ts';
import type { SpanAt, Timeline } from './timeline.ts';

export interface Holder {
  /** Task and mode. */
  readonly text: string;
  /** What it was at, from the innermost to the outermost. */
  readonly within: readonly Link[];
}

export interface LockWait {
  readonly task: string;
  readonly ns: number;
  readonly lock: Link;
  /** read or write; null: a queue for an event, or not recorded. */
  readonly mode: string | null;
  /** When the wait began; who let the waiter in is the first of them. */
  readonly holders: readonly Holder[];
  readonly moreHolders: number;
  /** The one before it in the queue; of a reader the next writer, past that many readers. */
  readonly behind: (Link & { readonly passed: number }) | null;
  readonly releasedBy: Link | null;
}

/** A holder that is a vCPU, and stood still for something that is no lock. */
export interface HolderStall {
  readonly task: string;
  readonly kind: number;
  readonly ns: number;
  readonly at: SpanAt | null;
  readonly chain: readonly Link[];
}

export interface LockChain {
  /** Each waited for the next, or for somebody whose wait is the next. */
  readonly waits: readonly LockWait[];
  readonly end: HolderStall | null;
  /** It goes on. */
  readonly isCut: boolean;
  /** Who else waited for the first lock. */
  readonly others: number;
}

export const WAITS_SHOWN = 6;
const HOLDERS_SHOWN = 3;

/** From a span on the lane of a lock. */
export function lockChain(timeline: Timeline, from: SpanAt): LockChain {
  const waits: LockWait[] = [];
  const passed = new Set<string>();
  let next: SpanAt | null = from;
  let end: HolderStall | null = null;
  while (next !== null && waits.length < WAITS_SHOWN) {
    passed.add(keyOf(next));
    const wait = waitAt(timeline, next);
    waits.push(toldOf(timeline, wait));
    ({ next, end } = behind(timeline, wait));
    // Two that wait for one another at different times would go round for ever.
    if (next !== null && passed.has(keyOf(next))) next = null;
  }
  return { waits, end, isCut: next !== null, others: othersOf(timeline, waitAt(timeline, from)) };
}

const keyOf = ({ lane, row, index }: SpanAt): string => `${lane} ${row} ${index}`;

function toldOf(timeline: Timeline, wait: Wait): LockWait {
  const { at, task, lock, mode, startNs, endNs, releasedBy, queuedBehind } = wait;
  const inOrder = [...wait.holders].sort((a, b) => Number(b.task === releasedBy) - Number(a.task === releasedBy));
  const shown = inOrder.slice(0, HOLDERS_SHOWN);
  const before = aheadOf(timeline, wait) ?? (queuedBehind === null ? null : nextInQueue(timeline, wait, queuedBehind));
  return {
    task,
    ns: endNs - startNs,
    lock: { text: lock, at },
    mode,
    holders: shown.map((user) => ({
      text: userText(user),
      within: deedsOf(timeline, user.task, lock, startNs, startNs),
    })),
    moreHolders: wait.moreHolders + inOrder.length - shown.length,
    behind: before === null ? null : { text: userText(before.user), at: before.at, passed: before.passed },
    releasedBy:
      releasedBy === null
        ? null
        : { text: releasedBy, at: deedsOf(timeline, releasedBy, lock, startNs, endNs)[0]?.at ?? null },
  };
}

/** A thread that notifies takes mmu_lock for the notification; other locks it holds for all of its operation. */
function deedsOf(timeline: Timeline, task: string, lock: string, startNs: number, endNs: number): Link[] {
  const links: Link[] = [];
  const section = kindOf('section');
  const isNotice = (kind: number): boolean => kind === section || kind === kindOf('collapsed');
  const notice =
    kindOfLock(lock) === kindOf('mmu-lock')
      ? findLatest(timeline, 'notifications', startNs, endNs, (note, _, kind) => note.task === task && isNotice(kind))
      : null;
  if (notice !== null) {
    const { section: number, process } = noteAt(timeline, notice);
    links.push({
      text: `${number === undefined ? 'collapsed' : `section ${String(number)}`} of process ${String(process)}`,
      at: notice,
    });
  }
  const operation = findLatest(timeline, 'process', startNs, endNs, (note) => note.task === task);
  if (operation !== null) {
    const { name, index } = noteAt(timeline, operation);
    links.push({ text: `${String(name)}${index === undefined ? '' : `, operation ${String(index)}`}`, at: operation });
  }
  if (links.length > 0) return links;
  const window = windowOf(timeline, task, startNs, endNs);
  return window === null ? [] : [{ text: `a stall of vCPU ${task.slice('vcpu'.length)}`, at: window }];
}

const laneOf = ({ lanes }: Timeline, task: string): number =>
  lanes.findIndex(({ id, group }) => group === 'vcpu' && id.replace(' ', '') === task);

/** The last one of the vCPU in that time. */
function windowOf(timeline: Timeline, task: string, startNs: number, endNs: number): SpanAt | null {
  const lane = laneOf(timeline, task);
  const windows = timeline.lanes[lane]?.rows[0];
  if (windows === undefined) return null;
  const [first, end] = between(windows, startNs, endNs);
  return end > first ? { lane, row: 0, index: end - 1 } : null;
}

interface Behind {
  readonly next: SpanAt | null;
  readonly end: HolderStall | null;
}

/** Whom a wait leads to: to the holder while that was in the way to the end, else to who was before it in the queue. */
function behind(timeline: Timeline, wait: Wait): Behind {
  const { mode, holders, releasedBy } = wait;
  const holder = holderOf(wait);
  const ahead = aheadOf(timeline, wait);
  const isReaderAmongReaders = mode === 'read' && holders.every((one) => one.mode === 'read');
  const isOutlasted = ahead !== null && releasedBy !== null && releasedBy !== holder?.task;
  if (holder === null || isReaderAmongReaders || isOutlasted) return { next: ahead?.at ?? null, end: null };
  return behindHolder(timeline, holder.task, wait);
}

/**
 * What the holder waited for longest meanwhile. One who has let the waiter in held the lock up to then; of another it is only sure that it
 * held it when the wait began.
 */
function behindHolder(timeline: Timeline, task: string, wait: Wait): Behind {
  const lastNs = wait.releasedBy === task ? wait.endNs : wait.startNs;
  const sharedNs = (startNs: number, endNs: number): number =>
    startNs > lastNs ? 0 : Math.min(endNs, wait.endNs) - Math.max(startNs, wait.startNs);
  let found: Behind = { next: null, end: null };
  let most = 0;
  const isOther = ({ task: of, lock }: Readonly<Record<string, unknown>>) => of === task && lock !== wait.lock;
  for (const next of findSpans(timeline, 'lock', wait.startNs, lastNs, isOther)) {
    const { startNs, endNs } = timesAt(timeline, next);
    const ns = sharedNs(startNs, endNs);
    if (ns > most) [most, found] = [ns, { next, end: null }];
  }
  const stretches = timeline.lanes[laneOf(timeline, task)]?.stretches ?? null;
  if (stretches === null) return found;
  const [first, end] = between(stretches, wait.startNs, lastNs);
  for (let index = first; index < end; index++) {
    const [startNs, endNs] = [stretches.startNs[index]!, stretches.endNs[index]!];
    const kind = stretches.kind[index]!;
    const note = timeline.notes[stretches.note[index]!] ?? {};
    const ns = sharedNs(startNs, endNs);
    if (isWork(kind) || note.lock !== undefined || ns <= most) continue;
    most = ns;
    const at = windowOf(timeline, task, startNs, startNs);
    const chain = chainOf(timeline, note, task, startNs, endNs);
    found = { next: null, end: { task, kind, ns: lengthNs(stretches, index), at, chain } };
  }
  return found;
}

function othersOf(timeline: Timeline, { at, task, startNs, endNs }: Wait): number {
  const waiting = new Set<unknown>();
  for (const spans of timeline.lanes[at.lane]?.rows ?? []) {
    const [first, end] = between(spans, startNs, endNs);
    for (let index = first; index < end; index++) {
      if (spans.startNs[index]! >= endNs || spans.endNs[index]! <= startNs) continue;
      waiting.add(timeline.notes[spans.note[index]!]?.task);
    }
  }
  waiting.delete(task);
  return waiting.size;
}
