// What happened in one job, in the order in which it arrived, numbered from 1. The log keeps the newest events
// only: it is the bounded queue of all its readers at once. A reader holds a position, and one that falls out at the
// old end has a gap, which the log can count exactly, by topic.

import { type Observable, Subject } from 'rxjs';
import type { Topic } from '../lab/run-types.ts';
import { topics } from '../lab/vocabulary.ts';
import type { RecordBatch } from './run-messages.ts';

export const TOPICS: readonly Topic[] = topics.map(({ id }) => id);

/** An event is JSON text. A hole stands for records that the worker left out; nobody knows their topics. */
type Entry =
  | { readonly kind: 'event'; readonly seq: number; readonly topic: Topic; readonly json: string }
  | { readonly kind: 'hole'; readonly seq: number; readonly toSeq: number };

/** Events by topic. `untold` are the records in holes. */
type Counts = Record<Topic | 'untold', number>;

/** Position of a reader: everything up to `seq` is behind it. `passed` counts what is behind it, from the first event on. */
export interface LogPosition {
  readonly seq: number;
  readonly passed: Readonly<Counts>;
}

/** A piece of the log, encoded for the wire. `frame` is null if the piece had nothing of the topics asked for. */
export interface LogPiece {
  readonly type: 'events' | 'gap';
  readonly frame: Buffer | null;
  /** Events in it, or how many are missing. */
  readonly count: number;
  readonly next: LogPosition;
}

interface EventLogLimits {
  readonly events: number;
  /** Of the text of all events that are kept. */
  readonly bytes: number;
  readonly frameEvents: number;
  /** A frame takes no further event once it has so many. */
  readonly frameBytes: number;
}

export const DEFAULT_LOG_LIMITS: EventLogLimits = {
  events: 65_536,
  bytes: 16 * 1024 * 1024,
  frameEvents: 256,
  frameBytes: 128 * 1024,
};

/** Frames that are kept for the next reader. A log that has ended is read from anywhere, and drops none by itself. */
const PIECES_MAX = 64;

export class EventLog {
  readonly #limits: EventLogLimits;
  readonly #appended = new Subject<void>();
  /** invariant: entries[head..] are the ones kept, by ascending seq, without a number missing between them. */
  #entries: Entry[] = [];
  #head = 0;
  #bytes = 0;
  #lastSeq = 0;
  /** Where a reader stands who has seen everything that is no longer here. */
  #evicted: { seq: number; passed: Counts } = { seq: 0, passed: countsOf(0) };
  #ended = false;
  /** Frames cut since the last append, so that readers who go side by side share one encoding. */
  #pieces = new Map<string, LogPiece>();

  constructor(limits: Partial<EventLogLimits> = {}) {
    this.#limits = { ...DEFAULT_LOG_LIMITS, ...limits };
  }

  /** Emits after each append, and completes when no more will come. */
  get appended$(): Observable<void> {
    return this.#appended;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Takes over what a worker sent. */
  appendBatch(batch: RecordBatch): void {
    if (this.#ended) return;
    if (batch.dropped > 0) {
      const seq = this.#lastSeq + 1;
      this.#lastSeq += batch.dropped;
      this.#entries.push({ kind: 'hole', seq, toSeq: this.#lastSeq });
    }
    for (let i = 0; i < batch.bodies.length; i++) this.#push(batch.topics[i]!, batch.bodies[i]!);
    this.#afterAppend();
  }

  /** Adds an event of the service's own. */
  append(event: { readonly topic: Topic } & Readonly<Record<string, unknown>>): void {
    if (this.#ended) return;
    this.#push(event.topic, JSON.stringify(event).slice(1));
    this.#afterAppend();
  }

  /** Nothing more will come. Readers may still read what is here. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#appended.complete();
  }

  /** Forgets all events: whoever reads from before the end gets a gap. */
  forget(): void {
    this.#evict(0, 0);
    this.#pieces.clear();
  }

  /** Position of a reader who has seen everything up to `seq`, or as near to it as the log reaches. */
  positionAt(seq: number): LogPosition {
    const target = Math.min(Math.max(seq, 0), this.#lastSeq);
    const passed = { ...this.#evicted.passed };
    let last = this.#evicted.seq;
    // Older than the log: the counts are not known any more, so the gap is told by its numbers alone.
    if (target < last) return { seq: target, passed: countsOf(Number.NaN) };
    for (let i = this.#head; i < this.#entries.length; i++) {
      const entry = this.#entries[i]!;
      if (endOf(entry) > target) break;
      count(passed, entry);
      last = endOf(entry);
    }
    return { seq: last, passed };
  }

  /** What comes after `position`, as one frame: a gap or up to `frameEvents` events of these topics. Null: nothing yet. */
  read(position: LogPosition, topics: ReadonlySet<Topic>): LogPiece | null {
    if (position.seq >= this.#lastSeq) return null;
    const key = `${position.seq} ${[...topics].join(' ')}`;
    const known = this.#pieces.get(key);
    if (known !== undefined) return known;

    const piece = position.seq < this.#evicted.seq ? this.#gap(position, topics) : this.#cut(position, topics);
    if (this.#pieces.size >= PIECES_MAX) this.#pieces.clear();
    this.#pieces.set(key, piece);
    return piece;
  }

  #gap(position: LogPosition, topics: ReadonlySet<Topic>): LogPiece {
    const next = { seq: this.#evicted.seq, passed: { ...this.#evicted.passed } };
    let dropped = next.passed.untold - position.passed.untold;
    for (const topic of topics) dropped += next.passed[topic] - position.passed[topic];
    if (Number.isNaN(dropped)) dropped = next.seq - position.seq;
    const frame = dropped === 0 ? null : gapFrame(position.seq + 1, next.seq, dropped);
    return { type: 'gap', frame, count: dropped, next };
  }

  #cut(position: LogPosition, topics: ReadonlySet<Topic>): LogPiece {
    const passed = { ...position.passed };
    const events: string[] = [];
    const { frameEvents, frameBytes } = this.#limits;
    let bytes = 0;
    let seq = position.seq;
    let index = this.#indexAfter(position.seq);
    for (; index < this.#entries.length && events.length < frameEvents && bytes < frameBytes; index++) {
      const entry = this.#entries[index]!;
      if (entry.kind === 'hole') {
        // A frame is either events or a gap. What came before the hole is sent first.
        if (events.length > 0) break;
        count(passed, entry);
        const dropped = entry.toSeq - entry.seq + 1;
        const frame = gapFrame(entry.seq, entry.toSeq, dropped);
        return { type: 'gap', frame, count: dropped, next: { seq: entry.toSeq, passed } };
      }
      seq = entry.seq;
      count(passed, entry);
      if (!topics.has(entry.topic)) continue;
      events.push(`{"seq":${entry.seq},${entry.json}`);
      bytes += entry.json.length;
    }
    const frame = events.length === 0 ? null : Buffer.from(`{"type":"events","events":[${events.join(',')}]}`);
    return { type: 'events', frame, count: events.length, next: { seq, passed } };
  }

  /** Index of the first entry after `seq`, by bisection: holes take many numbers and one place. */
  #indexAfter(seq: number): number {
    let low = this.#head;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (endOf(this.#entries[middle]!) > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #push(topic: Topic, json: string): void {
    this.#lastSeq++;
    this.#entries.push({ kind: 'event', seq: this.#lastSeq, topic, json });
    this.#bytes += json.length;
  }

  #afterAppend(): void {
    this.#evict(this.#limits.events, this.#limits.bytes);
    this.#pieces.clear();
    this.#appended.next();
  }

  #evict(keep: number, keepBytes: number): void {
    while (this.#entries.length - this.#head > keep || this.#bytes > keepBytes) {
      const entry = this.#entries[this.#head++]!;
      if (entry.kind === 'event') this.#bytes -= entry.json.length;
      this.#evicted.seq = endOf(entry);
      count(this.#evicted.passed, entry);
    }
    // Moves the rest to the front once in a while, so that each event is moved about once.
    if (this.#head > Math.min(keep, this.#entries.length / 2)) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}

const endOf = (entry: Entry): number => (entry.kind === 'hole' ? entry.toSeq : entry.seq);

const gapFrame = (fromSeq: number, toSeq: number, dropped: number): Buffer =>
  Buffer.from(JSON.stringify({ type: 'gap', fromSeq, toSeq, dropped }));

function count(counts: Counts, entry: Entry): void {
  if (entry.kind === 'event') counts[entry.topic]++;
  else counts.untold += entry.toSeq - entry.seq + 1;
}

const countsOf = (value: number): Counts =>
  Object.fromEntries([...TOPICS, 'untold'].map((topic) => [topic, value])) as Counts;
