// The engine's other scheduler: it has no clock. Time is not what orders tasks; whoever may go on is asked for by name,
// and the one who asks decides.
//
// A task runs from one point to the next: a cost, a lock that it wants or has dropped, a wait. Between two points nothing
// else happens, as in a run, where no time passes between them. Points before which nothing shared was touched are passed
// over: whoever came in there could as well have come before. What takes how long plays no part; locks have no queue,
// and whoever wants a free one may get it.

import { AssertionError } from '../engine/assert.ts';
import type { Lock } from '../engine/locks/lock.ts';
import { RwSpinlock } from '../engine/locks/rw-spinlock.ts';
import { type Operation, PARK, PARK_ONCE, type Process, RESUMED } from '../engine/process.ts';
import { Simulation, type SpawnOptions, Task } from '../engine/simulation.ts';
import type { Standing } from './known-transitions.ts';
import { MAX_TASKS, type Recorder } from './recorder.ts';

export const READY = 1;
export const WANTS = 2;
export const PARKED = 3;
export const WATCHES = 4;
const ENDED = 5;

/** Chunks in a row that touch nothing shared: more is a loop. */
const QUIET_MAX = 100_000;

export class ExploringSimulation extends Simulation {
  readonly threads: Task[] = [];
  readonly #recorder: Recorder;
  readonly #states = new Uint8Array(MAX_TASKS);
  /** What a task that watches waits to see changed: pairs of cell and content. */
  readonly #watched: number[][] = [];
  /** The same as a number. */
  readonly #watchKeys = new Int32Array(MAX_TASKS);
  /** The tasks have been started, and may start others. */
  begun = false;

  constructor(recorder: Recorder, lockdep: boolean) {
    super({ seed: 1, lockdep });
    this.#recorder = recorder;
  }

  override spawn<T>(name: string, process: Process<T>, options: SpawnOptions = {}): Task<T> {
    const id = this.threads.length;
    if (id >= MAX_TASKS) throw new AssertionError(`an exploration has at most ${MAX_TASKS} tasks`);
    const task = new Task<T>(id, id, name, process, options.cpu ?? id, options.daemon ?? false);
    this.threads.push(task);
    this.taskTable[id] = task;
    this.#states[id] = READY;
    if (this.begun) this.#recorder.woken |= 1 << id;
    return task;
  }

  /** Costs order nothing. A chunk that has touched nothing shared goes on at once. */
  override elapse(): boolean {
    return this.#recorder.quiet && this.running !== null && ++this.events < this.#quietLimit;
  }

  #quietLimit = 0;

  override wake(task: Task): void {
    this.#makeReady(task);
  }

  override grant(task: Task): void {
    task.granted = true;
    this.#makeReady(task);
  }

  #makeReady(task: Task): void {
    if (this.#states[task.id] !== PARKED) throw new AssertionError(`wake: task "${task.name}" is not parked`);
    this.#states[task.id] = READY;
    this.#recorder.woken |= 1 << task.id;
  }

  /** The calling task goes on when one of these cells holds something else than now. */
  watch(cells: readonly number[]): Operation {
    const { id } = this.current;
    const watched = cells.flatMap((cell) => [cell, this.#recorder.contentNow(cell)]);
    this.#watched[id] = watched;
    this.#watchKeys[id] = watched.reduce((key, value) => (Math.imul(key, 31) + value) | 0, WATCHES);
    this.#states[id] = WATCHES;
    return PARK_ONCE;
  }

  /** A bit for each task that can go on. */
  get enabled(): number {
    let enabled = 0;
    for (let id = 0; id < this.threads.length; id++) if (this.#canGoOn(id)) enabled |= 1 << id;
    return enabled;
  }

  #canGoOn(id: number): boolean {
    switch (this.#states[id]) {
      case READY:
        return true;
      case WANTS:
        return (this.#recorder.wanted[id] as Lock).admits(((this.threads[id] as Task).waitInfo & 1) === 1);
      case WATCHES: {
        const watched = this.#watched[id] as number[];
        for (let at = 0; at < watched.length; at += 2) {
          if (this.#recorder.contentNow(watched[at] as number) !== watched[at + 1]) return true;
        }
        return false;
      }
      default:
        return false;
    }
  }

  /** But for those that serve others and have nobody to serve. */
  get allEnded(): boolean {
    return this.threads.every(
      ({ id, daemon }) => this.#states[id] === ENDED || (daemon && this.#states[id] === PARKED),
    );
  }

  hasEnded(id: number): boolean {
    return this.#states[id] === ENDED;
  }

  /**
   * What it stands at, for the state. The lock that it wants is decided by its history; what it watches is not, since it may have
   * forgotten that: of two that wait for the same cell to change, one may have seen it as it is now and the other as it was before.
   */
  position(id: number): number {
    const state = this.#states[id] as number;
    return state === WATCHES ? (this.#watchKeys[id] as number) : state;
  }

  /** What it waits for; null: it can go on, or has ended. */
  waitsFor(id: number): { readonly what: string; readonly lock: Lock | null; readonly sleeps: boolean } | null {
    const task = this.threads[id] as Task;
    switch (this.#states[id]) {
      case WANTS: {
        const lock = this.#recorder.wanted[id] as Lock;
        return { what: lock.lockClass.name, lock, sleeps: true };
      }
      case WATCHES:
        return { what: 'a change of what sends it back', lock: null, sleeps: false };
      case PARKED:
        return { what: task.waitingFor?.lockClass.name ?? 'a wake-up', lock: null, sleeps: true };
      default:
        return null;
    }
  }

  /** One transition of a task that can go on. Throws what its process throws. */
  advance(id: number): void {
    const recorder = this.#recorder;
    const task = this.threads[id] as Task;
    recorder.begin(id);
    this.running = task;
    this.#quietLimit = this.events + QUIET_MAX;
    if (this.#states[id] === WANTS) this.#admit(task);
    else if (this.#states[id] === WATCHES) {
      const watched = this.#watched[id] as number[];
      for (let at = 0; at < watched.length; at += 2) recorder.awaited(watched[at] as number);
    }
    this.#states[id] = READY;
    if (task.waitingFor !== null) this.endWait(task);
    try {
      this.#goOn(task);
    } finally {
      this.running = null;
      recorder.end();
      if (!recorder.repeats) recorder.standing = this.#standing(task);
    }
    if (this.failure !== null) throw this.failure.error;
  }

  #standing(task: Task): Standing {
    const { id, waitInfo } = task;
    const state = this.#states[id] as number;
    const wanted = state === WANTS ? (this.#recorder.wanted[id] as Lock) : null;
    const lock = wanted === null ? -1 : wanted.cell * 2 + (waitInfo & 1);
    return { state, position: this.position(id), lock, watched: state === WATCHES ? (this.#watched[id] ?? []) : [] };
  }

  #goOn(task: Task): void {
    const recorder = this.#recorder;
    const { id } = task;
    for (let chunks = 0; ; chunks++) {
      const step = (task.process as unknown as Iterator<number, unknown, number>).next(RESUMED);
      if (step.done === true) {
        this.#states[id] = ENDED;
        this.end(task, step.value);
        recorder.forget(-1);
        return;
      }
      if (step.value === PARK) {
        if (recorder.wanted[id] !== null) this.#want(task);
        else if (this.#states[id] !== WATCHES) this.#states[id] = PARKED;
        return;
      }
      if (!recorder.quiet) return;
      if (chunks > QUIET_MAX) throw new AssertionError('goes round without touching anything shared');
    }
  }

  #want(task: Task): void {
    const lock = this.#recorder.wanted[task.id] as Lock;
    this.#states[task.id] = WANTS;
    // Whoever holds this kind asks whether somebody waits for it, and breaks it then.
    if (!(lock instanceof RwSpinlock)) return;
    this.#recorder.add(lock.cell + 1);
    lock.waiters += 1;
  }

  #admit(task: Task): void {
    const recorder = this.#recorder;
    const lock = recorder.wanted[task.id] as Lock;
    recorder.wanted[task.id] = null;
    recorder.admitted(lock, (task.waitInfo & 1) === 1);
    if (lock instanceof RwSpinlock) {
      recorder.add(lock.cell + 1);
      lock.waiters -= 1;
    }
    lock.admit(task, task.waitInfo);
  }
}
