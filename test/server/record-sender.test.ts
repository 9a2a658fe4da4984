import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/lab/run-types.ts';
import { RecordSender } from '../../src/server/record-sender.ts';
import { BATCH_RECORDS_MAX, type RecordBatch, UNACKNOWLEDGED_MAX } from '../../src/server/run-messages.ts';

const record = (simTimeNs: number): RunRecord => ({ topic: 'progress', simTimeNs, done: 0, total: 1, events: 0 });

function senderInto(batches: RecordBatch[]) {
  const acknowledged = new Int32Array(new SharedArrayBuffer(4));
  const port = { postMessage: (batch: RecordBatch) => void batches.push(batch) };
  return { acknowledged, sender: new RecordSender(port, acknowledged, { scheme: 'range' }) };
}

const timesOf = (batch: RecordBatch): number[] =>
  batch.bodies.map((body) => (JSON.parse(`{${body}`) as { simTimeNs: number }).simTimeNs);

describe('record sender', () => {
  it('records: in batches, each with the label of its run', () => {
    const batches: RecordBatch[] = [];
    const { sender } = senderInto(batches);
    for (let i = 0; i < 3; i++) sender.send(record(i));
    sender.flush();
    expect(batches.flatMap(timesOf)).toEqual([0, 1, 2]);
    expect(JSON.parse(`{${batches[0]?.bodies[0]}`)).toEqual({ scheme: 'range', ...record(0) });
  });

  it('no batch grows beyond its bound', () => {
    const batches: RecordBatch[] = [];
    const { sender } = senderInto(batches);
    for (let i = 0; i < 2 * BATCH_RECORDS_MAX + 1; i++) sender.send(record(i));
    sender.flush();
    expect(batches.every(({ bodies }) => bodies.length <= BATCH_RECORDS_MAX)).toBe(true);
    expect(batches.flatMap(timesOf)).toHaveLength(2 * BATCH_RECORDS_MAX + 1);
  });

  it('nobody reads: what is beyond the bound is left out and counted, in the place where it was', () => {
    const batches: RecordBatch[] = [];
    const { sender, acknowledged } = senderInto(batches);
    for (let i = 0; i < UNACKNOWLEDGED_MAX + 5; i++) sender.send(record(i));
    Atomics.add(acknowledged, 0, 100);
    sender.send(record(-1));
    sender.flush();
    expect(batches.flatMap(timesOf)).toHaveLength(UNACKNOWLEDGED_MAX + 1);
    const afterHole = batches.findIndex(({ dropped }) => dropped > 0);
    expect(batches[afterHole]?.dropped).toBe(5);
    expect(batches.slice(afterHole).flatMap(timesOf)).toEqual([-1]);
  });

  it('left out up to the end: told by the last batch', () => {
    const batches: RecordBatch[] = [];
    const { sender } = senderInto(batches);
    for (let i = 0; i < UNACKNOWLEDGED_MAX + 7; i++) sender.send(record(i));
    sender.flush();
    expect(batches.at(-1)).toEqual({ dropped: 7, topics: [], bodies: [] });
  });
});
