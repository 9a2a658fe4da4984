// The tracks of each VM: its vCPUs, with arrows to what they stood still for, and its TLB flushes.

import type { TraceFlow, TraceGroup, TraceInstant, TracePoint, TraceSpan, TraceTrack } from './chrome-trace.ts';
import type { StallCause } from './run-types.ts';
import type { Scenario } from './scenario.ts';
import { type Cause, type Causes, vmOfVcpu } from './trace-causes.ts';
import { flushSpan, naturally, type TraceSource, waitDetails } from './trace-groups.ts';
import { lanesOf, tracksOf } from './trace-lanes.ts';
import { type LockWaitSpan, operationsByTask, type Told, type VcpuStretch } from './trace-notices.ts';

/** Names that the format reserves: red for what spins, the colours of sleep for what sleeps. */
const colours: Readonly<Record<StallCause | 'running' | 'halted', string>> = {
  running: 'thread_state_running',
  halted: 'thread_state_sleeping',
  'invalidate-retry': 'terrible',
  'retry-sleep': 'thread_state_uninterruptible',
  'mmu-lock': 'bad',
  'mmap-lock': 'thread_state_iowait',
  'vma-lock': 'thread_state_iowait',
  'i-mmap-lock': 'thread_state_iowait',
  'fault-mutex': 'thread_state_iowait',
  'folio-lock': 'thread_state_iowait',
  userfault: 'thread_state_unknown',
  fault: 'yellow',
  'tlb-flush': 'olive',
  'subtree-teardown': 'black',
};

interface VmTraces {
  readonly groups: readonly TraceGroup[];
  readonly flows: readonly TraceFlow[];
}

export function vmGroups(
  scenario: Scenario,
  told: Told,
  causes: Causes,
  trackOf: (source: TraceSource) => TraceTrack | undefined,
): VmTraces {
  const stretches = Map.groupBy(told.stretches, ({ vcpu }) => vcpu);
  const stalls = Map.groupBy(told.stalls, ({ vcpu }) => vcpu);
  const faults = Map.groupBy(told.faults, ({ vcpu }) => vcpu);
  const vcpus = [...new Set([...stretches.keys(), ...stalls.keys(), ...faults.keys()])].sort((a, b) => a - b);
  const { byVm: flushTracks, tracks: trackOfFlush } = flushesByVm(told);
  const detailsOf = causeDetails(told);
  const groups = new Map<number, TraceTrack[]>();
  /** Arrows come last: one may begin at a vCPU of a higher number. */
  const drawn = new Map<number, DrawnVcpu>();
  const groupOf = (vm: number): TraceTrack[] => {
    const tracks = groups.get(vm) ?? [];
    groups.set(vm, tracks);
    return tracks;
  };
  for (const vcpu of vcpus) {
    const own = stretches.get(vcpu) ?? [];
    const windows = (stalls.get(vcpu) ?? []).map(({ startNs, endNs, causes: by }): TraceSpan => {
      return { name: 'stall', startNs, endNs, details: { lengthNs: endNs - startNs, ...by } };
    });
    const concluded = own.map((stretch) => ({ stretch, cause: causes.of(stretch), wait: causes.waitOf(stretch) }));
    const instants = (faults.get(vcpu) ?? []).map(({ outcome, simTimeNs, gfn, level, laps }): TraceInstant => {
      return { name: `fault: ${outcome}`, atNs: simTimeNs, details: { gfn, level, laps } };
    });
    const [track, ...others] = tracksOf(
      `vCPU ${vcpu}`,
      [...windows, ...concluded.map((one) => stretchSpan(one, detailsOf))],
      instants,
    );
    if (track === undefined) continue;
    groupOf(vmOfVcpu(scenario, vcpu)).push(track, ...others);
    drawn.set(vcpu, { track, windows, concluded });
  }
  const trackOfAny = (source: TraceSource): TraceTrack | undefined =>
    'vcpu' in source ? drawn.get(source.vcpu)?.track : (trackOf(source) ?? trackOfFlush.get(source));
  for (const [vm, tracks] of flushTracks) groupOf(vm).push(...tracks);
  return {
    groups: [...groups].sort(([a], [b]) => a - b).map(([vm, tracks]) => ({ name: `VM ${vm}`, tracks })),
    flows: [...drawn.values()].flatMap((one) => [...flowsOf(one, trackOfAny)]),
  };
}

interface Concluded {
  readonly stretch: VcpuStretch;
  readonly cause: Cause | null;
  /** If it is a wait for a lock, with its record. */
  readonly wait: LockWaitSpan | null;
}

interface DrawnVcpu {
  readonly track: TraceTrack;
  readonly windows: readonly TraceSpan[];
  readonly concluded: readonly Concluded[];
}

type Details = Readonly<Record<string, unknown>>;

const stretchSpan = (
  { stretch: { state, startNs, endNs }, cause, wait }: Concluded,
  detailsOf: (cause: Cause) => Details,
): TraceSpan => ({
  name: state,
  startNs,
  endNs,
  colour: colours[state],
  details: {
    ...(cause === null ? {} : detailsOf(cause)),
    ...(wait === null ? {} : waitDetails(wait.record)),
  },
});

/** In words, and what programs need to find the slice that it means: process, thread, section, operation. */
function causeDetails({ operations }: Told): (cause: Cause) => Details {
  const operationOf = operationsByTask(operations);
  return (cause) => {
    const { flush, blocker, conclusion } = cause;
    const source = blocker?.source ?? null;
    const notice = source !== null && 'kind' in source ? source : cause.notice;
    const at = source !== null && 'isCut' in source && 'record' in source ? source : null;
    const by = blocker?.by.task ?? notice?.task ?? flush?.record.task;
    const process =
      notice?.process ??
      at?.record.process ??
      (flush?.record.event === 'cpu-shootdown' ? flush.record.process : undefined);
    const operation = notice === null ? at : operationOf(notice.process, notice.task, notice.startNs);
    return {
      causedBy: describe(cause),
      conclusion,
      task: by,
      ...(process === undefined ? {} : { process }),
      ...(notice === null ? {} : { notification: notice.kind }),
      ...(notice?.kind === 'section' ? { section: notice.section } : {}),
      ...(operation === null ? {} : { operation: operation.record.index }),
      ...(flush === null ? {} : { flush: flush.record.event }),
    };
  };
}

function describe({ notice, flush, blocker }: Cause): string {
  if (blocker !== null) {
    const { lock, by } = blocker;
    return blocker.how === 'holder'
      ? `${lock} held by ${by.task} (${by.mode})`
      : `${lock} wanted before by ${by.task} (${by.mode})`;
  }
  const flushed = flush === null ? [] : [flush.record.event === 'kvm-flush' ? 'KVM TLB flush' : 'CPU TLB shootdown'];
  const asked = notice === null ? [] : [notice.kind === 'section' ? `section ${notice.section}` : 'collapsed'];
  const who = notice === null ? `by ${flush?.record.task}` : `of process ${notice.process}, by ${notice.task}`;
  return `${[...flushed, ...asked].join(' of ')} ${who}`;
}

/** One arrow from a source to a stall window, however often the vCPU was sent back in it, or waited. */
function* flowsOf(
  { track, windows, concluded }: DrawnVcpu,
  trackOf: (source: TraceSource) => TraceTrack | undefined,
): Generator<TraceFlow> {
  let window = 0;
  let drawn = new Set<TraceSource>();
  for (const { stretch, cause } of concluded) {
    while ((windows[window]?.endNs ?? Number.POSITIVE_INFINITY) <= stretch.startNs) {
      window += 1;
      drawn = new Set();
    }
    const source = cause?.notice ?? cause?.flush ?? cause?.blocker?.source ?? null;
    if (cause === null || source === null || drawn.has(source)) continue;
    drawn.add(source);
    const points = [
      cause.blocker === null ? null : blockerPoint(trackOf(source), source, stretch),
      cause.notice === null ? null : pointOn(trackOf(cause.notice), cause.notice.startNs),
      cause.flush === null ? null : pointOn(trackOf(cause.flush), cause.flush.startNs),
      // A lap that had begun before the section is one arrow's length into its time when that opens.
      pointOn(track, Math.max(stretch.startNs, source.startNs)),
    ].filter((point) => point !== null);
    if (points.length > 1) yield { name: stretch.state, points, details: { conclusion: cause.conclusion } };
  }
}

/** From another vCPU, whose stretches are many and short, an arrow goes straight; from an operation, from its beginning. */
const blockerPoint = (
  track: TraceTrack | undefined,
  source: TraceSource,
  { startNs }: VcpuStretch,
): TracePoint | null => pointOn(track, 'vcpu' in source ? startNs : source.startNs);

const pointOn = (track: TraceTrack | undefined, atNs: number): TracePoint | null =>
  track === undefined ? null : { track, atNs };

/** KVM's flushes, a track for each thread that has waited for some. */
function flushesByVm({ flushes }: Told) {
  const tracks = new Map<TraceSource, TraceTrack>();
  const byVm = new Map<number, TraceTrack[]>();
  const groups = Map.groupBy(
    flushes.filter(({ record }) => record.event === 'kvm-flush'),
    ({ record }) => (record.event === 'kvm-flush' ? record.vm : 0),
  );
  for (const [vm, own] of [...groups].sort(([a], [b]) => a - b)) {
    const byTask = [...Map.groupBy(own, ({ record }) => record.task)].sort(([a], [b]) => naturally(a, b));
    byVm.set(
      vm,
      byTask.flatMap(([task, of]) =>
        lanesOf(of).map((lane, index) => {
          const name = `TLB flushes by ${task}${index === 0 ? '' : ` (${index + 1})`}`;
          const track = { name, spans: lane.map((flush) => flushSpan(flush, 'KVM TLB flush')) };
          for (const flush of lane) tracks.set(flush, track);
          return track;
        }),
      ),
    );
  }
  return { byVm, tracks };
}
