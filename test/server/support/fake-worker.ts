// A worker that does what the description of its scenario says, in the place of the model: the life of a comparison
// can then be tested without waiting for one, and threads can be made to hang and to die.
//
//   quick            a result at once
//   records <n>      n stall records, then a result
//   topics           a record of each topic that was asked for, then a result
//   hang             never ends
//   throw            an error, as from a failed assert
//   exit             the thread ends without a word
//   exhaust          the thread uses up its memory
//   fail-late        as exit, but only in the last of the schemes
//   once <file>      range: an error if the file is there; the others wait until it is

import { existsSync } from 'node:fs';
import type { RunRecord, RunResult } from '../../../src/lab/run-types.ts';
import { RecordSender } from '../../../src/server/record-sender.ts';
import type { RunAnswer, RunTask } from '../../../src/server/run-messages.ts';

export default function fakeRun({ input, label, topics, port, acknowledged }: RunTask): RunAnswer {
  const [order, argument] = input.scenario.description.split(' ');
  const records = order === 'records' ? Number(argument) : 0;
  if (order === 'throw')
    return { kind: 'error', message: 'the model is wrong', stack: 'the model is wrong\n  at fake' };
  if (order === 'exit' || (order === 'fail-late' && input.scheme === 'none')) process.exit(7);
  if (order === 'exhaust') exhaust();
  if (order === 'once') {
    const again = existsSync(String(argument));
    if (input.scheme === 'range' && again) return { kind: 'error', message: 'once more', stack: 'once more' };
    if (input.scheme !== 'range') waitFor(String(argument));
  }
  if (order === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);

  if (port !== undefined && acknowledged !== undefined) {
    const sender = new RecordSender(port, acknowledged, label);
    for (let i = 0; i < records; i++) {
      sender.send({ topic: 'stall', simTimeNs: i + 1, vcpu: i % 8, startNs: i, endNs: i + 1, causes: { fault: 1 } });
    }
    if (order === 'topics') for (const topic of topics) sender.send({ topic, simTimeNs: 1 } as RunRecord);
    sender.flush();
  }
  return { kind: 'result', result: fakeResult({ ...input }), wallMs: 1 };
}

function fakeResult({ scheme, mapcount, seed }: Pick<RunTask['input'], 'scheme' | 'mapcount' | 'seed'>): RunResult {
  const lengths = [1000 + seed, 2000 + scheme.length];
  const totalNs = lengths.reduce((sum, ns) => sum + ns, 0);
  return {
    scheme,
    mapcount,
    seed,
    stallsNs: Float64Array.from(lengths),
    stallByCauseNs: { fault: totalNs },
    spinNs: totalNs,
    sleepNs: 0,
    blackout: { count: 0, maxNs: 0, totalNs: 0 },
    operations: [{ operation: 'madv-collapse', startNs: 10, durationNs: 5000 + seed, errno: null }],
    notifier: { sections: 1, startNs: 100, openNs: 200, collapsed: 0 },
    faults: { total: 2, retries: 0, spurious: 0, userfault: 0 },
    tlbFlushes: 1,
    seqBumps: 1,
    hugeRecoveryNs: 6000,
    guest: { touches: 100, throughputLoss: 0.01 },
    findings: [],
    counters: { leafClears: 3 },
    simulatedNs: 1_000_000,
    events: 42,
  };
}

function waitFor(file: string): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(file)) Atomics.wait(never, 0, 0, 5);
}

/** Objects, not typed arrays: the limit of a thread is for the JavaScript heap. */
function exhaust(): never {
  const kept: object[] = [];
  for (;;) kept.push({ kept: kept.length });
}
