// Drives one live simulation inside of its thread. Time moves in slices, and between two of them the thread looks at its
// messages: so nobody who asks waits for longer than a slice, however long an advance is.

import { LiveEnded } from '../../lab/live/live-ended.ts';
import type { LiveSimulation } from '../../lab/live/live-simulation.ts';
import type { LiveEnd, LiveGoal, LiveProgress, LiveSpec } from '../../lab/live/live-types.ts';
import type { Topic } from '../../lab/run-types.ts';
import { Flow } from './flow.ts';
import type { AdvanceOutcome, ProgressEvent, ThreadView } from './simulation-messages.ts';

/** What can be driven: a live simulation. */
export type Driven = Pick<LiveSimulation, keyof LiveSimulation>;

/** What the driver has of the thread that it lives in. */
export interface DriverHost {
  nowMs(): number;
  /** Calls when messages have been looked at, and not before `ms` have passed. Returns how to call it off. */
  later(call: () => void, ms: number): () => void;
  /** The service has taken over most of the records that were sent. */
  isHeard(): boolean;
  /** What the simulation takes of memory, in bytes: objects and typed arrays. */
  memoryBytes(): number;
  /** After all records told so far. */
  tell(event: ProgressEvent): void;
}

/** Something goes on already: only one advance, or one flow, at a time. */
export class Busy extends Error {}

type End = { readonly ended: LiveEnd | 'out-of-memory'; readonly message: string };

interface Advance {
  readonly goal: LiveGoal;
  readonly done: (outcome: AdvanceOutcome) => void;
}

/** How long a slice is to take, and the bounds of its size while that is found out. */
const SLICE_MS = 10;
const SLICE_EVENTS_MIN = 500;
const SLICE_EVENTS_MAX = 50_000;
/** How often a flow that keeps up looks at the clock. */
const TICK_MS = 20;
/** How soon a thread that waits for the service looks again. */
const HEARING_MS = 2;
/** Longest lists in a view. */
const VIEW_OPERATIONS = 50;
const VIEW_FINDINGS = 20;

export class SimulationDriver {
  readonly spec: LiveSpec;
  readonly live: Driven;
  readonly #host: DriverHost;
  readonly #memoryMax: number;
  #sliceEvents = SLICE_EVENTS_MIN;
  #eventsBefore = 0;
  #advance: Advance | null = null;
  #flow: Flow | null = null;
  #end: End | null = null;
  #callOff: () => void = () => undefined;

  constructor(spec: LiveSpec, live: Driven, host: DriverHost, memoryMax: number) {
    this.spec = spec;
    this.live = live;
    this.#host = host;
    this.#memoryMax = memoryMax;
  }

  view(): ThreadView {
    const state = this.live.state();
    const done = state.operations.filter(({ durationNs }) => durationNs !== null).length;
    const mode = this.#advance !== null ? 'advancing' : this.#flow !== null ? 'flowing' : 'paused';
    return {
      ...state,
      mode: this.#end === null ? mode : 'ended',
      ended: this.#end?.ended ?? null,
      endMessage: this.#end?.message ?? null,
      pace: this.#flow?.pace() ?? null,
      operations: state.operations.slice(-VIEW_OPERATIONS),
      operationsTotal: state.operations.length,
      operationsDone: done,
      findings: state.findings.slice(0, VIEW_FINDINGS),
      findingsTotal: state.findings.length,
    };
  }

  operate(document: unknown): { index: number; simTimeNs: number } {
    this.#assertGoesOn();
    try {
      const index = this.live.start(document);
      return { index, simTimeNs: this.live.simTimeNs };
    } catch (error) {
      // What was still due at this instant goes first, and may have been its end.
      if (error instanceof LiveEnded) this.#ends({ ended: error.ended, message: error.message });
      throw error;
    }
  }

  /** Resolves when the goal is reached, or will not be. */
  advance(document: unknown): Promise<AdvanceOutcome> {
    this.#assertGoesOn();
    const goal = this.live.readGoal(document);
    if (this.#advance !== null) throw new Busy('It is advancing already. Wait for the end of that, or pause it.');
    if (this.#flow !== null) throw new Busy('Its time flows at a pace. Pause it, and it can be advanced.');
    return new Promise((resolve) => {
      this.#advance = { goal, done: resolve };
      this.#again(0);
    });
  }

  /** Lets time flow from now on, with so many virtual ns for each real one. */
  pace(speed: number): void {
    this.#assertGoesOn();
    if (speed === 0) {
      this.pause();
      return;
    }
    if (this.#advance !== null) throw new Busy('It is advancing. Wait for the end of that, or pause it.');
    this.#callOff();
    this.#flow = new Flow(speed, this.live.simTimeNs, this.#host.nowMs());
    this.#tell({ event: 'pace', speed });
    this.#again(0);
  }

  /** Time stands from now on. */
  pause(): void {
    this.#assertGoesOn();
    if (this.#flow !== null) {
      this.#flow = null;
      this.#callOff();
      this.#tell({ event: 'pace', speed: 0 });
    }
    if (this.#advance !== null) this.#finishAdvance('paused');
  }

  setTopics(topics: readonly Topic[]): void {
    this.live.setTopics(topics);
    this.#tell({ event: 'topics', topics });
  }

  /** It has used up too much already when it was built. */
  get isTooLarge(): boolean {
    return this.#host.memoryBytes() > this.#memoryMax;
  }

  /** Nothing happens from now on. */
  dispose(): void {
    this.#callOff();
    this.#advance = null;
    this.#flow = null;
  }

  #turn(): void {
    if (!this.#host.isHeard()) {
      // The log is bounded and always ready, so this is never for long; records that nobody takes over would be lost.
      this.#again(HEARING_MS);
      return;
    }
    if (this.#advance !== null) this.#turnOfAdvance(this.#advance);
    else if (this.#flow !== null) this.#turnOfFlow(this.#flow);
  }

  #turnOfAdvance({ goal }: Advance): void {
    const progress = this.#runSlice(goal);
    if (progress === null || progress.ended !== null) this.#finishAdvance('ended');
    else if (progress.reached) this.#finishAdvance('reached');
    else if (progress.stuck) this.#finishAdvance('stuck');
    else this.#again(0);
  }

  #turnOfFlow(flow: Flow): void {
    const progress = this.#runSlice({ untilNs: flow.targetNs(this.#host.nowMs()) });
    if (progress === null || progress.ended !== null) return;
    const idle = progress.reached || progress.stuck;
    flow.moved(progress.simTimeNs, this.#host.nowMs(), idle);
    this.#again(idle ? TICK_MS : 0);
  }

  /** Null: that was its end. */
  #runSlice(goal: LiveGoal): LiveProgress | null {
    const startedMs = this.#host.nowMs();
    let progress: LiveProgress;
    try {
      progress = this.live.advance(goal, { events: this.#sliceEvents });
    } catch (error) {
      if (error instanceof LiveEnded) {
        this.#ends({ ended: error.ended, message: error.message });
        return null;
      }
      throw error;
    }
    this.#sliceEvents = nextSlice(progress.events - this.#eventsBefore, this.#host.nowMs() - startedMs);
    this.#eventsBefore = progress.events;
    if (progress.ended !== null) {
      this.#ends({ ended: progress.ended, message: this.live.state().endMessage ?? progress.ended });
    } else if (this.#host.memoryBytes() > this.#memoryMax) {
      this.#ends({ ended: 'out-of-memory', message: `it takes more than ${this.#memoryMax} bytes` });
      return null;
    }
    return progress;
  }

  #ends(end: End): void {
    this.#end = end;
    this.#flow = null;
    this.#tell({ event: 'ended', ...end });
  }

  #finishAdvance(outcome: AdvanceOutcome): void {
    const advance = this.#advance;
    this.#advance = null;
    this.#callOff();
    this.#tell({ event: 'advanced', outcome });
    advance?.done(outcome);
  }

  #again(ms: number): void {
    this.#callOff = this.#host.later(() => this.#turn(), ms);
  }

  #tell(event: { event: ProgressEvent['event'] } & Record<string, unknown>): void {
    this.#host.tell({ simTimeNs: this.live.simTimeNs, ...event } as ProgressEvent);
  }

  #assertGoesOn(): void {
    if (this.#end !== null) throw new LiveEnded(this.#end.ended as LiveEnd, this.#end.message);
  }
}

/** From what the last one took. It grows step by step: the events to come may be dearer. */
function nextSlice(events: number, ms: number): number {
  const fitting = ms <= 0 ? SLICE_EVENTS_MAX : (events * SLICE_MS) / ms;
  return Math.round(
    Math.min(Math.max(fitting, SLICE_EVENTS_MIN), 2 * Math.max(events, SLICE_EVENTS_MIN), SLICE_EVENTS_MAX),
  );
}
