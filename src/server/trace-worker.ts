// A worker thread of the pool: one run, observed, and the text of its trace.

import { runScenario } from '../lab/run.ts';
import { runTrace } from '../lab/run-trace.ts';
import { TraceRecords, traceTopics } from '../lab/trace-records.ts';
import { PIECE_BYTES, type TraceAnswer, type TraceTask } from './trace-messages.ts';

export default function traceInWorker({ trace, port }: TraceTask): TraceAnswer {
  const { input, version, recordsMax } = trace;
  try {
    const records = new TraceRecords(recordsMax);
    runScenario({ ...input, topics: traceTopics, onRecord: (record) => records.add(record) });
    const { kept, dropped } = records;
    const encoder = new TextEncoder();
    let text = '';
    const send = (): void => {
      const bytes = encoder.encode(text);
      port.postMessage(bytes, [bytes.buffer]);
      text = '';
    };
    for (const piece of runTrace(input, kept, { version, dropped })) {
      text += piece;
      if (text.length >= PIECE_BYTES) send();
    }
    if (text !== '') send();
    return { kind: 'traced', records: kept.length, dropped };
  } catch (error) {
    return error instanceof Error
      ? { kind: 'error', message: error.message, stack: error.stack ?? error.message }
      : { kind: 'error', message: String(error), stack: String(error) };
  } finally {
    port.close();
  }
}
