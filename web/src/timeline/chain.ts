// Finding the spans that a trace names: by what is known of them, at a time.

import { kindOf } from './kinds.ts';
import { between } from './spans.ts';
import type { Lane, Note, SpanAt, Timeline } from './timeline.ts';

/** Somebody who is named, and where on the timeline that is. */
export interface Link {
  readonly text: string;
  readonly at: SpanAt | null;
}

/** What the trace says itself: a flush, the section or notification that asked for it, the operation that this belongs to. */
export function chainOf(timeline: Timeline, note: Note, own: string, startNs: number, endNs: number): Link[] {
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

export const noteAt = ({ lanes, notes }: Timeline, { lane, row, index }: SpanAt): Note =>
  notes[lanes[lane]?.rows[row]?.note[index] ?? 0] ?? {};

type Test = (note: Note, startNs: number, kind: number) => boolean;

/** Of the lanes of that group the spans at that time that pass. */
export function* findSpans(
  timeline: Timeline,
  group: Lane['group'],
  startNs: number,
  endNs: number,
  isIt: Test,
): Generator<SpanAt> {
  for (const [lane, { rows, ...own }] of timeline.lanes.entries()) {
    if (own.group !== group) continue;
    for (const [row, spans] of rows.entries()) {
      const [first, end] = between(spans, startNs, endNs);
      for (let index = first; index < end; index++) {
        if (spans.endNs[index]! < startNs) continue;
        const note = timeline.notes[spans.note[index]!] ?? {};
        if (isIt(note, spans.startNs[index]!, spans.kind[index]!)) yield { lane, row, index };
      }
    }
  }
}

/** The first of them. */
export function findSpan(timeline: Timeline, group: Lane['group'], startNs: number, endNs: number, isIt: Test) {
  for (const at of findSpans(timeline, group, startNs, endNs, isIt)) return at;
  return null;
}

/** Of those that pass the one that began last. */
export function findLatest(timeline: Timeline, group: Lane['group'], startNs: number, endNs: number, isIt: Test) {
  let found: SpanAt | null = null;
  for (const at of findSpans(timeline, group, startNs, endNs, isIt)) {
    if (found === null || timesAt(timeline, at).startNs >= timesAt(timeline, found).startNs) found = at;
  }
  return found;
}

export function timesAt({ lanes }: Timeline, { lane, row, index }: SpanAt) {
  const spans = lanes[lane]?.rows[row];
  return { startNs: spans?.startNs[index] ?? 0, endNs: spans?.endNs[index] ?? 0 };
}
