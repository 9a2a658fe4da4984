// A scenario that is driven from outside instead of run to its end. Everything that is done to it happens between two events,
// and everything that is looked at changes nothing: the same calls at the same virtual times give the same bytes, in how many
// slices time ever passes.

import type { RunOutcome } from '../../engine/simulation.ts';
import { InvalidInput } from '../invalid-input.ts';
import { blockedTasks, checkResting, describeOutcome } from '../run-outcome.ts';
import { buildRun, type RunParts } from '../run-parts.ts';
import type { RunFinding, RunInput, RunRecord, Topic } from '../run-types.ts';
import { readLiveGoal } from './goal.ts';
import { liveLimits } from './limits.ts';
import { LiveEnded } from './live-ended.ts';
import { checkFolioQuery, checkLimit, liveFolio, liveFolios } from './live-folios.ts';
import { liveLocks } from './live-locks.ts';
import { liveMappings } from './live-mappings.ts';
import { isIdle, isOperationsDone, liveState } from './live-state.ts';
import type {
  LiveEnd,
  LiveFolio,
  LiveFolios,
  LiveGoal,
  LiveLock,
  LiveMappings,
  LiveProgress,
  LiveRecords,
  LiveSpec,
  LiveStalls,
  LiveState,
  MappingQuery,
  StallQuery,
} from './live-types.ts';
import { openWindows } from './live-vcpus.ts';
import { readLiveOperation } from './operation.ts';
import { RecordTap } from './record-tap.ts';
import { StallLog } from './stall-log.ts';

export class LiveSimulation {
  readonly #spec: LiveSpec;
  readonly #parts: RunParts;
  readonly #stalls: StallLog;
  readonly #tap: RecordTap;
  readonly #findings: RunFinding[] = [];
  #ended: { readonly how: LiveEnd; readonly message: string } | null = null;
  #added = 0;

  /**
   * Stands at virtual time 0, and nothing has happened. `onRecord` hears the topics of the specification, until setTopics says
   * otherwise; what it throws changes nothing.
   */
  constructor(spec: LiveSpec, onRecord: (record: RunRecord) => void = () => undefined) {
    const { scenario, profile, scheme, mapcount, seed } = spec;
    const input: RunInput = { scenario, profile, scheme, mapcount, seed };
    const stalls = new StallLog(spec.keptStalls);
    this.#spec = spec;
    this.#stalls = stalls;
    this.#parts = buildRun(input, (window) => stalls.add(window));
    const { world, timeline } = this.#parts;
    this.#tap = new RecordTap(world, timeline, spec, onRecord);
    world.machine.findings.listen((finding, subject) => this.#findings.push(this.#tap.found(finding, subject)));
    this.#parts.start();
  }

  get simTimeNs(): number {
    return this.#parts.world.machine.sim.now;
  }

  get events(): number {
    return this.#parts.world.machine.sim.events;
  }

  get ended(): LiveEnd | null {
    return this.#ended?.how ?? null;
  }

  /**
   * Starts an operation now, in a thread of its own, and returns its index. It stands behind all that is due at this instant,
   * which a slice may have cut in the middle. Throws InvalidInput, or LiveEnded.
   */
  start(document: unknown): number {
    this.#mustGoOn();
    const entry = readLiveOperation(document, this.#spec.scenario);
    if (this.#added === liveLimits.operations) {
      const message = `a simulation takes at most ${liveLimits.operations} operations, and has had them`;
      throw new InvalidInput('operation', [{ path: '', message }]);
    }
    this.#finishInstant();
    this.#added += 1;
    return this.#parts.timeline.add(entry);
  }

  /** `{by: "5ms"}` or `{until: "idle"}`, as somebody has written it. Throws InvalidInput. */
  readGoal(document: unknown): LiveGoal {
    return readLiveGoal(document, this.simTimeNs);
  }

  /** Goes on towards the goal, for `events` events at most. Throws LiveEnded if it had ended before. */
  advance(goal: LiveGoal, { events = liveLimits.sliceEvents }: { readonly events?: number } = {}): LiveProgress {
    this.#mustGoOn();
    const { sim } = this.#parts.world.machine;
    const { limits } = this.#spec.scenario;
    const isReached = 'until' in goal ? this.#isReached(goal.until) : null;
    if (isReached?.() === true) return this.#progress(true, false);
    const budget = Math.min(limits.events, sim.events + Math.max(1, Math.min(events, liveLimits.sliceEvents)));
    const outcome = sim.run({
      events: budget,
      simulatedNs: limits.simulated,
      // A time that is past by now has been reached.
      ...('untilNs' in goal ? { untilNs: Math.max(Math.ceil(goal.untilNs), sim.now), throughIdle: true } : {}),
      ...(isReached === null ? {} : { until: isReached }),
    });
    if (outcome.kind === 'event-budget' && sim.events < limits.events) return this.#progress(false, false);
    if (outcome.kind === 'until') return this.#progress(true, false);
    if (outcome.kind === 'idle') return this.#progress(false, true);
    this.#end(outcome);
    return this.#progress(false, false);
  }

  state(): LiveState {
    const [parts, spec] = [this.#parts, this.#spec];
    return liveState({ parts, spec, stalls: this.#stalls, findings: this.#findings, ended: this.#ended });
  }

  /** Throws InvalidInput. */
  stalls({ fromIndex = 0, limit = liveLimits.listItems, vcpu }: StallQuery = {}): LiveStalls {
    checkLimit('stalls', limit);
    const open = openWindows(this.#parts.world, this.#parts.stalls).filter(
      (window) => vcpu === undefined || window.vcpu === vcpu,
    );
    return this.#stalls.page({ fromIndex, limit, vcpu }, open);
  }

  /** Throws InvalidInput. */
  mappings(query: Partial<MappingQuery> = {}): LiveMappings {
    return liveMappings(this.#parts.world, this.#spec.scenario.vm.memory, query);
  }

  /** The folio that a frame belongs to; null: none does. */
  folio(index: number): LiveFolio | null {
    return liveFolio(this.#parts.world.machine, index);
  }

  /** In order of their first frames. Throws InvalidInput. */
  folios(query: { readonly from?: number; readonly limit?: number } = {}): LiveFolios {
    const { from, limit } = checkFolioQuery(query);
    return liveFolios(this.#parts.world.machine, from, limit);
  }

  locks(): readonly LiveLock[] {
    return liveLocks(this.#parts.world);
  }

  /** What onRecord hears from now on. */
  setTopics(topics: readonly Topic[]): void {
    this.#tap.setTopics(topics);
  }

  /** What was kept of the topics of `spec.record`. */
  records(): LiveRecords {
    return this.#tap.records();
  }

  /** What must hold whenever nobody is on the way: looks now, and keeps nothing. Null: it is not idle. */
  checkAtRest(): readonly RunFinding[] | null {
    const { world } = this.#parts;
    if (!isIdle(this.#parts)) return null;
    return world.machine.findings.apart(() => checkResting(world)).map((finding) => ({ ...finding, records: [] }));
  }

  #finishInstant(): void {
    const { sim } = this.#parts.world.machine;
    const { limits } = this.#spec.scenario;
    const outcome = sim.run({ events: limits.events, untilNs: sim.now, throughIdle: true });
    if (outcome.kind === 'until' || outcome.kind === 'idle') return;
    this.#end(outcome);
    this.#mustGoOn();
  }

  #isReached(goal: 'operations-done' | 'idle'): () => boolean {
    const parts = this.#parts;
    return goal === 'idle' ? () => isIdle(parts) : () => isOperationsDone(parts);
  }

  #progress(reached: boolean, stuck: boolean): LiveProgress {
    return { simTimeNs: this.simTimeNs, events: this.events, reached, stuck, ended: this.ended };
  }

  #end(outcome: Exclude<RunOutcome, { kind: 'idle' | 'until' }>): void {
    const { world } = this.#parts;
    const { machine } = world;
    if (outcome.kind === 'failed') {
      this.#ended = { how: 'failed', message: outcome.error.message };
      return;
    }
    const finding = describeOutcome(outcome, machine.sim.now);
    if (finding === 'done') return;
    this.#ended = { how: outcome.kind, message: finding.message };
    machine.findings.add(finding, outcome.kind === 'deadlock' ? { tasks: blockedTasks(world) } : {});
  }

  #mustGoOn(): void {
    if (this.#ended !== null) throw new LiveEnded(this.#ended.how, this.#ended.message);
  }
}
