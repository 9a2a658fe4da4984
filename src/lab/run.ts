// One scenario, one scheme, one seed: a pure function from its input to its result. It reads no clock, no file and no
// randomness but the named streams of its seed.

import type { Process } from '../engine/process.ts';
import type { RunOutcome, Task } from '../engine/simulation.ts';
import { checkAllSptes } from '../kvm/checkers.ts';
import { blackouts, isSleep, type StallCause, type StallWindow, StallWindows } from '../kvm/stall-windows.ts';
import { hva } from '../mm/address.ts';
import { checkFolioCounts } from '../mm/checkers.ts';
import type { Result } from '../mm/errno.ts';
import { notifierSchemes } from '../mm/notifier-schemes/index.ts';
import { madvCollapse } from '../mm/operations/madv-collapse.ts';
import { madvSplit } from '../mm/operations/madv-split.ts';
import { uffdioContinue } from '../mm/operations/uffdio-continue.ts';
import { hugeRecovery } from './huge-recovery.ts';
import { publishRecords } from './run-records.ts';
import type { Finding, OperationResult, RunInput, RunResult } from './run-types.ts';
import type { TimelineEntry } from './scenario.ts';
import { buildWorld, splitScheme, type World } from './world.ts';

/** Runs a scenario to its end. Throws only if the model itself is wrong: what it models may fail, as a finding. */
export function runScenario(input: RunInput): RunResult {
  const windows: StallWindow[] = [];
  const stalls = new StallWindows((window) => {
    windows.push(window);
    const channel = world.kvm.events.stalls;
    if (channel.observed) channel.publish(window);
  });
  const world = buildWorld(input, (interval) => {
    stalls.add(interval);
    const channel = world.kvm.events.vcpuStates;
    if (channel.observed) channel.publish(interval);
  });
  const { machine, mm, kvm, vcpus } = world;
  const { sim, findings } = machine;
  const timeline = new Timeline(world, input);
  if (input.onRecord !== undefined) publishRecords(world, timeline, input.topics ?? null, input.onRecord);

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
  if (timeline.allDone) checkFolioCounts(mm);
  checkAllSptes(kvm);
  for (const finding of lockFindings(world)) findings.add(finding);

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
  const wanted = (vcpus.length * sim.now) / input.scenario.guest.thinkNs;
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
    guest: { touches, throughputLoss: wanted === 0 ? 0 : Math.max(0, 1 - touches / wanted) },
    findings: findings.list,
    counters: { ...machine.work, headLineWaitNs: headLineWaitNs(world), mmuLockLineWaitNs: kvm.mmuLockLine.waitedNs },
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

const lockFindings = ({ machine }: World): Finding[] =>
  machine.sim.lockdep.findings.map(({ kind, message, simTimeNs, ...evidence }) => ({
    kind: `lockdep-${kind}`,
    message,
    simTimeNs,
    evidence,
  }));

function headLineWaitNs({ vma }: World): number {
  let ns = 0;
  for (const [, folio] of vma.mapping.folios()) ns += folio.headLine.waitedNs;
  return ns;
}

/** What the timeline has started and what came of it. */
export class Timeline {
  readonly results: OperationResult[] = [];
  readonly started: ((entry: TimelineEntry, index: number) => void)[] = [];
  readonly ended: ((entry: TimelineEntry, index: number, result: Result) => void)[] = [];
  firstStartNs: number | null = null;
  readonly #world: World;
  readonly #input: RunInput;
  #left: number;

  constructor(world: World, input: RunInput) {
    this.#world = world;
    this.#input = input;
    this.#left = input.scenario.timeline.length;
  }

  get total(): number {
    return this.#input.scenario.timeline.length;
  }

  get allDone(): boolean {
    return this.#left === 0;
  }

  /** A thread of the VMM for each entry with a time, which goes on to the entries that follow it. */
  start(): void {
    const { mm, machine } = this.#world;
    const { sim } = machine;
    const { timeline, vm } = this.#input.scenario;
    timeline.forEach((entry, index) => {
      if (entry.at === 'after-previous' && index > 0) return;
      let end = index + 1;
      while (timeline[end]?.at === 'after-previous') end += 1;
      const delayNs = entry.at === 'after-previous' ? 0 : entry.at;
      const task: Task = sim.spawn(`vmm${index}`, this.#thread(index, end), { delayNs, cpu: vm.vcpus + index });
      task.onWaitEnd = (lockClass, sinceNs, untilNs) => mm.events.lockWait(task.name, lockClass, sinceNs, untilNs);
    });
  }

  *#thread(from: number, to: number): Process<void> {
    const { sim } = this.#world.machine;
    for (let index = from; index < to; index++) {
      const entry = this.#input.scenario.timeline[index];
      if (entry === undefined) return;
      const startNs = sim.now;
      this.firstStartNs ??= startNs;
      for (const listener of this.started) listener(entry, index);
      const result = yield* this.#operation(entry);
      this.results[index] = {
        operation: entry.operation,
        startNs,
        durationNs: sim.now - startNs,
        errno: result === 0 ? null : result,
      };
      this.#left -= 1;
      for (const listener of this.ended) listener(entry, index, result);
    }
  }

  /** One call of userspace, or one for each step; the first error ends them. */
  *#operation(entry: TimelineEntry): Process<Result> {
    const { start, length } = entry.range;
    const step = entry.step ?? length;
    for (let at = start; at < start + length; at += step) {
      const result = yield* this.#call(entry, at, Math.min(at + step, start + length));
      if (result !== 0) return result;
    }
    return 0;
  }

  #call(entry: TimelineEntry, from: number, to: number): Process<Result> {
    const { mm, vma } = this.#world;
    const { hgm } = this.#input.scenario;
    const start = hva(vma.start + from);
    const end = hva(vma.start + to);
    switch (entry.operation) {
      case 'madv-collapse': {
        const scheme = notifierSchemes[splitScheme(this.#input.scheme).notifier];
        const limit = entry.target === null ? {} : ({ maxLevel: entry.target === '2m' ? 2 : 3 } as const);
        return madvCollapse({ mm, start, end, scheme, chunkBytes: hgm.chunkBytes, ...limit });
      }
      case 'madv-split':
        return madvSplit(mm, start, end);
      case 'uffdio-continue':
        return uffdioContinue(mm, start, end);
    }
  }
}
