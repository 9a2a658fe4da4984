// What the stream of a simulation comes to: the newest rows, counts by topic, open sections and findings. Nothing here grows with
// the number of events; each list has a bound.

import type { components, StreamItem } from '../../../src/client/index.ts';
import { EventRing } from './event-ring.ts';

export type SimulationEvent = components['schemas']['SimulationEvent'];
export type Finding = components['schemas']['RunFinding'];

interface GapRow {
  readonly topic: 'gap';
  /** Its last number: it stands between the events around it. */
  readonly seq: number;
  readonly fromSeq: number;
  readonly dropped: number;
}

export type EventRow = SimulationEvent | GapRow;

export interface OpenSection {
  readonly process: number;
  readonly section: number;
  readonly task: string;
  readonly start: number;
  readonly length: number;
  readonly openedNs: number;
}

export const ROWS_KEPT = 5_000;
const FINDINGS_KEPT = 20;
const SECTIONS_KEPT = 256;

export class EventTally {
  readonly rows = new EventRing<EventRow>(ROWS_KEPT);
  readonly #counts = new Map<string, number>();
  readonly #sections = new Map<string, OpenSection>();
  readonly #findings: Finding[] = [];
  #findingsTotal = 0;
  #events = 0;
  #gaps = 0;
  #dropped = 0;
  #lastSeq = 0;
  #outcome: string | null = null;
  #sectionsAreSure = true;

  take(item: StreamItem<SimulationEvent>): void {
    if (item.type === 'gap') this.#takeGap(item.fromSeq, item.toSeq, item.dropped);
    else if (item.type === 'event') this.#takeEvent(item.event);
  }

  #takeGap(fromSeq: number, toSeq: number, dropped: number): void {
    this.#lastSeq = Math.max(this.#lastSeq, toSeq);
    // Numbers of topics that nobody asked for are no loss.
    if (dropped === 0) return;
    this.#gaps++;
    this.#dropped += dropped;
    this.rows.push({ topic: 'gap', seq: toSeq, fromSeq, dropped });
    // The end of one of them may have been among what was lost.
    this.#sections.clear();
    this.#sectionsAreSure = false;
  }

  #takeEvent(event: SimulationEvent): void {
    this.#lastSeq = event.seq;
    this.#events++;
    this.#counts.set(event.topic, (this.#counts.get(event.topic) ?? 0) + 1);
    this.rows.push(event);
    if (event.topic === 'notifier') this.#takeNotification(event);
    else if (event.topic === 'finding') this.#takeFinding(event.finding);
    else if (event.topic === 'progress' && 'event' in event && event.event === 'advanced')
      this.#outcome = event.outcome;
  }

  #takeNotification(event: SimulationEvent & { readonly topic: 'notifier' }): void {
    const { process, section, task, start, length, simTimeNs } = event;
    const key = `${process}/${section}`;
    if (event.event === 'range-end') this.#sections.delete(key);
    if (event.event !== 'range-start' || this.#sections.size >= SECTIONS_KEPT) return;
    this.#sections.set(key, { process, section, task, start, length, openedNs: simTimeNs });
  }

  #takeFinding(finding: Finding): void {
    this.#findingsTotal++;
    if (this.#findings.length < FINDINGS_KEPT) this.#findings.push(finding);
  }

  /** Behind which a stream goes on. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  get events(): number {
    return this.#events;
  }

  get gaps(): number {
    return this.#gaps;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** How the last advance ended. */
  get outcome(): string | null {
    return this.#outcome;
  }

  countOf(topic: string): number {
    return this.#counts.get(topic) ?? 0;
  }

  get openSections(): readonly OpenSection[] {
    return [...this.#sections.values()];
  }

  /** False behind a gap: one that was opened before it may still be open. */
  get sectionsAreSure(): boolean {
    return this.#sectionsAreSure;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  get findingsTotal(): number {
    return this.#findingsTotal;
  }
}
