// The tracks of a run's trace, but for those of the VMs: the run itself, processes, locks, waits for userspace.

import type { TraceGroup, TraceInstant, TraceSpan, TraceTrack } from './chrome-trace.ts';
import { lanesOf, tracksOf } from './trace-lanes.ts';
import { type Flush, type Notice, type OperationSpan, operationsByTask, type Told } from './trace-notices.ts';

/** Names with numbers in the order in which people count. */
export const naturally = (a: string, b: string): number => {
  const [x, y] = [parts(a), parts(b)];
  for (let at = 0; at < Math.min(x.length, y.length); at++) {
    const [p = '', q = ''] = [x[at], y[at]];
    if (p === q) continue;
    const [m, n] = [Number(p), Number(q)];
    if (Number.isNaN(m) || Number.isNaN(n)) return p < q ? -1 : 1;
    return m - n;
  }
  return x.length - y.length;
};

const parts = (name: string): string[] => name.split(/(\d+)/).filter((part) => part !== '');

/** What holds for the trace as a whole, and what the run has found. */
export function runGroup(
  about: Readonly<Record<string, string | number>>,
  { startNs, endNs, findings }: Told,
): TraceGroup {
  const { scenario, scheme, mapcount, seed, recordsLeftOut } = about;
  const name = `${scenario}, ${scheme}, ${mapcount}, seed ${seed}`;
  const leftOut = { name: `${recordsLeftOut} records from here on are left out`, atNs: endNs };
  const found = findings
    .map(({ simTimeNs, finding: { kind, message, evidence } }): TraceInstant => {
      return { name: kind, atNs: simTimeNs, details: { message, evidence } };
    })
    .sort((a, b) => a.atNs - b.atNs);
  return {
    name: 'run',
    tracks: [
      { name, spans: [{ name, startNs, endNs, details: about }], instants: recordsLeftOut === 0 ? [] : [leftOut] },
      ...(found.length === 0 ? [] : [{ name: 'findings', spans: [], instants: found }]),
    ],
  };
}

/** What an arrow may start at. */
export type TraceSource = Notice | Flush;

interface SourceSpan extends TraceSpan {
  readonly source?: TraceSource;
}

/** A track for each thread that operates on a process or notifies it. */
export function processGroups({ operations, notices, flushes }: Told) {
  const byProcess = new Map<number, Map<string, SourceSpan[]>>();
  const spansOf = (process: number, task: string): SourceSpan[] => {
    const tasks = byProcess.get(process) ?? new Map<string, SourceSpan[]>();
    byProcess.set(process, tasks);
    const spans = tasks.get(task) ?? [];
    tasks.set(task, spans);
    return spans;
  };
  for (const one of operations) spansOf(one.record.process, one.record.task).push(operationSpan(one));
  const operationOf = operationsByTask(operations);
  for (const one of notices) {
    const operation = operationOf(one.process, one.task, one.startNs);
    spansOf(one.process, one.task).push(...noticeSpans(one, operation));
  }
  for (const one of flushes) {
    const { record } = one;
    if (record.event === 'cpu-shootdown')
      spansOf(record.process, record.task).push({ ...flushSpan(one, 'CPU TLB shootdown'), source: one });
  }

  const tracks = new Map<TraceSource, TraceTrack>();
  const groups = [...byProcess]
    .sort(([a], [b]) => a - b)
    .map(([process, tasks]): TraceGroup => {
      const ofTask = [...tasks].sort(([a], [b]) => naturally(a, b));
      return {
        name: `process ${process}`,
        tracks: ofTask.flatMap(([task, spans]) =>
          lanesOf(spans).map((lane, index) => {
            const track = { name: index === 0 ? task : `${task} (${index + 1})`, spans: lane };
            for (const { source } of lane) if (source !== undefined) tracks.set(source, track);
            return track;
          }),
        ),
      };
    });
  return { groups, trackOf: (source: TraceSource): TraceTrack | undefined => tracks.get(source) };
}

const operationSpan = ({ record, startNs, endNs, isCut }: OperationSpan): TraceSpan => {
  const { operation, index, start, length, errno } = record;
  return { name: operation, startNs, endNs, details: { index, start, length, ...(isCut ? CUT : { errno }) } };
};

const CUT = { note: 'the records do not have both of its ends' };

/** The whole, and in it, of a section, the part in which its start waits for an answer. */
function noticeSpans(notice: Notice, operation: OperationSpan | null): SourceSpan[] {
  const { kind, section, start, length, startNs, answeredNs, endNs, isCut } = notice;
  const of = operation === null ? {} : { operation: operation.record.index };
  const numbered = kind === 'section' ? { section } : {};
  const details = { ...numbered, ...of, start, length, ...(isCut ? CUT : {}) };
  if (kind === 'collapsed') return [{ name: 'collapsed', startNs, endNs, details, source: notice }];
  const call = { name: 'invalidate_range_start', startNs, endNs: answeredNs };
  return [
    { name: `section ${section}`, startNs, endNs, details, source: notice },
    ...(answeredNs > startNs ? [call] : []),
  ];
}

export const flushSpan = ({ record, startNs, endNs }: Flush, name: string): TraceSpan => ({
  name,
  startNs,
  endNs,
  details: { kicked: record.kicked, by: record.task },
});

/** For each lock a track for each thread that has waited for it. */
export function lockGroups({ lockWaits }: Told): TraceGroup[] {
  const byLock = Map.groupBy(lockWaits, ({ record }) => record.lock);
  return [...byLock]
    .sort(([a], [b]) => naturally(a, b))
    .map(([lock, waits]) => {
      const byTask = [...Map.groupBy(waits, ({ record }) => record.task)].sort(([a], [b]) => naturally(a, b));
      return {
        name: `lock ${lock}`,
        tracks: byTask.flatMap(([task, own]) =>
          tracksOf(
            task,
            own.map(({ startNs, endNs, record }) => {
              return { name: `waits for ${lock}`, startNs, endNs, details: { lock, task, waitedNs: record.waitedNs } };
            }),
          ),
        ),
      };
    });
}

/** Faults that sleep until userspace has brought their page: of a vCPU, or of a worker that waits in its place. */
export function userfaultGroups({ userfaults }: Told): TraceGroup[] {
  if (userfaults.length === 0) return [];
  const byVcpu = [...Map.groupBy(userfaults, ({ vcpu }) => vcpu)].sort(([a], [b]) => a - b);
  const tracks = byVcpu.flatMap(([vcpu, waits]) =>
    tracksOf(
      `for vCPU ${vcpu}`,
      waits.map(({ address, startNs, endNs, isCut }) => {
        return { name: 'userfault', startNs, endNs, details: { address, ...(isCut ? CUT : {}) } };
      }),
    ),
  );
  return [{ name: 'waits for userspace', tracks }];
}
