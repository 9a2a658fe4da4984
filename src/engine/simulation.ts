// The engine: steps processes in order of virtual time, and at one time in the order in which they were scheduled.
//
// Two places hold what is due. The event queue holds later times; the ready ring holds the present instant. Whatever is
// scheduled without delay goes into the ring, so an event of the present instant that sits in the queue was scheduled
// before all of the ring, when this instant was still to come: the queue goes first, and neither needs to know the other.
//
//   run():   1. events of the queue at the present time
//            2. the ready ring, until it is empty
//            3. advance to the time of the queue's next event
//
// A task that lets time pass while nobody else could run in between need not go through the queue at all: elapse() moves
// the clock on the spot. The two ways cannot be told apart from inside, and both count as an event.

import { AssertionError, assert } from './assert.ts';
import { DEAD, EventQueue } from './event-queue.ts';
import { Lockdep } from './locks/lockdep.ts';
import { LOCK_WAITS } from './locks/wait-note.ts';
import {
  completion,
  DONE,
  type Operation,
  PARK,
  PARK_ONCE,
  PARKED,
  type Process,
  RESUMED,
  StepOperation,
  type StepResult,
  suspension,
} from './process.ts';
import { RandomStream } from './random.ts';
import { ReadyRing } from './ready-ring.ts';
import { RecordBus } from './records.ts';
import type { RunLimits, RunOutcome } from './run.ts';
import { isSimTime, type SimTimeNs } from './sim-time.ts';
import { ENDED, PARKED_STATE, READY, Task, TIMED, type Waitable, type WakeReason } from './task.ts';
import { Timer } from './timer.ts';

export type { RunLimits, RunOutcome } from './run.ts';
export { Task } from './task.ts';
export type { Timer } from './timer.ts';

export interface SimulationOptions {
  readonly seed: number | string;
  /** Scheduler latency: how long after it was granted a sleeping waiter runs. */
  readonly wakeUpNs?: SimTimeNs;
  /** Whether lock order is checked. Held locks are known in any case. */
  readonly lockdep?: boolean;
  /** Whether a task may advance the clock on the spot. Off, every wait goes through the queue; nothing else differs. */
  readonly inlineAdvance?: boolean;
}

export interface SpawnOptions {
  readonly cpu?: number;
  readonly delayNs?: SimTimeNs;
  /** Serves others: it may stay parked for ever. */
  readonly daemon?: boolean;
}

/** Ends a run that was given no budget. */
const DEFAULT_EVENT_BUDGET = 1_000_000_000;

/** Locks taken without waiting and without an event in between: more is a loop that lets no time pass. */
const UNCONTENDED_MAX = 2_000_000;

const WOKEN: StepResult<WakeReason> = completion('woken');
const TIMED_OUT: StepResult<WakeReason> = completion('timeout');
const AT_ONCE = suspension(0);

export class Simulation {
  readonly seed: number | string;
  readonly wakeUpNs: SimTimeNs;
  readonly records = new RecordBus();
  /** Whether anybody hears of waits for locks: only then is it noted for whom a task waits. */
  readonly lockWaits: { readonly observed: boolean } = this.records.channel(LOCK_WAITS);
  readonly lockdep: Lockdep;
  /** Dispatched and elapsed inline. Timers of observers are none. */
  events = 0;

  private readonly inlineAdvance: boolean;
  private readonly queue = new EventQueue();
  private readonly ring = new ReadyRing();
  // Starts as a double, and stays one: a number that outgrows 31 bits in mid-run would cost the compiled code.
  private clock: SimTimeNs = Number.NaN;
  protected running: Task | null = null;
  private inRun = false;

  // Up to where elapse() may go in this run; -1 where it may not.
  private inlineLimit: SimTimeNs = -1;
  private eventLimit = 0;
  private until: (() => boolean) | null = null;
  private throughIdle = false;
  protected failure: { readonly error: Error } | null = null;
  private observerEvents = 0;
  private uncontended = 0;
  private uncontendedLimit = UNCONTENDED_MAX;
  private eventsAtCheck = -1;

  /** By slot; a slot of an ended task is used again. */
  protected readonly taskTable: (Task | null)[] = [];
  protected readonly freeTaskSlots: number[] = [];
  private nextTaskId = 0;
  /** By slot; in queue and ring a timer is the complement of its slot. */
  private readonly timerTable: (Timer | null)[] = [];
  private readonly freeTimerSlots: number[] = [];
  private observerEventsQueued = 0;

  private readonly spendOperation = new StepOperation<void>(suspension(0), DONE.last);
  private readonly streams = new Map<string, RandomStream>();

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.clock = 0;
    this.wakeUpNs = options.wakeUpNs ?? 0;
    assert(isSimTime(this.wakeUpNs), 'simulation: wakeUpNs is a non-negative integer');
    this.inlineAdvance = options.inlineAdvance ?? true;
    this.lockdep = new Lockdep(this, options.lockdep ?? true);
  }

  get now(): SimTimeNs {
    return this.clock;
  }

  /** The task whose process runs. */
  get current(): Task {
    const task = this.running;
    if (task === null) throw new AssertionError('simulation: no process runs');
    return task;
  }

  /** The same; null: none runs, such as before the run. */
  get currentOrNull(): Task | null {
    return this.running;
  }

  /** The stream of that name: the same one at every call. */
  random(name: string): RandomStream {
    let stream = this.streams.get(name);
    if (stream === undefined) {
      stream = new RandomStream(this.seed, name);
      this.streams.set(name, stream);
    }
    return stream;
  }

  /** Tasks that have not ended, in order of their start. */
  tasks(): readonly Task[] {
    return this.taskTable.filter((task) => task !== null).sort((a, b) => a.id - b.id);
  }

  // ---- Tasks ---------------------------------------------------------------------------------------------------

  spawn<T>(name: string, process: Process<T>, options: SpawnOptions = {}): Task<T> {
    const delayNs = options.delayNs ?? 0;
    assert(isSimTime(delayNs), 'spawn: delayNs is a non-negative integer');
    const id = this.nextTaskId++;
    const slot = this.freeTaskSlots.pop() ?? this.taskTable.length;
    const task = new Task<T>(id, slot, name, process, options.cpu ?? id, options.daemon ?? false);
    this.taskTable[slot] = task;
    this.makeReady(task, delayNs);
    return task;
  }

  /** Waits until the task has ended, and returns its result. */
  *join<T>(task: Task<T>): Process<T> {
    if (task.stateCode !== ENDED) {
      task.joiners ??= [];
      task.joiners.push(this.current);
      yield* this.park();
    }
    return task.result as T;
  }

  /**
   * Lets time pass, for loops that must not pay for an operation: `if (!sim.elapse(ns)) yield ns;`
   *
   * True: the clock has been moved. That happens only if nobody could have run before: the ready ring is empty and the next
   * event, which may be a dead one, is strictly later; and only inside of the run's limits, so that a loop of these calls meets
   * its budget. What is no duration gets false too, and the yield that follows is refused with the name of the task.
   */
  elapse(ns: SimTimeNs): boolean {
    const untilNs = this.clock + ns;
    if (
      untilNs < this.queue.nextTime &&
      untilNs <= this.inlineLimit &&
      this.ring.head === this.ring.tail &&
      this.events < this.eventLimit &&
      // Time cannot pass inside of a plain function.
      this.running !== null &&
      ns >= 0 &&
      Math.floor(ns) === ns &&
      (this.until === null || !this.until())
    ) {
      this.clock = untilNs;
      this.events++;
      return true;
    }
    return false;
  }

  spend(ns: SimTimeNs): Operation {
    if (this.elapse(ns)) return DONE;
    // One object for all: the engine reads the number before anything else can run.
    this.spendOperation.first.value = ns;
    return this.spendOperation;
  }

  /** Sleeps until wake(task). */
  park(): Operation {
    this.lockdep.sleeping(this.current);
    return PARK_ONCE;
  }

  /** Sleeps until wake(task), or until the time has come; Infinity: it never comes. */
  parkUntil(timeNs: SimTimeNs): Operation<WakeReason> {
    const task = this.current;
    this.lockdep.sleeping(task);
    assert(timeNs >= this.clock, 'parkUntil: the time is past');
    task.timedWait ??= new StepOperation<WakeReason>(PARKED, WOKEN);
    const wait = task.timedWait;
    wait.last = timeNs === this.clock ? TIMED_OUT : WOKEN;
    wait.first = timeNs === this.clock ? AT_ONCE : PARKED;
    task.inTimedWait = timeNs > this.clock;
    if (task.inTimedWait && timeNs !== Number.POSITIVE_INFINITY) task.event = this.scheduleTask(task, timeNs);
    return wait;
  }

  /** Moves the deadline of a task in parkUntil, earlier or later. */
  retime(task: Task, timeNs: SimTimeNs): void {
    assert(task.stateCode === PARKED_STATE && task.inTimedWait, 'retime: the task is not in parkUntil');
    assert(timeNs >= this.clock, 'retime: the time is past');
    if (task.event !== -1) this.cancelDeadline(task);
    if (timeNs === this.clock) {
      this.endTimedWait(task);
      this.makeReady(task, 0);
    } else if (timeNs !== Number.POSITIVE_INFINITY) task.event = this.scheduleTask(task, timeNs);
  }

  /** A parked task becomes ready, after the delay. */
  wake(task: Task, delayNs: SimTimeNs = 0): void {
    if (task.waitingFor !== null)
      throw new AssertionError(`wake: task "${task.name}" waits for "${task.waitingFor.lockClass.name}"`);
    this.resume(task, delayNs);
  }

  private resume(task: Task, delayNs: SimTimeNs): void {
    if (task.stateCode !== PARKED_STATE)
      throw new AssertionError(`wake: task "${task.name}" is ${task.state}, not parked`);
    if (task.event !== -1) this.cancelDeadline(task);
    task.inTimedWait = false;
    this.makeReady(task, delayNs);
  }

  /** The deadline has come. */
  private endTimedWait(task: Task): void {
    task.event = -1;
    task.inTimedWait = false;
    (task.timedWait as StepOperation<WakeReason>).last = TIMED_OUT;
  }

  /** The locks' own wake: the waiter has got what it waits for. */
  grant(task: Task, delayNs: SimTimeNs): void {
    if (task.stateCode !== PARKED_STATE) throw acquireWithoutYield(task);
    task.granted = true;
    if (task.waitNote !== null) task.waitNote.releasedBy = this.running?.name ?? null;
    if (delayNs === 0) {
      task.stateCode = READY;
      this.ring.push(task.slot);
    } else this.makeReady(task, delayNs);
  }

  /**
   * Counts an acquire that did not wait. No event happens in it, so a loop of them that lets no time pass would never meet
   * the budget of events: it meets this one.
   */
  countUncontended(): void {
    if (++this.uncontended > this.uncontendedLimit) this.checkProgress();
  }

  private checkProgress(): void {
    if (this.events === this.eventsAtCheck) {
      throw new AssertionError(`takes locks ${UNCONTENDED_MAX} times in a row and lets no time pass`);
    }
    this.eventsAtCheck = this.events;
    this.uncontendedLimit = this.uncontended + UNCONTENDED_MAX;
  }

  private makeReady(task: Task, delayNs: SimTimeNs): void {
    if (delayNs === 0) {
      task.stateCode = READY;
      this.ring.push(task.slot);
    } else {
      task.stateCode = TIMED;
      this.scheduleTask(task, this.clock + delayNs);
    }
  }

  private scheduleTask(task: Task, timeNs: SimTimeNs): number {
    if (!Number.isSafeInteger(timeNs)) throw new AssertionError(`waits until ${timeNs} ns, which is no integer time`);
    return this.queue.push(timeNs, task.slot);
  }

  private cancelDeadline(task: Task): void {
    this.queue.cancel(task.event);
    task.event = -1;
  }

  // ---- Timers --------------------------------------------------------------------------------------------------

  timer(call: (timer: Timer) => void): Timer {
    return new Timer(this, call, false);
  }

  /** For observers: it fires in virtual time, and the run is the same with it and without it. */
  observerTimer(call: (timer: Timer) => void): Timer {
    return new Timer(this, call, true);
  }

  /** Called by Timer.arm(), with the timer disarmed. */
  armTimer(timer: Timer, atNs: SimTimeNs): void {
    if (timer.slot === -1) {
      timer.slot = this.freeTimerSlots.pop() ?? this.timerTable.length;
      this.timerTable[timer.slot] = timer;
    }
    if (atNs === this.clock) {
      timer.ready = true;
      timer.ringEntries++;
      this.ring.push(~timer.slot);
      return;
    }
    timer.event = this.queue.push(atNs, ~timer.slot);
    if (timer.background) this.observerEventsQueued++;
  }

  /** Called by Timer.disarm(), with the timer armed. */
  disarmTimer(timer: Timer): void {
    timer.ready = false;
    if (timer.event !== -1) {
      this.queue.cancel(timer.event);
      timer.event = -1;
      if (timer.background) this.observerEventsQueued--;
    }
    this.freeTimerSlot(timer);
  }

  private freeTimerSlot(timer: Timer): void {
    if (timer.slot === -1 || timer.ringEntries > 0) return;
    this.timerTable[timer.slot] = null;
    this.freeTimerSlots.push(timer.slot);
    timer.slot = -1;
  }

  // ---- The loop ------------------------------------------------------------------------------------------------

  /** Called from an observer or a guard: the run stops with outcome 'failed' before its next event. */
  fail(error: unknown): void {
    this.failure ??= { error: error instanceof Error ? error : new Error(String(error)) };
    this.inlineLimit = -1;
    this.eventLimit = -1;
  }

  /** Goes on until a limit is met, or nothing is left to do. May be called again. */
  run(limits: RunLimits = {}): RunOutcome {
    assert(!this.inRun, 'run: called from inside of a run');
    const failedBefore = this.failed();
    if (failedBefore !== null) return failedBefore;
    const untilNs = limits.untilNs ?? Number.POSITIVE_INFINITY;
    const simulatedNs = limits.simulatedNs ?? Number.POSITIVE_INFINITY;
    const limitNs = Math.min(untilNs, simulatedNs, Number.MAX_SAFE_INTEGER);
    assert(untilNs >= this.clock, 'run: untilNs is past');
    assert(limits.throughIdle !== true || limits.untilNs !== undefined, 'run: throughIdle up to no time');
    this.eventLimit = limits.events ?? DEFAULT_EVENT_BUDGET;
    this.inlineLimit = this.inlineAdvance ? limitNs : -1;
    this.until = limits.until ?? null;
    this.throughIdle = limits.throughIdle ?? false;
    this.inRun = true;
    let ended: 'empty' | 'limit' | 'until' | 'events';
    try {
      ended = this.loop(limitNs);
    } catch (error) {
      this.fail(this.named(error));
      ended = 'events';
    }
    this.inRun = false;
    this.running = null;
    this.inlineLimit = -1;
    this.until = null;

    const failed = this.failed();
    if (failed !== null) return failed;
    switch (ended) {
      case 'empty':
        return this.outcomeOfEmptyQueue();
      case 'until':
        return { kind: 'until' };
      case 'events':
        return { kind: 'event-budget', events: this.events };
      case 'limit':
        this.clock = Math.max(this.clock, limitNs);
        return untilNs <= simulatedNs ? { kind: 'until' } : { kind: 'time-budget', simulatedNs: this.clock };
    }
  }

  private loop(limitNs: SimTimeNs): 'empty' | 'limit' | 'until' | 'events' {
    const queue = this.queue;
    const ring = this.ring;
    const until = this.until;
    for (;;) {
      if (queue.nextTime > this.clock) {
        while (ring.head !== ring.tail) {
          if (this.events >= this.eventLimit) return 'events';
          if (this.dispatchFromRing() && until?.() === true) return 'until';
        }
        if (queue.size - queue.dead === this.observerEventsQueued && !this.passesIdle()) return 'empty';
        if (queue.nextTime > limitNs) return 'limit';
      }
      if (this.events >= this.eventLimit) return 'events';
      if (this.dispatchFromQueue(queue.nextTime) && until?.() === true) return 'until';
    }
  }

  /** Somebody who is no daemon and waits now waits for ever: that is to be told, and not to be waited out. */
  private passesIdle(): boolean {
    return this.throughIdle && this.taskTable.every((task) => task === null || task.daemon);
  }

  /** Returns whether that was an event of the run. Time does not advance to a cancelled one. */
  private dispatchFromQueue(timeNs: SimTimeNs): boolean {
    const entity = this.queue.pop();
    if (entity >= 0) {
      const task = this.taskTable[entity] as Task;
      this.clock = timeNs;
      if (task.stateCode === PARKED_STATE) this.endTimedWait(task);
      this.step(task);
      return true;
    }
    if (entity === DEAD) return false;
    const timer = this.timerTable[~entity] as Timer;
    timer.event = -1;
    if (timer.background) this.observerEventsQueued--;
    this.clock = timeNs;
    return this.fire(timer);
  }

  private dispatchFromRing(): boolean {
    const entity = this.ring.shift();
    if (entity >= 0) {
      this.step(this.taskTable[entity] as Task);
      return true;
    }
    const timer = this.timerTable[~entity] as Timer;
    timer.ringEntries--;
    if (timer.ringEntries > 0) return false;
    if (!timer.ready) {
      if (timer.event === -1) this.freeTimerSlot(timer);
      return false;
    }
    timer.ready = false;
    return this.fire(timer);
  }

  private fire(timer: Timer): boolean {
    this.running = null;
    if (timer.background) {
      // Observers have a budget of their own, as large as the run's: they may not hang it either.
      if (++this.observerEvents > this.eventLimit)
        this.fail(new Error('observers: their timers used up the event budget'));
    } else this.events++;
    timer.call(timer);
    if (!timer.armed) this.freeTimerSlot(timer);
    return !timer.background;
  }

  private step(task: Task): void {
    this.events++;
    this.running = task;
    if (task.waitingFor !== null) this.endWait(task);
    const step = (task.process as unknown as Iterator<number, unknown, number>).next(RESUMED);
    if (step.done === true) {
      this.end(task, step.value);
      return;
    }
    const yielded = step.value as number;
    if (yielded > 0) {
      task.stateCode = TIMED;
      this.scheduleTask(task, this.clock + yielded);
    } else if (yielded === PARK) {
      task.stateCode = PARKED_STATE;
    } else if (yielded === 0) {
      task.stateCode = READY;
      this.ring.push(task.slot);
    } else {
      throw new AssertionError(`yielded ${String(yielded)}, which is neither a duration in ns nor PARK`);
    }
  }

  protected endWait(task: Task): void {
    const waitable = task.waitingFor as Waitable;
    if (!task.granted) throw acquireWithoutYield(task);
    task.waitingFor = null;
    task.onWaitEnd?.(waitable.lockClass, task.waitSinceNs, this.clock, task.waitNote);
  }

  protected end(task: Task, result: unknown): void {
    task.stateCode = ENDED;
    task.result = result;
    this.lockdep.ended(task);
    this.taskTable[task.slot] = null;
    this.freeTaskSlots.push(task.slot);
    if (task.joiners === null) return;
    for (const joiner of task.joiners) this.wake(joiner);
    task.joiners = null;
  }

  private named(error: unknown): Error {
    const task = this.running;
    if (task === null) return error instanceof Error ? error : new Error(String(error));
    const message = error instanceof Error ? error.message : String(error);
    return new Error(`task "${task.name}" at ${this.clock} ns: ${message}`, { cause: error });
  }

  private failed(): RunOutcome | null {
    return this.failure === null ? null : { kind: 'failed', error: this.failure.error };
  }

  private outcomeOfEmptyQueue(): RunOutcome {
    const tasks = this.tasks();
    if (tasks.every((task) => task.daemon)) return { kind: 'idle' };
    const waiting = tasks.map((task) => ({
      task: task.name,
      waitingFor: task.waitingFor?.lockClass.name ?? null,
      heldBy: task.waitingFor === null ? [] : this.holders(task.waitingFor).map((holder) => holder.name),
      held: task.held.map(({ lock }) => lock.lockClass.name),
    }));
    return { kind: 'deadlock', waiting };
  }

  private holders(lock: Waitable): readonly Task[] {
    return this.tasks().filter((task) => task.holds(lock, 'any'));
  }
}

const acquireWithoutYield = (task: Task): AssertionError =>
  new AssertionError(
    `task "${task.name}" is ${task.state} while it waits for "${task.waitingFor?.lockClass.name}": an acquire without yield*`,
  );
