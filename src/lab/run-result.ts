// What a run has come to, once it is over: sums over windows, VMs and processes.

import { blackouts, isSleep, type StallCause, type StallWindow } from '../kvm/stall-windows.ts';
import { hugeRecovery } from './huge-recovery.ts';
import type { PostCopy } from './post-copy/post-copy.ts';
import type { RunFinding, RunInput, RunResult } from './run-types.ts';
import type { Timeline } from './timeline.ts';
import { userfaultCounters } from './userfault-builder.ts';
import { vmOf, type World } from './world.ts';

export function resultOf(
  input: RunInput,
  world: World,
  windows: readonly StallWindow[],
  timeline: Timeline,
  postCopy: PostCopy | null,
  findings: readonly RunFinding[],
): RunResult {
  const { machine, vms } = world;
  const { sim } = machine;
  const vcpus = vms.flatMap((vm) => vm.vcpus);
  const { stallByCauseNs, spinNs, sleepNs } = causesOf(windows);
  const userfaults = userfaultCounters(world);
  const kvmStats = sumOf(vms.map(({ kvm }) => kvm.stats));
  const touches = vcpus.reduce((sum, vcpu) => sum + vcpu.touches, 0);
  const ranNs = vcpus.reduce((sum, vcpu) => sum + vcpu.ranNs, 0);
  const wantedNs = vcpus.reduce((sum, vcpu) => sum + sim.now - vcpu.haltedNs, 0);
  const tlbMissExtraNs = vcpus.reduce((sum, vcpu) => sum + vcpu.tlbMissExtraNs, 0);
  return {
    scheme: input.scheme,
    mapcount: input.mapcount,
    seed: input.seed,
    stallsNs: Float64Array.from(windows, ({ startNs, endNs }) => endNs - startNs),
    stallByCauseNs,
    spinNs,
    sleepNs,
    blackout: blackoutsOfAll(windows, world),
    operations: timeline.results,
    // Not those of children that were forked: nobody has ever subscribed there.
    notifier: sumOf(world.processes.map(({ mm }) => mm.notifiers.stats)),
    faults: {
      total: kvmStats.faults,
      retries: kvmStats.retries,
      spurious: kvmStats.spurious,
      userfault: userfaults.userfaultEvents ?? 0,
    },
    tlbFlushes: kvmStats.tlbFlushes,
    seqBumps: kvmStats.seqBumps,
    hugeRecoveryNs: hugeRecovery(world, timeline.firstStartNs ?? (postCopy === null ? null : 0)),
    guest: {
      touches,
      throughputLoss: throughputLoss(ranNs, tlbMissExtraNs, wantedNs),
    },
    findings,
    counters: {
      ...machine.work,
      ...userfaults,
      ...postCopy?.counters,
      headLineWaitNs: headLineWaitNs(world),
      mmuLockLineWaitNs: vms.reduce((ns, { kvm }) => ns + kvm.mmuLockLine.waitedNs, 0),
      tlbMissExtraNs: Math.round(tlbMissExtraNs),
    },
    simulatedNs: sim.now,
    events: sim.events,
  };
}

function causesOf(windows: readonly StallWindow[]): Pick<RunResult, 'stallByCauseNs' | 'spinNs' | 'sleepNs'> {
  const stallByCauseNs: Partial<Record<StallCause, number>> = {};
  let spinNs = 0;
  let sleepNs = 0;
  for (const window of windows) {
    for (const [cause, ns] of Object.entries(window.causes) as [StallCause, number][]) {
      stallByCauseNs[cause] = (stallByCauseNs[cause] ?? 0) + ns;
      if (isSleep(cause)) sleepNs += ns;
      else spinNs += ns;
    }
  }
  return { stallByCauseNs, spinNs, sleepNs };
}

/** A blackout is one of a VM: the guest beside it does not make it shorter. */
function blackoutsOfAll(windows: readonly StallWindow[], world: World): RunResult['blackout'] {
  const all = { count: 0, maxNs: 0, totalNs: 0 };
  for (const vm of world.vms) {
    const { count, maxNs, totalNs } = blackouts(
      windows.filter(({ vcpu }) => vmOf(world, vcpu) === vm),
      vm.vcpus.length,
    );
    all.count += count;
    all.maxNs = Math.max(all.maxNs, maxNs);
    all.totalNs += totalNs;
  }
  return all;
}

/** Field by field. */
export function sumOf<T extends Record<string, number>>(stats: readonly T[]): T {
  const sum: Record<string, number> = {};
  for (const one of stats) for (const [key, value] of Object.entries(one)) sum[key] = (sum[key] ?? 0) + value;
  return sum as T;
}

/**
 * The part of what the guest could have done that stalls and TLB misses have cost. In `wantedNs`, in which it wanted to
 * run, it got done what takes `ranNs` without any; had each access taken its TLB misses too, it would have been less.
 */
function throughputLoss(ranNs: number, tlbMissExtraNs: number, wantedNs: number): number {
  if (wantedNs === 0 || ranNs === 0) return wantedNs === 0 ? 0 : 1;
  const possible = ranNs / (ranNs + tlbMissExtraNs);
  return Math.max(0, 1 - (possible * ranNs) / wantedNs);
}

function headLineWaitNs({ machine }: World): number {
  let ns = 0;
  for (const folio of machine.memory.folios()) ns += folio.headLineWaitedNs;
  return ns;
}
