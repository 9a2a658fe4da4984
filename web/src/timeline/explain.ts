// What a stall window was made of, whom it waited for, and how that is known. Everything here comes from the trace; where its records do
// not say who held something, what was under way meanwhile is named, and called that.

import { chainOf, findSpan, type Link, noteAt } from './chain.ts';
import { isWork, kindName, kindOf } from './kinds.ts';
import { type LockChain, lockChain } from './lock-chain.ts';
import { between, countBelow, countOf, lengthNs, type Spans } from './spans.ts';
import type { Lane, SpanAt, StallAt, Timeline } from './timeline.ts';

interface Part {
  readonly kind: number;
  readonly ns: number;
  /** Stretches that it consists of. */
  readonly count: number;
}

export interface Step {
  readonly kind: number;
  readonly ns: number;
  readonly count: number;
  readonly startNs: number;
  /** From the nearest to the one behind it all: section, then operation. */
  readonly chain: readonly Link[];
  /** range, sequence, hull, flush, holder, queue or meanwhile; null: nothing was concluded. */
  readonly conclusion: string | null;
  /** Nobody is named by the records; these were at work for most of that time. */
  readonly meanwhile: readonly Link[];
  /** The lock that was waited for, who held it, and what that one waited for. */
  readonly lock: LockChain | null;
  /** Offset of the page that was waited for, in the memory of its process. */
  readonly address: number | null;
}

interface PageFault {
  readonly atNs: number;
  readonly outcome: string;
  readonly gfn: number;
  readonly laps: number;
}

export interface Explained {
  readonly lane: Lane;
  readonly index: number;
  readonly startNs: number;
  readonly endNs: number;
  /** The longest first; they add up to the window, but for what the records of the trace no longer have. */
  readonly parts: readonly Part[];
  readonly steps: readonly Step[];
  readonly faults: readonly PageFault[];
  readonly faultCount: number;
}

const FAULTS_SHOWN = 8;
const STEPS_SHOWN = 12;

export function explainStall(timeline: Timeline, { lane: laneIndex, index }: StallAt): Explained | null {
  const lane = timeline.lanes[laneIndex];
  const windows = lane?.rows[0];
  if (lane === undefined || windows === undefined || index >= countOf(windows)) return null;
  const [startNs, endNs] = [windows.startNs[index]!, windows.endNs[index]!];
  const stretches = lane.stretches === null ? [] : inside(lane.stretches, startNs, endNs);
  return {
    lane,
    index,
    startNs,
    endNs,
    parts: partsOf(lane.stretches, stretches),
    steps: stepsOf(timeline, lane, stretches),
    ...faultsOf(timeline, lane, startNs, endNs),
  };
}

/** Stretches never reach over the ends of their window. */
function inside(spans: Spans, startNs: number, endNs: number): number[] {
  const [first, end] = between(spans, startNs, endNs);
  const found: number[] = [];
  for (let at = first; at < end; at++) {
    if (spans.startNs[at]! >= startNs && spans.endNs[at]! <= endNs) found.push(at);
  }
  return found;
}

function partsOf(spans: Spans | null, indexes: readonly number[]): Part[] {
  if (spans === null) return [];
  const groups = Map.groupBy(indexes, (at) => spans.kind[at]!);
  return [...groups]
    .map(([kind, own]) => ({ kind, ns: sumNs(spans, own), count: own.length }))
    .sort((a, b) => b.ns - a.ns);
}

const sumNs = (spans: Spans, indexes: readonly number[]): number =>
  indexes.reduce((sum, at) => sum + lengthNs(spans, at), 0);

/** Stretches of one cause that waited for the same are one step; those that are only work are none. The longest come first. */
function stepsOf(timeline: Timeline, lane: Lane, indexes: readonly number[]): Step[] {
  const spans = lane.stretches;
  if (spans === null) return [];
  const groups = Map.groupBy(indexes, (at) => `${spans.kind[at]} ${forWhat(timeline, spans.note[at]!)}`);
  return [...groups.values()]
    .filter(([first]) => first !== undefined && !isWork(spans.kind[first]!))
    .map((own) => stepOf(timeline, lane, spans, own))
    .sort((a, b) => b.ns - a.ns)
    .slice(0, STEPS_SHOWN);
}

/** Waits for one lock differ in their queue each time, and are for the same as long as the same one was in the way. */
function forWhat({ notes }: Timeline, index: number): string {
  const { lock, causedBy, section, operation } = notes[index] ?? {};
  return lock === undefined ? String(index) : JSON.stringify([lock, causedBy, section, operation]);
}

function stepOf(timeline: Timeline, lane: Lane, spans: Spans, own: readonly number[]): Step {
  // Of several, who is named and what was under way are looked up for the longest one.
  const longest = own.reduce((best, at) => (lengthNs(spans, at) > lengthNs(spans, best) ? at : best));
  const [startNs, endNs] = [spans.startNs[longest]!, spans.endNs[longest]!];
  const note = timeline.notes[spans.note[longest]!] ?? {};
  const vcpu = lane.id.replace(/^vcpu /, '');
  const isOfLock = spans.kind[longest] !== kindOf('invalidate-retry') && spans.kind[longest] !== kindOf('tlb-flush');
  const wait = isOfLock ? lockWaitOf(timeline, `vcpu${vcpu}`, startNs, endNs) : null;
  const lock = wait === null ? null : lockChain(timeline, wait);
  const isHeld = lock?.waits[0] !== undefined && lock.waits[0].holders.length > 0;
  const chain = isHeld ? [] : chainOf(timeline, note, `vcpu${vcpu}`, startNs, endNs);
  const waits = waitOf(timeline, `for vCPU ${vcpu}`, 'userspace', startNs, endNs);
  const address = waits === null ? undefined : noteAt(timeline, waits).address;
  return {
    kind: spans.kind[longest]!,
    ns: sumNs(spans, own),
    count: own.length,
    startNs: spans.startNs[own[0]!]!,
    chain,
    conclusion: typeof note.conclusion === 'string' ? note.conclusion : null,
    meanwhile: isHeld || chain.length > 0 ? [] : underWay(timeline, startNs, endNs),
    lock,
    address: spans.kind[longest] === kindOf('userfault') && typeof address === 'number' ? address : null,
  };
}

const waitOf = (timeline: Timeline, task: string, group: Lane['group'], startNs: number, endNs: number) =>
  findSpan(timeline, group, startNs, endNs, (note) => note.task === task);

/** Where on the lane of a lock that wait is. Some stretches have no record of their own, but the wait inside of them has. */
const lockWaitOf = (timeline: Timeline, task: string, startNs: number, endNs: number): SpanAt | null =>
  findSpan(timeline, 'lock', startNs, endNs, (note, start) => note.task === task && start >= startNs && start < endNs);

const MOST = 0.5;
const LINKS_SHOWN = 3;

/** Operations that were under way for most of that time, the one with the largest part of it first. */
function underWay(timeline: Timeline, startNs: number, endNs: number): Link[] {
  const found: (Link & { readonly ns: number })[] = [];
  for (const [lane, { rows, group }] of timeline.lanes.entries()) {
    if (group !== 'process') continue;
    for (const [row, spans] of rows.entries()) {
      const [first, end] = between(spans, startNs, endNs);
      for (let index = first; index < end; index++) {
        const ns = Math.min(endNs, spans.endNs[index]!) - Math.max(startNs, spans.startNs[index]!);
        if (ns < (endNs - startNs) * MOST || ns <= 0) continue;
        const { name, task } = timeline.notes[spans.note[index]!] ?? {};
        found.push({ text: `${String(name)} by ${String(task)}`, at: { lane, row, index }, ns });
      }
    }
  }
  return found.sort((a, b) => b.ns - a.ns).slice(0, LINKS_SHOWN);
}

function faultsOf({ outcomes }: Timeline, { faults }: Lane, startNs: number, endNs: number) {
  if (faults === null) return { faults: [], faultCount: 0 };
  const first = countBelow(faults.atNs, startNs);
  const end = countBelow(faults.atNs, endNs + 1);
  const shown: PageFault[] = [];
  for (let at = first; at < Math.min(end, first + FAULTS_SHOWN); at++) {
    const outcome = outcomes[faults.outcome[at]!] ?? '';
    shown.push({ atNs: faults.atNs[at]!, outcome, gfn: faults.gfn[at]!, laps: faults.laps[at]! });
  }
  return { faults: shown, faultCount: end - first };
}

/** A span that is no stall, in words: what, by whom, on what. */
export function describeSpan({ lanes, notes }: Timeline, { lane, row, index }: SpanAt): string {
  const spans = lanes[lane]?.rows[row];
  if (spans === undefined || index >= countOf(spans)) return '';
  const kind = spans.kind[index]!;
  const { name, task, process, section, lock, address, kicked, operation } = notes[spans.note[index]!] ?? {};
  if (lock !== undefined) return `${String(task)} waits for ${String(lock)}`;
  if (address !== undefined) return `userfault ${String(task)}, page at ${hex(Number(address))}`;
  const of = operation === undefined ? '' : `, in operation ${String(operation)}`;
  const by = task === undefined ? '' : ` by ${String(task)}`;
  const on = process === undefined ? '' : ` on process ${String(process)}`;
  if (section !== undefined) return `section ${String(section)}${by}${on}${of}`;
  const count = kicked === undefined ? '' : `, ${String(kicked)} kicked`;
  return `${name === undefined ? kindName(kind) : String(name)}${by}${on}${of}${count}`;
}

export const hex = (value: number): string => `0x${value.toString(16)}`;

/** What the trace concluded, in a sentence. */
export const CONCLUSIONS: Readonly<Record<string, string>> = {
  range: "The vCPU was sent back at a page of the section's range while the section was open.",
  sequence: 'The section closed while the vCPU was on its way, which makes a lap in vain whatever page it is for.',
  hull: 'Several sections were open, and KVM keeps one interval around all of them.',
  flush: 'The stretch begins at the moment at which this flush began, and no other did.',
  holder:
    'This task held the lock when the wait began, and no other did; or several readers did, and of them this one has let the vCPU in.',
  queue:
    'Readers held the lock, and so would the vCPU have, but this writer was in the queue before it: fair locks let nobody pass.',
  meanwhile:
    'The vCPU waited only while this notification, and no other, was being answered. Likely, and not certain: the records do not have who held the lock.',
};

export const isStall = ({ group }: Lane): boolean => group === 'vcpu';
