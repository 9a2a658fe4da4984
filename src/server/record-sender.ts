// The worker's end of the record stream. A run is one synchronous call, so it can hear no message: who reads tells it
// through shared memory how far it is.

import type { MessagePort } from 'node:worker_threads';
import type { RunRecord, Topic } from '../lab/run-types.ts';
import { BATCH_AGE_MS_MAX, BATCH_RECORDS_MAX, type RecordBatch, UNACKNOWLEDGED_MAX } from './run-messages.ts';

/** Sends records in batches, never waits, and counts what it leaves out. */
export class RecordSender {
  readonly #port: Pick<MessagePort, 'postMessage'>;
  readonly #acknowledged: Int32Array;
  /** Ends with a comma: the fields of the label come first in every body. */
  readonly #prefix: string;
  readonly #aheadMax: number;
  #topics: Topic[] = [];
  #bodies: string[] = [];
  #sent = 0;
  #dropped = 0;
  #flushedAtMs = performance.now();

  constructor(
    port: Pick<MessagePort, 'postMessage'>,
    acknowledged: Int32Array,
    label: Readonly<Record<string, string | number>>,
    aheadMax: number = UNACKNOWLEDGED_MAX,
  ) {
    this.#aheadMax = aheadMax;
    this.#port = port;
    this.#acknowledged = acknowledged;
    const fields = JSON.stringify(label).slice(1, -1);
    this.#prefix = fields === '' ? '' : `${fields},`;
  }

  /** Records that have not been taken over yet. */
  get ahead(): number {
    // Both counters wrap at 32 bits, so their difference is right as long as it is below 2^31.
    return (this.#sent - Atomics.load(this.#acknowledged, 0)) | 0;
  }

  send(record: RunRecord): void {
    if (this.ahead >= this.#aheadMax) {
      // Records in hand came before the ones that are left out, so they go first.
      if (this.#bodies.length > 0) this.flush();
      this.#dropped++;
      return;
    }
    this.#topics.push(record.topic);
    this.#bodies.push(this.#prefix + JSON.stringify(record).slice(1));
    this.#sent = (this.#sent + 1) | 0;
    if (this.#bodies.length >= BATCH_RECORDS_MAX || performance.now() - this.#flushedAtMs >= BATCH_AGE_MS_MAX) {
      this.flush();
    }
  }

  flush(): void {
    if (this.#bodies.length > 0 || this.#dropped > 0) {
      const batch: RecordBatch = { dropped: this.#dropped, topics: this.#topics, bodies: this.#bodies };
      this.#port.postMessage(batch);
      this.#topics = [];
      this.#bodies = [];
      this.#dropped = 0;
    }
    this.#flushedAtMs = performance.now();
  }
}
