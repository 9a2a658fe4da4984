import { describe, expect, it } from 'vitest';
import type { Topic } from '../../src/lab/run-types.ts';
import { EventLog, type LogPosition, TOPICS } from '../../src/server/event-log.ts';

type Frame =
  | { type: 'events'; events: { seq: number; topic: Topic }[] }
  | { type: 'gap'; fromSeq: number; toSeq: number; dropped: number };

const ALL: ReadonlySet<Topic> = new Set(TOPICS);
const small = { events: 4, frameEvents: 2 };

/** Everything that a reader gets, as short rows. */
function readAll(log: EventLog, topics = ALL, from: LogPosition = log.positionAt(0)): string[] {
  const rows: string[] = [];
  for (let piece = log.read(from, topics); piece !== null; piece = log.read(piece.next, topics)) {
    if (piece.frame === null) continue;
    const frame = JSON.parse(piece.frame.toString()) as Frame;
    rows.push(
      frame.type === 'gap'
        ? `gap ${frame.fromSeq}-${frame.toSeq} ${frame.dropped}`
        : frame.events.map(({ seq, topic }) => `${topic} ${seq}`).join(', '),
    );
  }
  return rows;
}

function append(log: EventLog, ...topics: Topic[]): void {
  for (const topic of topics) log.append({ topic, simTimeNs: 0 });
}

describe('event log', () => {
  it('events: in order, in frames of bounded size', () => {
    const log = new EventLog(small);
    append(log, 'stall', 'fault', 'stall');
    expect(readAll(log)).toEqual(['stall 1, fault 2', 'stall 3']);
  });

  it('more characters than it may keep: the oldest events go, and a reader from the start gets a gap', () => {
    const log = new EventLog({ ...small, bytes: 100 });
    for (const text of ['a'.repeat(30), 'b'.repeat(30), 'c'.repeat(30)]) log.append({ topic: 'stall', text });
    expect(readAll(log)).toEqual(['gap 1-2 2', 'stall 3']);
    append(log, 'fault');
    expect(readAll(log, ALL, log.positionAt(2))).toEqual(['stall 3, fault 4']);
  });

  it('topics: only those, and frames are filled with them', () => {
    const log = new EventLog(small);
    append(log, 'fault', 'stall', 'fault', 'stall');
    expect(readAll(log, new Set<Topic>(['stall']))).toEqual(['stall 2, stall 4']);
  });

  it('a reader who is slower than the log is long: a gap that counts what was lost of its topics', () => {
    const log = new EventLog(small);
    append(log, 'stall', 'fault', 'fault');
    const after = log.positionAt(1);
    append(log, 'stall', 'fault', 'stall', 'stall');
    expect(readAll(log, ALL, after)).toEqual(['gap 2-3 2', 'stall 4, fault 5', 'stall 6, stall 7']);
    expect(readAll(log, new Set<Topic>(['fault']), after)).toEqual(['gap 2-3 2', 'fault 5']);
    expect(readAll(log, new Set<Topic>(['stall']), after)).toEqual(['stall 4, stall 6', 'stall 7']);
  });

  it('a reader who comes back from before the log: a gap of all numbers between', () => {
    const log = new EventLog(small);
    append(log, 'stall', 'stall', 'stall', 'stall', 'stall', 'stall');
    expect(readAll(log, ALL, log.positionAt(1))[0]).toBe('gap 2-2 1');
    expect(readAll(log, ALL, log.positionAt(4))).toEqual(['stall 5, stall 6']);
  });

  it('a number from the future: what comes after it', () => {
    const log = new EventLog(small);
    append(log, 'stall');
    const position = log.positionAt(99);
    append(log, 'stall');
    expect(readAll(log, ALL, position)).toEqual(['stall 2']);
  });

  it('records that a worker left out: a gap to every reader, where they were', () => {
    const log = new EventLog(small);
    append(log, 'stall');
    log.appendBatch({ dropped: 10, topics: ['fault'], bodies: ['"topic":"fault","simTimeNs":1}'] });
    expect(readAll(log)).toEqual(['stall 1', 'gap 2-11 10', 'fault 12']);
    expect(readAll(log, new Set<Topic>(['stall']))).toEqual(['stall 1', 'gap 2-11 10']);
  });

  it('left-out records that have left the log too: part of its gap', () => {
    const log = new EventLog(small);
    const before = log.positionAt(0);
    log.appendBatch({ dropped: 10, topics: [], bodies: [] });
    append(log, 'stall', 'stall', 'stall', 'stall');
    expect(readAll(log, new Set<Topic>(['fault']), before)).toEqual(['gap 1-10 10']);
  });

  it('forgotten: one gap', () => {
    const log = new EventLog(small);
    append(log, 'stall', 'fault');
    const before = log.positionAt(0);
    log.forget();
    expect(readAll(log, ALL, before)).toEqual(['gap 1-2 2']);
  });

  it('ended: takes no more, can still be read', () => {
    const log = new EventLog(small);
    append(log, 'stall');
    log.end();
    append(log, 'stall');
    expect(readAll(log)).toEqual(['stall 1']);
  });

  it('more bytes than it may hold: the oldest go, as for events', () => {
    const log = new EventLog({ events: 100, bytes: 250, frameEvents: 10 });
    for (let i = 0; i < 5; i++) log.append({ topic: 'stall', simTimeNs: 0, text: 'x'.repeat(50) });
    expect(readAll(log)).toEqual(['gap 1-3 3', 'stall 4, stall 5']);
  });

  it('one event beyond all bytes: a gap in its place', () => {
    const log = new EventLog({ bytes: 100 });
    log.append({ topic: 'stall', simTimeNs: 0, text: 'x'.repeat(200) });
    append(log, 'fault');
    expect(readAll(log)).toEqual(['gap 1-1 1', 'fault 2']);
  });

  it('large events: frames are bounded by bytes, too', () => {
    const log = new EventLog({ frameBytes: 100 });
    for (let i = 0; i < 3; i++) log.append({ topic: 'stall', simTimeNs: 0, text: 'x'.repeat(50) });
    expect(readAll(log)).toEqual(['stall 1, stall 2', 'stall 3']);
  });

  it('two readers side by side: one encoding', () => {
    const log = new EventLog(small);
    append(log, 'stall', 'stall');
    const position = log.positionAt(0);
    expect(log.read(position, new Set<Topic>(['stall']))?.frame).toBe(
      log.read(position, new Set<Topic>(['stall']))?.frame,
    );
  });
});
