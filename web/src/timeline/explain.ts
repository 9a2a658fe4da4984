// What a stall window was made of, whom it waited for, and how that is known. Everything here comes from the trace; where its records do
// not say who held something, what was under way meanwhile is named, and called that.

import { kindName, kindOf } from './kinds.ts';
import { between, countBelow, countOf, lengthNs, type Spans } from './spans.ts';
import type { Lane, Note, SpanAt, StallAt, Timeline } from './timeline.ts';

interface Part {
  readonly kind: number;
  readonly ns: number;
  /** Stretches that it consists of. */
  readonly count: number;
}

/** Somebody who is named, and where on the timeline that is. */
export interface Link {
  readonly text: string;
  readonly at: SpanAt | null;
}

export interface Step {
  readonly kind: number;
  readonly ns: number;
  readonly count: number;
  readonly startNs: number;
  /** From the nearest to the one behind it all: section, then operation. */
  readonly chain: readonly Link[];
  /** range, sequence, hull, flush or meanwhile; null: nothing was concluded. */
  readonly conclusion: string | null;
  /** Nobody is named by the records; these were at work for most of that time. */
  readonly meanwhile: readonly Link[];
  /** The lock that was waited for, and who else waited. */
  readonly lock: (Link & { readonly others: number }) | null;
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
  const groups = Map.groupBy(indexes, (at) => `${spans.kind[at]} ${spans.note[at]}`);
  return [...groups.values()]
    .filter(([first]) => first !== undefined && !WORK.has(spans.kind[first]!))
    .map((own) => stepOf(timeline, lane, spans, own))
    .sort((a, b) => b.ns - a.ns)
    .slice(0, STEPS_SHOWN);
}

const WORK: ReadonlySet<number> = new Set([kindOf('fault')]);

function stepOf(timeline: Timeline, lane: Lane, spans: Spans, own: readonly number[]): Step {
  // Of several, who is named and what was under way are looked up for the longest one.
  const longest = own.reduce((best, at) => (lengthNs(spans, at) > lengthNs(spans, best) ? at : best));
  const [startNs, endNs] = [spans.startNs[longest]!, spans.endNs[longest]!];
  const note = timeline.notes[spans.note[longest]!] ?? {};
  const vcpu = lane.id.replace(/^vcpu /, '');
  const chain = chainOf(timeline, note, `vcpu${vcpu}`, startNs, endNs);
  const waits = waitOf(timeline, `for vCPU ${vcpu}`, 'userspace', startNs, endNs);
  const address = waits === null ? undefined : noteAt(timeline, waits).address;
  const isOfLock = spans.kind[longest] !== kindOf('invalidate-retry') && spans.kind[longest] !== kindOf('tlb-flush');
  return {
    kind: spans.kind[longest]!,
    ns: sumNs(spans, own),
    count: own.length,
    startNs: spans.startNs[own[0]!]!,
    chain,
    conclusion: typeof note.conclusion === 'string' ? note.conclusion : null,
    meanwhile: chain.length > 0 ? [] : underWay(timeline, startNs, endNs),
    lock: isOfLock ? lockOf(timeline, `vcpu${vcpu}`, startNs, endNs) : null,
    address: spans.kind[longest] === kindOf('userfault') && typeof address === 'number' ? address : null,
  };
}

/** What the trace says itself: a flush, the section or notification that asked for it, the operation that this belongs to. */
function chainOf(timeline: Timeline, note: Note, own: string, startNs: number, endNs: number): Link[] {
  if (typeof note.causedBy !== 'string') return [];
  const { task, process, notification, section, operation } = note;
  const links: Link[] = [];
  if (note.flush !== undefined) {
    const name = note.flush === 'kvm-flush' ? 'KVM TLB flush' : 'CPU TLB shootdown';
    const isIt = (of: Note, start: number): boolean => of.task === task && start === startNs;
    const text = task === own ? `its own ${name}` : `${name} by ${String(task)}`;
    links.push({ text, at: findSpan(timeline, 'flushes', startNs, endNs, isIt) });
  }
  if (notification === 'section') {
    const isIt = (of: Note): boolean => of.section === section && of.process === process;
    const at = findSpan(timeline, 'notifications', startNs, endNs, isIt);
    links.push({ text: `section ${String(section)} of process ${String(process)}, by ${String(task)}`, at });
  } else if (notification === 'collapsed') {
    const kind = kindOf('collapsed');
    const isIt = (of: Note, _start: number, is: number): boolean => is === kind && of.task === task;
    const at = findSpan(timeline, 'notifications', startNs, endNs, isIt);
    links.push({ text: `collapsed of process ${String(process)}, by ${String(task)}`, at });
  }
  if (operation !== undefined) {
    const isIt = (of: Note): boolean => of.index === operation;
    const at = findSpan(timeline, 'process', startNs, endNs, isIt);
    const name = at === null ? 'operation' : String(noteAt(timeline, at).name);
    links.push({ text: `${name}, operation ${String(operation)}`, at });
  }
  return links.length > 0 ? links : [{ text: note.causedBy, at: null }];
}

const noteAt = ({ lanes, notes }: Timeline, { lane, row, index }: SpanAt): Note =>
  notes[lanes[lane]?.rows[row]?.note[index] ?? 0] ?? {};

type Test = (note: Note, startNs: number, kind: number) => boolean;

/** Of the lanes of that group the first span at that time that passes. */
function findSpan(timeline: Timeline, group: Lane['group'], startNs: number, endNs: number, isIt: Test): SpanAt | null {
  for (const [lane, { rows, ...own }] of timeline.lanes.entries()) {
    if (own.group !== group) continue;
    for (const [row, spans] of rows.entries()) {
      const [first, end] = between(spans, startNs, endNs);
      for (let index = first; index < end; index++) {
        if (spans.endNs[index]! < startNs) continue;
        const note = timeline.notes[spans.note[index]!] ?? {};
        if (isIt(note, spans.startNs[index]!, spans.kind[index]!)) return { lane, row, index };
      }
    }
  }
  return null;
}

const waitOf = (timeline: Timeline, task: string, group: Lane['group'], startNs: number, endNs: number) =>
  findSpan(timeline, group, startNs, endNs, (note) => note.task === task);

function lockOf(timeline: Timeline, task: string, startNs: number, endNs: number): Step['lock'] {
  const at = findSpan(
    timeline,
    'lock',
    startNs,
    endNs,
    (note, start) => note.task === task && start >= startNs && start < endNs,
  );
  if (at === null) return null;
  const waiting = new Set<unknown>();
  for (const spans of timeline.lanes[at.lane]?.rows ?? []) {
    const [first, end] = between(spans, startNs, endNs);
    for (let index = first; index < end; index++) {
      if (spans.startNs[index]! >= endNs || spans.endNs[index]! <= startNs) continue;
      waiting.add(timeline.notes[spans.note[index]!]?.task);
    }
  }
  waiting.delete(task);
  return { text: timeline.lanes[at.lane]?.label ?? '', at, others: waiting.size };
}

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
  meanwhile:
    'The vCPU waited only while this notification, and no other, was being answered. Likely, and not certain: nobody records who held the lock.',
};

export const isStall = ({ group }: Lane): boolean => group === 'vcpu';
