// What stands in the first answer about a simulation: numbers that are there anyway, so that it may be asked for often.

import { hugeRecovery } from '../huge-recovery.ts';
import type { RunParts } from '../run-parts.ts';
import { sumOf } from '../run-result.ts';
import type { RunFinding } from '../run-types.ts';
import { userfaultCounts } from '../userfault-builder.ts';
import type { LiveEnd, LiveOperation, LiveSpec, LiveState } from './live-types.ts';
import { liveVcpus, openWindows } from './live-vcpus.ts';
import type { StallLog } from './stall-log.ts';

interface Observed {
  readonly parts: RunParts;
  readonly spec: LiveSpec;
  readonly stalls: StallLog;
  readonly findings: readonly RunFinding[];
  readonly ended: { readonly how: LiveEnd; readonly message: string } | null;
}

/** Every operation has ended, and every page of a migration is there. */
export const isOperationsDone = ({ timeline, postCopy }: RunParts): boolean =>
  timeline.allDone && !(postCopy?.isAwaited ?? false);

/**
 * And nobody is on the way: every vCPU runs guest code, is halted or has left, nobody holds a lock or waits for one, no child
 * is exiting. Guests may still miss later.
 */
export function isIdle(parts: RunParts): boolean {
  const { machine, vms } = parts.world;
  return (
    isOperationsDone(parts) &&
    vms.every(({ vcpus }) => vcpus.every(({ isResting }) => isResting)) &&
    machine.mms.every(({ exiting }) => !exiting) &&
    machine.sim.tasks().every(({ heldDepth }) => heldDepth === 0)
  );
}

export function liveState({ parts, spec, stalls, findings, ended }: Observed): LiveState {
  const { world, timeline, postCopy } = parts;
  const { machine, vms, processes } = world;
  const { scenario, scheme, mapcount, seed } = spec;
  const kvmStats = sumOf(vms.map(({ kvm }) => kvm.stats));
  const userfaults = userfaultCounts(world);
  return {
    scenario: scenario.name,
    scheme,
    mapcount,
    seed,
    simTimeNs: machine.sim.now,
    events: machine.sim.events,
    ended: ended?.how ?? null,
    endMessage: ended?.message ?? null,
    idle: isIdle(parts),
    operations: operationsOf(parts),
    vcpus: liveVcpus(world, parts.stalls),
    stalls: stalls.summary(openWindows(world, parts.stalls).length),
    notifier: sumOf(processes.map(({ mm }) => mm.notifiers.stats)),
    faults: {
      total: kvmStats.faults,
      retries: kvmStats.retries,
      spurious: kvmStats.spurious,
      userfault: userfaults?.userfaultEvents ?? 0,
    },
    tlbFlushes: kvmStats.tlbFlushes,
    seqBumps: kvmStats.seqBumps,
    counters: {
      ...machine.work,
      ...userfaults,
      ...postCopy?.counters,
      mmuLockLineWaitNs: vms.reduce((ns, { kvm }) => ns + kvm.mmuLockLine.waitedNs, 0),
    },
    hugeRecoveryNs: hugeRecovery(world, timeline.firstStartNs ?? (postCopy === null ? null : 0)),
    findings: [...findings],
  };
}

function operationsOf({ timeline }: RunParts): LiveOperation[] {
  return timeline.entries.map(({ operation, process, range }, index) => {
    const result = timeline.results[index];
    return {
      index,
      operation,
      process,
      range,
      startNs: timeline.startsNs[index] ?? null,
      durationNs: result?.durationNs ?? null,
      errno: result?.errno ?? null,
    };
  });
}
