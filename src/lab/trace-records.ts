import type { RunRecord, Topic } from './run-types.ts';

/** A trace of that many records is some ten million bytes of text for every hundred thousand, which viewers still open. */
export const TRACE_RECORDS_MAX = 250_000;

/** More than that would not fit into the memory of a thread beside the run. */
export const TRACE_RECORDS_LIMIT = 1_250_000;

/** What a trace shows; progress it does not. */
export const traceTopics: readonly Topic[] = [
  'stall',
  'vcpu',
  'notifier',
  'operation',
  'fault',
  'lock',
  'tlb',
  'userfault',
  'finding',
];

/** The first records of a run, up to a limit, and all of its findings. */
export class TraceRecords {
  readonly kept: RunRecord[] = [];
  dropped = 0;
  readonly #most: number;

  constructor(most: number = TRACE_RECORDS_MAX) {
    this.#most = most;
  }

  add(record: RunRecord): void {
    if (this.kept.length < this.#most || record.topic === 'finding') this.kept.push(record);
    else this.dropped += 1;
  }
}
