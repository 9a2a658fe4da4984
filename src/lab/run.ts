// One scenario, one scheme, one seed: a pure function from its input to its result. It reads no clock, no file and no
// randomness but the named streams of its seed.

import type { Process } from '../engine/process.ts';
import type { StallWindow } from '../kvm/stall-windows.ts';
import type { FindingSubject } from '../mm/findings.ts';
import { FindingRecords } from './finding-records.ts';
import type { PostCopy } from './post-copy/post-copy.ts';
import { blockedTasks, checkAtRest, describeOutcome } from './run-outcome.ts';
import { buildRun } from './run-parts.ts';
import { guardedBy, publishRecords } from './run-records.ts';
import { resultOf } from './run-result.ts';
import type { Finding, RunInput, RunRecord, RunResult } from './run-types.ts';
import type { Timeline } from './timeline.ts';
import type { World } from './world.ts';

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
  const parts = buildRun(input, (window) => windows.push(window));
  const { world, stalls, timeline, postCopy } = parts;
  const { machine, vms } = world;
  const { sim, findings } = machine;
  const vcpus = vms.flatMap((vm) => vm.vcpus);
  if (input.onRecord !== undefined) publishRecords(world, timeline, input.topics ?? null, input.onRecord);
  const subjects: FindingSubject[] = [];
  findings.listen((_finding, subject) => subjects.push(subject));
  const records = known === null ? null : new FindingRecords(world, timeline, known);

  parts.start();
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
  return describeOutcome(outcome, sim.now);
}

function* wait(ns: number): Process<void> {
  yield ns;
}
