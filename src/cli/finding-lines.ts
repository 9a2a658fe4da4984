// A finding as text: what is wrong, and the last few things that led to it.

import type { RunFinding, RunRecord } from '../lab/run-types.ts';
import { showNs } from './quantities.ts';

const RECORDS_SHOWN = 4;

/** The records that a finding's line is followed by, the last ones: the JSON has all that were kept. */
export function recordLines({ records }: RunFinding): string[] {
  return records.slice(-RECORDS_SHOWN).map((record) => `at ${showNs(record.simTimeNs)}: ${describe(record)}`);
}

function describe(record: RunRecord): string {
  switch (record.topic) {
    case 'notifier':
      return `${record.event} of process ${record.process}, ${range(record)}`;
    case 'operation':
      return `${record.operation} ${record.event === 'start' ? 'starts' : `ends${record.errno === null ? '' : `, ${record.errno}`}`}, ${range(record)}`;
    case 'fault':
      return `fault of vCPU ${record.vcpu} at gfn ${record.gfn}: ${record.outcome}, level ${record.level}`;
    case 'userfault':
      return `vCPU ${record.vcpu} ${record.event === 'wait' ? 'waits for' : 'has got'} the page at ${record.address}`;
    case 'tlb':
      return `${record.event}, ${record.kicked} kicked`;
    case 'lock':
      return `${record.task} got ${record.lock} after ${showNs(record.waitedNs)}`;
    default:
      return record.topic;
  }
}

const range = ({ start, length }: { readonly start: number; readonly length: number }): string =>
  `${length} bytes from ${start}`;
