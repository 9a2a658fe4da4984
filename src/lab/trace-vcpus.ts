// The tracks of each VM: its vCPUs, with arrows to what they stood still for, and its TLB flushes.

import type { TraceFlow, TraceGroup, TraceInstant, TracePoint, TraceSpan, TraceTrack } from './chrome-trace.ts';
import type { StallCause } from './run-types.ts';
import type { Scenario } from './scenario.ts';
import { type Cause, type Causes, vmOfVcpu } from './trace-causes.ts';
import { flushSpan, naturally, type TraceSource } from './trace-groups.ts';
import { lanesOf, tracksOf } from './trace-lanes.ts';
import { operationsByTask, type Told, type VcpuStretch } from './trace-notices.ts';

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
  const flows: TraceFlow[] = [];
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
    const concluded = own.map((stretch) => ({ stretch, cause: causes.of(stretch) }));
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
    flows.push(...flowsOf(track, windows, concluded, (source) => trackOf(source) ?? trackOfFlush.get(source)));
  }
  for (const [vm, tracks] of flushTracks) groupOf(vm).push(...tracks);
  return {
    groups: [...groups].sort(([a], [b]) => a - b).map(([vm, tracks]) => ({ name: `VM ${vm}`, tracks })),
    flows,
  };
}

interface Concluded {
  readonly stretch: VcpuStretch;
  readonly cause: Cause | null;
}

type Details = Readonly<Record<string, unknown>>;

const stretchSpan = (
  { stretch: { state, startNs, endNs }, cause }: Concluded,
  detailsOf: (cause: Cause) => Details,
): TraceSpan => ({
  name: state,
  startNs,
  endNs,
  colour: colours[state],
  ...(cause === null ? {} : { details: detailsOf(cause) }),
});

/** In words, and what programs need to find the slice that it means: process, thread, section, operation. */
function causeDetails({ operations }: Told): (cause: Cause) => Details {
  const operationOf = operationsByTask(operations);
  return (cause) => {
    const { notice, flush, conclusion } = cause;
    const by = notice?.task ?? flush?.record.task;
    const process = notice?.process ?? (flush?.record.event === 'cpu-shootdown' ? flush.record.process : undefined);
    const operation = notice === null ? null : operationOf(notice.process, notice.task, notice.startNs);
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

function describe({ notice, flush }: Cause): string {
  const flushed = flush === null ? [] : [flush.record.event === 'kvm-flush' ? 'KVM TLB flush' : 'CPU TLB shootdown'];
  const asked = notice === null ? [] : [notice.kind === 'section' ? `section ${notice.section}` : 'collapsed'];
  const who = notice === null ? `by ${flush?.record.task}` : `of process ${notice.process}, by ${notice.task}`;
  return `${[...flushed, ...asked].join(' of ')} ${who}`;
}

/** One arrow from a notification to a stall window, however often the vCPU was sent back in it. */
function* flowsOf(
  track: TraceTrack,
  windows: readonly TraceSpan[],
  concluded: readonly Concluded[],
  trackOf: (source: TraceSource) => TraceTrack | undefined,
): Generator<TraceFlow> {
  let window = 0;
  let drawn = new Set<TraceSource>();
  for (const { stretch, cause } of concluded) {
    while ((windows[window]?.endNs ?? Number.POSITIVE_INFINITY) <= stretch.startNs) {
      window += 1;
      drawn = new Set();
    }
    const source = cause?.notice ?? cause?.flush ?? null;
    if (cause === null || source === null || drawn.has(source)) continue;
    drawn.add(source);
    const points = [
      cause.notice === null ? null : pointOn(trackOf(cause.notice), cause.notice.startNs),
      cause.flush === null ? null : pointOn(trackOf(cause.flush), cause.flush.startNs),
      // A lap that had begun before the section is one arrow's length into its time when that opens.
      pointOn(track, Math.max(stretch.startNs, source.startNs)),
    ].filter((point) => point !== null);
    if (points.length > 1) yield { name: stretch.state, points, details: { conclusion: cause.conclusion } };
  }
}

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
