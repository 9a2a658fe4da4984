// One scenario, one scheme, one seed: a pure function from its input to its result. It reads no clock, no file and no
// randomness but the named streams of its seed.

import type { Process } from '../engine/process.ts';
import type { RunOutcome } from '../engine/simulation.ts';
import { checkAllSptes } from '../kvm/checkers.ts';
import { blackouts, isSleep, type StallCause, type StallWindow, StallWindows } from '../kvm/stall-windows.ts';
import { checkFolioCounts, checkMappedHugePages } from '../mm/checkers.ts';
import { checkPageCounts } from '../mm/page-checkers.ts';
import { checkUserfaultWaiters } from '../mm/userfaultfd-checkers.ts';
import { hugeRecovery } from './huge-recovery.ts';
import { buildPostCopy, type PostCopy } from './post-copy.ts';
import { publishRecords } from './run-records.ts';
import type { Finding, RunInput, RunResult } from './run-types.ts';
import { Timeline } from './timeline.ts';
import { userfaultCounters } from './userfault-builder.ts';
import { buildWorld, type VirtualMachine, type World } from './world.ts';

/** Runs a scenario to its end. Throws only if the model itself is wrong: what it models may fail, as a finding. */
export function runScenario(input: RunInput): RunResult {
  const windows: StallWindow[] = [];
  const stalls = new StallWindows((window) => {
    windows.push(window);
    const channel = vmOf(window.vcpu)?.kvm.events.stalls;
    if (channel?.observed) channel.publish(window);
  });
  const world = buildWorld(input, {
    interval: (interval, { kvm }) => {
      stalls.add(interval);
      const channel = kvm.events.vcpuStates;
      if (channel.observed) channel.publish(interval);
    },
    resumed: (vcpu) => stalls.resume(vcpu),
  });
  const vmOf = (vcpu: number): VirtualMachine | undefined => world.vms[Math.floor(vcpu / input.scenario.vm.vcpus)];
  const { machine, vms } = world;
  const { sim, findings } = machine;
  const vcpus = vms.flatMap((vm) => vm.vcpus);
  const timeline = new Timeline(world, input);
  const postCopy = buildPostCopy(world, input);
  if (input.onRecord !== undefined) publishRecords(world, timeline, input.topics ?? null, input.onRecord);

  reportLockdep(world);
  for (const vcpu of vcpus) vcpu.start();
  timeline.start();
  postCopy?.start();
  const outcome = runToEnd(world, timeline, postCopy, input);

  const unfinished = vcpus.filter((vcpu) => vcpu.settle()).length;
  stalls.closeAll();
  if (outcome !== 'done') findings.add(outcome);
  else if (unfinished > 0) {
    const message = `${unfinished} vCPUs still stood still at the end of the run; their windows count up to there`;
    findings.add({ kind: 'stall-at-end', message, simTimeNs: sim.now, evidence: { unfinished } });
  }
  // A fault under way holds references that are not told apart from those of mappings; so does a child that exits.
  const settled = unfinished === 0 && machine.mms.every(({ exiting }) => !exiting);
  if (timeline.allDone && settled) {
    checkFolioCounts(machine);
    checkMappedHugePages(machine);
    checkPageCounts(machine);
  }
  checkUserfaultWaiters(machine);
  for (const { kvm } of vms) checkAllSptes(kvm);

  const causes: Partial<Record<StallCause, number>> = {};
  let spinNs = 0;
  let sleepNs = 0;
  for (const window of windows) {
    for (const [cause, ns] of Object.entries(window.causes) as [StallCause, number][]) {
      causes[cause] = (causes[cause] ?? 0) + ns;
      if (isSleep(cause)) sleepNs += ns;
      else spinNs += ns;
    }
  }
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
    stallByCauseNs: causes,
    spinNs,
    sleepNs,
    blackout: blackoutsOfAll(windows, vms, vmOf),
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
    findings: findings.list,
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

/** A blackout is one of a VM: the guest beside it does not make it shorter. */
function blackoutsOfAll(
  windows: readonly StallWindow[],
  vms: readonly VirtualMachine[],
  vmOf: (vcpu: number) => VirtualMachine | undefined,
): RunResult['blackout'] {
  const all = { count: 0, maxNs: 0, totalNs: 0 };
  for (const vm of vms) {
    const { count, maxNs, totalNs } = blackouts(
      windows.filter(({ vcpu }) => vmOf(vcpu) === vm),
      vm.vcpus.length,
    );
    all.count += count;
    all.maxNs = Math.max(all.maxNs, maxNs);
    all.totalNs += totalNs;
  }
  return all;
}

/** Field by field. */
function sumOf<T extends Record<string, number>>(stats: readonly T[]): T {
  const sum: Record<string, number> = {};
  for (const one of stats) for (const [key, value] of Object.entries(one)) sum[key] = (sum[key] ?? 0) + value;
  return sum as T;
}

/** Until every operation has ended and every page has come, then for the time to settle. */
function runToEnd(
  { machine }: World,
  timeline: Timeline,
  postCopy: PostCopy | null,
  { scenario }: RunInput,
): Finding | 'done' {
  const { sim } = machine;
  const limits = { events: scenario.limits.events, simulatedNs: scenario.limits.simulated };
  let outcome = sim.run({ ...limits, until: () => timeline.allDone && !(postCopy?.isAwaited ?? false) });
  if (timeline.allDone && (outcome.kind === 'until' || outcome.kind === 'idle')) {
    // A task that waits keeps the time going while all vCPUs run without a miss.
    sim.spawn('settle', wait(scenario.settle));
    outcome = sim.run({ ...limits, untilNs: sim.now + scenario.settle });
  }
  if (postCopy?.isAwaited && (outcome.kind === 'until' || outcome.kind === 'idle')) return postCopy.unfinished();
  return describe(outcome, sim.now);
}

function* wait(ns: number): Process<void> {
  yield ns;
}

function describe(outcome: RunOutcome, simTimeNs: number): Finding | 'done' {
  switch (outcome.kind) {
    case 'failed':
      throw outcome.error;
    case 'event-budget': {
      const message = `the run met its budget of ${outcome.events} events (limits.events) at ${simTimeNs} ns`;
      return { kind: 'event-budget', message, simTimeNs, evidence: { events: outcome.events } };
    }
    case 'time-budget': {
      const message = `the run met its budget of ${outcome.simulatedNs} ns of simulated time (limits.simulated)`;
      return { kind: 'time-budget', message, simTimeNs, evidence: { simulatedNs: outcome.simulatedNs } };
    }
    case 'deadlock': {
      const blocked = outcome.waiting.filter(({ waitingFor }) => waitingFor !== null);
      const names = (blocked.length > 0 ? blocked : outcome.waiting).map(
        ({ task, waitingFor }) => `${task} waits for ${waitingFor ?? 'nothing that comes'}`,
      );
      return { kind: 'deadlock', message: names.join('; '), simTimeNs, evidence: outcome.waiting };
    }
    case 'idle':
    case 'until':
      return 'done';
  }
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

/** What lockdep finds is a finding of the run, at the moment of its discovery. */
function reportLockdep({ machine }: World): void {
  machine.sim.lockdep.channel.listen(({ kind, message, simTimeNs, chains }) =>
    machine.findings.add({ kind: `lockdep-${kind}`, message, simTimeNs, evidence: { chains } }),
  );
}

function headLineWaitNs({ machine }: World): number {
  let ns = 0;
  for (const folio of machine.memory.folios()) ns += folio.headLineWaitedNs;
  return ns;
}
