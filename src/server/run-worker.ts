// A worker thread of the pool: wires runScenario to the record stream and does nothing else. Keep its imports few,
// since a thread is started anew after every cancelled run.

import { runScenario } from '../lab/run.ts';
import { RecordSender } from './record-sender.ts';
import type { RunAnswer, RunTask } from './run-messages.ts';

export default function runInWorker({ input, topics, label, port, acknowledged }: RunTask): RunAnswer {
  const sender = port && acknowledged ? new RecordSender(port, acknowledged, label) : null;
  try {
    const startedAtMs = performance.now();
    const result = sender
      ? runScenario({ ...input, topics, onRecord: (record) => sender.send(record) })
      : runScenario(input);
    const wallMs = performance.now() - startedAtMs;
    return { kind: 'result', result, wallMs };
  } catch (error) {
    return error instanceof Error
      ? { kind: 'error', message: error.message, stack: error.stack ?? error.message }
      : { kind: 'error', message: String(error), stack: String(error) };
  } finally {
    sender?.flush();
  }
}
