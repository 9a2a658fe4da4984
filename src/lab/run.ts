// One scenario, one scheme, one seed: a pure function from its input to its result. It reads no clock, no file and no
// randomness but the named streams of its seed.

import type { Process } from '../engine/process.ts';
import type { RunOutcome } from '../engine/simulation.ts';
import { checkAllSptes } from '../kvm/checkers.ts';
import { type StallWindow, StallWindows } from '../kvm/stall-windows.ts';
import { checkFolioCounts, checkMappedHugePages } from '../mm/checkers.ts';
import type { FindingSubject } from '../mm/findings.ts';
import { checkPageCounts } from '../mm/page-checkers.ts';
import { checkUserfaultWaiters } from '../mm/userfaultfd-checkers.ts';
import { checkLockWaiters } from '../mm/waiter-checkers.ts';
import { FindingRecords } from './finding-records.ts';
import { buildPostCopy, type PostCopy } from './post-copy/post-copy.ts';
import { guardedBy, publishRecords } from './run-records.ts';
import { resultOf } from './run-result.ts';
import type { Finding, RunInput, RunRecord, RunResult } from './run-types.ts';
import { Timeline } from './timeline.ts';
import { buildWorld, vmOf, type World } from './world.ts';

/**
 * Runs a scenario to its end. Throws only if the model itself is wrong: what it models may fail, as a finding. With findings, it
 * is run once more for the records that lead to them.
 */
export function runScenario(input: RunInput): RunResult {
  const { result, subjects, tell } = runOnce(input, null);
  if (subjects.length === 0) return result;
  const { onRecord: _, ...unobserved } = input;
  const { findings } = runOnce(unobserved, subjects).result;
  if (input.topics?.includes('finding') ?? true) {
    for (const finding of findings) tell({ topic: 'finding', simTimeNs: finding.simTimeNs, finding });
  }
  return { ...result, findings };
}

interface Once {
  readonly result: RunResult;
  /** Of the findings, in their order. */
  readonly subjects: readonly FindingSubject[];
  readonly tell: (record: RunRecord) => void;
}

/** `known`: of the findings that it is known to have, whose records are to be gathered. */
function runOnce(input: RunInput, known: readonly FindingSubject[] | null): Once {
  const windows: StallWindow[] = [];
  const stalls = new StallWindows((window) => {
    windows.push(window);
    const channel = vmOf(world, window.vcpu)?.kvm.events.stalls;
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
  const { machine, vms } = world;
  const { sim, findings } = machine;
  const vcpus = vms.flatMap((vm) => vm.vcpus);
  const timeline = new Timeline(world, input);
  const postCopy = buildPostCopy(world, input);
  if (input.onRecord !== undefined) publishRecords(world, timeline, input.topics ?? null, input.onRecord);
  const subjects: FindingSubject[] = [];
  findings.listen((_finding, subject) => subjects.push(subject));
  const records = known === null ? null : new FindingRecords(world, timeline, known);

  reportLockdep(world);
  for (const vcpu of vcpus) vcpu.start();
  timeline.start();
  postCopy?.start();
  const outcome = runToEnd(world, timeline, postCopy, input);

  const unfinished = vcpus.filter((vcpu) => vcpu.settle()).length;
  stalls.closeAll();
  if (outcome !== 'done') findings.add(outcome, outcome.kind === 'deadlock' ? { tasks: blockedTasks(world) } : {});
  else if (unfinished > 0) {
    const message = `${unfinished} vCPUs still stood still at the end of the run; their windows count up to there`;
    findings.add({ kind: 'stall-at-end', message, simTimeNs: sim.now, evidence: { unfinished } });
  }
  checkAtRest(world, timeline.allDone && unfinished === 0);

  const found = records?.findings ?? findings.list.map((finding) => ({ ...finding, records: [] }));
  const result = resultOf(input, world, windows, timeline, postCopy, found);
  return { result, subjects, tell: guardedBy(world, input.onRecord ?? (() => undefined)) };
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

const blockedTasks = ({ machine: { sim } }: World): string[] =>
  sim.tasks().flatMap(({ name, state }) => (state === 'parked' ? name : []));

/** What lockdep finds is a finding of the run, at the moment of its discovery. */
function reportLockdep({ machine }: World): void {
  machine.sim.lockdep.channel.listen(({ kind, message, simTimeNs, chains }) =>
    machine.findings.add(
      { kind: `lockdep-${kind}`, message, simTimeNs, evidence: { chains } },
      { tasks: chains.map(({ task }) => task) },
    ),
  );
}

/** All that must hold when a run is over; `settled`: nobody is on the way. */
function checkAtRest({ machine, vms }: World, settled: boolean): void {
  // A fault under way holds references that are not told apart from those of mappings; so does a child that exits.
  if (settled && machine.mms.every(({ exiting }) => !exiting)) {
    checkFolioCounts(machine);
    checkMappedHugePages(machine);
    checkPageCounts(machine);
  }
  checkUserfaultWaiters(machine);
  checkLockWaiters(machine);
  for (const { kvm } of vms) checkAllSptes(kvm);
}
