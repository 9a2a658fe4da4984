// Records that come in pairs, or tell of a time when it is over, as the stretches of time that they stand for.

import type { RunRecord, Topic } from './run-types.ts';

type RecordOf<T extends Topic> = Extract<RunRecord, { topic: T }>;

interface Stretch {
  readonly startNs: number;
  readonly endNs: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A call of the notifier chain with time for the subscribers to answer: a section with its start, or `collapsed`. */
export interface Notice extends Stretch {
  readonly kind: 'section' | 'collapsed';
  readonly process: number;
  readonly task: string;
  /** Number of the section; 0: none. */
  readonly section: number;
  readonly start: number;
  readonly length: number;
  /** When the subscribers have answered: to the start of a section, or to all of a `collapsed`. */
  readonly answeredNs: number;
  /** It began before the records, or goes on behind them. */
  readonly isCut: boolean;
}

export interface OperationSpan extends Stretch {
  readonly record: RecordOf<'operation'>;
  readonly isCut: boolean;
}

interface UserfaultWait extends Stretch {
  readonly vcpu: number;
  readonly address: number;
  readonly isCut: boolean;
}

export interface Flush extends Stretch {
  readonly record: RecordOf<'tlb'>;
}

interface LockWaitSpan extends Stretch {
  readonly record: RecordOf<'lock'>;
}

export type VcpuStretch = RecordOf<'vcpu'> & Stretch & { readonly retriedGfn: number | null };

/** All that records say, by what it is about. The order inside of a list is that of the records. */
export interface Told {
  readonly startNs: number;
  readonly endNs: number;
  readonly notices: readonly Notice[];
  readonly operations: readonly OperationSpan[];
  readonly userfaults: readonly UserfaultWait[];
  readonly flushes: readonly Flush[];
  readonly lockWaits: readonly LockWaitSpan[];
  readonly stretches: readonly VcpuStretch[];
  readonly stalls: readonly RecordOf<'stall'>[];
  readonly faults: readonly RecordOf<'fault'>[];
  readonly findings: readonly RecordOf<'finding'>[];
}

/** Which operation a thread is at; where one has started another, the inner one. Null: none that is recorded. */
export function operationsByTask(operations: readonly OperationSpan[]) {
  const byTask = Map.groupBy(operations, ({ record }) => `${record.process} ${record.task}`);
  return (process: number, task: string, atNs: number): OperationSpan | null =>
    byTask.get(`${process} ${task}`)?.findLast(({ startNs, endNs }) => startNs <= atNs && atNs <= endNs) ?? null;
}

/** What is open at one end of the records counts from there, or up to there. */
export function toldBy(records: readonly RunRecord[]): Told {
  const [startNs, endNs] = boundsOf(records);
  const of = <T extends Topic>(topic: T): RecordOf<T>[] =>
    records.filter((record): record is RecordOf<T> => record.topic === topic);
  const bounds = { startNs, endNs };
  return {
    ...bounds,
    notices: noticesOf(of('notifier'), bounds),
    operations: operationsOf(of('operation'), bounds),
    userfaults: userfaultsOf(of('userfault'), bounds),
    flushes: of('tlb').map((record) => ({ record, ...before(record.simTimeNs, record.durationNs) })),
    lockWaits: of('lock').map((record) => ({ record, ...before(record.simTimeNs, record.waitedNs) })),
    stretches: stretchesOf(records),
    stalls: of('stall'),
    faults: of('fault'),
    findings: of('finding'),
  };
}

const before = (endNs: number, ns: number): Stretch => ({ startNs: endNs - ns, endNs });

/** A record tells of a time that is over, so the first moment is not that of the first record. */
function boundsOf(records: readonly RunRecord[]): [number, number] {
  let [startNs, endNs] = [Number.POSITIVE_INFINITY, 0];
  for (const record of records) {
    if (record.topic === 'finding') continue;
    const since =
      record.topic === 'vcpu' || record.topic === 'stall'
        ? record.startNs
        : record.simTimeNs -
          (record.topic === 'tlb' ? record.durationNs : record.topic === 'lock' ? record.waitedNs : 0);
    startNs = Math.min(startNs, since);
    endNs = Math.max(endNs, record.simTimeNs);
  }
  return [Math.min(startNs, endNs), endNs];
}

function noticesOf(records: readonly RecordOf<'notifier'>[], bounds: Stretch): Notice[] {
  const notices: Writable<Notice>[] = [];
  /** By section, or for `collapsed`, which has no number, by the thread, which waits for the answer. */
  const open = new Map<string, Writable<Notice>>();
  for (const { event, simTimeNs, process, task, section, start, length } of records) {
    const kind = event.startsWith('range') ? 'section' : 'collapsed';
    const key = `${process} ${kind} ${kind === 'section' ? section : task}`;
    const begins = event === 'range-start' || event === 'collapsed';
    let notice = begins ? undefined : open.get(key);
    if (notice === undefined) {
      const startNs = begins ? simTimeNs : bounds.startNs;
      const answeredNs = begins ? bounds.endNs : startNs;
      notice = { kind, process, task, section, start, length, startNs, answeredNs, endNs: bounds.endNs, isCut: true };
      notices.push(notice);
      open.set(key, notice);
    } else if (event !== 'range-started') {
      notice.isCut = false;
    }
    if (event === 'range-started' || event === 'collapsed-handled') notice.answeredNs = simTimeNs;
    if (event === 'range-end' || event === 'collapsed-handled') {
      notice.endNs = simTimeNs;
      open.delete(key);
    }
  }
  return notices;
}

function operationsOf(records: readonly RecordOf<'operation'>[], bounds: Stretch): OperationSpan[] {
  const spans: OperationSpan[] = [];
  const open = new Map<number, number>();
  for (const record of records) {
    const { event, index, simTimeNs } = record;
    if (event === 'start') {
      open.set(index, spans.length);
      spans.push({ record, startNs: simTimeNs, endNs: bounds.endNs, isCut: true });
      continue;
    }
    const at = open.get(index);
    open.delete(index);
    if (at === undefined) spans.push({ record, startNs: bounds.startNs, endNs: simTimeNs, isCut: true });
    else spans[at] = { record, startNs: spans[at]?.startNs ?? bounds.startNs, endNs: simTimeNs, isCut: false };
  }
  return spans;
}

function userfaultsOf(records: readonly RecordOf<'userfault'>[], bounds: Stretch): UserfaultWait[] {
  const waits: UserfaultWait[] = [];
  const open = new Map<string, number[]>();
  for (const { event, vcpu, address, simTimeNs } of records) {
    const key = `${vcpu} ${address}`;
    if (event === 'wait') {
      open.set(key, [...(open.get(key) ?? []), waits.length]);
      waits.push({ vcpu, address, startNs: simTimeNs, endNs: bounds.endNs, isCut: true });
      continue;
    }
    const at = open.get(key)?.shift();
    const wait = at === undefined ? undefined : waits[at];
    if (at === undefined || wait === undefined) {
      waits.push({ vcpu, address, startNs: bounds.startNs, endNs: simTimeNs, isCut: true });
    } else waits[at] = { ...wait, endNs: simTimeNs, isCut: false };
  }
  return waits;
}

/** Of a lap, its fault is told first, and then the stretches that it was made of. */
function stretchesOf(records: readonly RunRecord[]): VcpuStretch[] {
  const retried = new Map<number, RecordOf<'fault'>>();
  const stretches: VcpuStretch[] = [];
  for (const record of records) {
    if (record.topic === 'fault' && record.outcome === 'retry') retried.set(record.vcpu, record);
    if (record.topic !== 'vcpu') continue;
    const fault = retried.get(record.vcpu);
    const retriedGfn = fault !== undefined && fault.simTimeNs >= record.startNs ? fault.gfn : null;
    stretches.push({ ...record, endNs: record.simTimeNs, retriedGfn });
  }
  return stretches;
}
