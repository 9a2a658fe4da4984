// One scenario, one scheme, one seed: a pure function from its input to its result. It reads no clock, no file and no
// randomness but the named streams of its seed.

import type { Process } from '../engine/process.ts';
import type { RunOutcome } from '../engine/simulation.ts';
import { checkAllSptes } from '../kvm/checkers.ts';
import type { VcpuInterval } from '../kvm/records.ts';
import { blackouts, isSleep, type StallCause, type StallWindow, StallWindows } from '../kvm/stall-windows.ts';
import { checkFolioCounts, checkMappedHugePages } from '../mm/checkers.ts';
import { checkPageCounts } from '../mm/page-checkers.ts';
import { hugeRecovery } from './huge-recovery.ts';
import { publishRecords } from './run-records.ts';
import type { Finding, RunInput, RunResult } from './run-types.ts';
import { Timeline } from './timeline.ts';
import { buildWorld, type World } from './world.ts';

/** Runs a scenario to its end. Throws only if the model itself is wrong: what it models may fail, as a finding. */
export function runScenario(input: RunInput): RunResult {
  const windows: StallWindow[] = [];
  const stalls = new StallWindows((window) => {
    windows.push(window);
    const channel = world.kvm.events.stalls;
    if (channel.observed) channel.publish(window);
  });
  const told = (interval: VcpuInterval): void => {
    stalls.add(interval);
    const channel = world.kvm.events.vcpuStates;
    if (channel.observed) channel.publish(interval);
  };
  const world = buildWorld(input, told, (vcpu) => stalls.resume(vcpu));
  const { machine, mm, kvm, vcpus } = world;
  const { sim, findings } = machine;
  const timeline = new Timeline(world, input);
  if (input.onRecord !== undefined) publishRecords(world, timeline, input.topics ?? null, input.onRecord);

  reportLockdep(world);
  for (const vcpu of vcpus) vcpu.start();
  timeline.start();
  const outcome = runToEnd(world, timeline, input);

  const unfinished = vcpus.filter((vcpu) => vcpu.settle()).length;
  stalls.closeAll();
  if (outcome !== 'done') findings.add(outcome);
  else if (unfinished > 0) {
    const message = `${unfinished} vCPUs still stood still at the end of the run; their windows count up to there`;
    findings.add({ kind: 'stall-at-end', message, simTimeNs: sim.now, evidence: { unfinished } });
  }
  // A fault under way holds references that are not told apart from those of mappings.
  if (timeline.allDone && unfinished === 0) {
    checkFolioCounts(mm);
    checkMappedHugePages(mm);
    checkPageCounts(mm);
  }
  checkAllSptes(kvm);

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
  const touches = vcpus.reduce((sum, vcpu) => sum + vcpu.touches, 0);
  const tlbMissExtraNs = vcpus.reduce((sum, vcpu) => sum + vcpu.tlbMissExtraNs, 0);
  return {
    scheme: input.scheme,
    mapcount: input.mapcount,
    seed: input.seed,
    stallsNs: Float64Array.from(windows, ({ startNs, endNs }) => endNs - startNs),
    stallByCauseNs: causes,
    spinNs,
    sleepNs,
    blackout: blackouts(windows, vcpus.length),
    operations: timeline.results,
    notifier: { ...mm.notifiers.stats },
    faults: { total: kvm.stats.faults, retries: kvm.stats.retries, spurious: kvm.stats.spurious, userfault: 0 },
    tlbFlushes: kvm.stats.tlbFlushes,
    seqBumps: kvm.stats.seqBumps,
    hugeRecoveryNs: hugeRecovery(world, timeline.firstStartNs),
    guest: {
      touches,
      throughputLoss: throughputLoss(touches, tlbMissExtraNs, vcpus.length * sim.now, input.scenario.guest.thinkNs),
    },
    findings: findings.list,
    counters: {
      ...machine.work,
      headLineWaitNs: headLineWaitNs(world),
      mmuLockLineWaitNs: kvm.mmuLockLine.waitedNs,
      tlbMissExtraNs: Math.round(tlbMissExtraNs),
    },
    simulatedNs: sim.now,
    events: sim.events,
  };
}

/** Until every operation has ended, then for the time to settle. */
function runToEnd({ machine }: World, timeline: Timeline, { scenario }: RunInput): Finding | 'done' {
  const { sim } = machine;
  const limits = { events: scenario.limits.events, simulatedNs: scenario.limits.simulated };
  let outcome = sim.run({ ...limits, until: () => timeline.allDone });
  if (timeline.allDone && (outcome.kind === 'until' || outcome.kind === 'idle')) {
    // A task that waits keeps the time going while all vCPUs run without a miss.
    sim.spawn('settle', wait(scenario.settle));
    outcome = sim.run({ ...limits, untilNs: sim.now + scenario.settle });
  }
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
 * The part of the touches that stalls and TLB misses have cost. A guest that ran for `touches` at thinkNs each would have
 * made fewer of them in that time, had each taken its TLB misses too.
 */
function throughputLoss(touches: number, tlbMissExtraNs: number, vcpuNs: number, thinkNs: number): number {
  if (vcpuNs === 0 || touches === 0) return vcpuNs === 0 ? 0 : 1;
  const ranNs = touches * thinkNs;
  const possible = (touches * ranNs) / (ranNs + tlbMissExtraNs);
  return Math.max(0, 1 - (possible * thinkNs) / vcpuNs);
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
