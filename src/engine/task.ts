// A task is a process with an identity: what the engine schedules, what holds locks, what waits for them.

import { AssertionError } from './assert.ts';
import type { LockClass } from './locks/lock-class.ts';
import type { OpenWaitNote, WaitNote } from './locks/wait-note.ts';
import type { Process, StepOperation } from './process.ts';
import type { SimTimeNs } from './sim-time.ts';

export type TaskState = 'ready' | 'timed' | 'parked' | 'ended';
export type HoldMode = 'read' | 'write';

/** What a task can hold and wait for. */
export interface Waitable {
  readonly lockClass: LockClass;
  /** What it belongs to, if anybody has said. */
  readonly of?: object | null;
}

export interface HeldLock {
  readonly lock: Waitable;
  readonly mode: HoldMode;
}

// The state as a number, for the engine's own comparisons.
export const READY = 0;
export const TIMED = 1;
export const PARKED_STATE = 2;
export const ENDED = 3;
const stateNames: readonly TaskState[] = ['ready', 'timed', 'parked', 'ended'];

/** How a timed wait ended. */
export type WakeReason = 'woken' | 'timeout';

export class Task<T = unknown> {
  // What every step touches comes first, so that it shares a line of the cache. The engine's and the locks' own.
  readonly process: Process<T>;
  /** Index in the simulation's table of tasks; free for another one as soon as this one has ended. */
  readonly slot: number;
  stateCode = READY;
  /** Handle of the task's event in the queue, or -1: of a deadline, which may be moved; no other event is. */
  event = -1;

  /** What the task waits for, from the slow path of its acquire until it runs again. */
  waitingFor: Waitable | null = null;
  waitSinceNs: SimTimeNs = Number.NaN;
  /** Called by the engine when a wait for a lock has ended (after the wake-up latency), before the process goes on. */
  onWaitEnd: ((lockClass: LockClass, sinceNs: SimTimeNs, untilNs: SimTimeNs, note: WaitNote | null) => void) | null =
    null;

  // A task waits for one thing at a time, so the queue of a lock is a list through its waiters.
  nextWaiter: Task | null = null;
  /** What heldInfo will be. */
  waitInfo = 0;
  granted = false;
  /** It waits for a lock to sleep for with its CPU busy, and goes on at the instant of the release. */
  spins = false;
  /** For whom it waits; null: nobody has observed waits for locks when this one began. */
  waitNote: OpenWaitNote | null = null;

  // Held locks, the latest last. Two arrays instead of one of objects: taking a lock allocates nothing.
  heldDepth = 0;
  readonly heldLocks: Waitable[] = [];
  /** Lockdep's class index * 2, + 1 if held for write. */
  readonly heldInfo: number[] = [];
  /** Where the run of locks of one class begins that this one ends: a collapse holds hundreds of folio locks in a row. */
  readonly heldRunStart: number[] = [];

  readonly id: number;
  readonly name: string;
  /** A parked daemon does not make a deadlock of an empty queue. */
  readonly daemon: boolean;
  /** Which CPU the task runs on, for cache lines. */
  cpu: number;
  result: T | undefined = undefined;
  /** The operation of parkUntil, made at its first use. */
  timedWait: StepOperation<WakeReason> | null = null;
  inTimedWait = false;
  joiners: Task[] | null = null;

  constructor(id: number, slot: number, name: string, process: Process<T>, cpu: number, daemon: boolean) {
    this.id = id;
    this.slot = slot;
    this.name = name;
    this.process = process;
    this.cpu = cpu;
    this.daemon = daemon;
    this.waitSinceNs = 0;
  }

  get state(): TaskState {
    return stateNames[this.stateCode] as TaskState;
  }

  /** The locks the task holds, in the order in which it took them. */
  get held(): readonly HeldLock[] {
    return this.heldLocks
      .slice(0, this.heldDepth)
      .map((lock, at) => ({ lock, mode: ((this.heldInfo[at] as number) & 1) === 1 ? 'write' : 'read' }));
  }

  get waitsForWrite(): boolean {
    return (this.waitInfo & 1) === 1;
  }

  /** Whether it may not sleep. */
  get holdsSpinning(): boolean {
    for (let at = this.heldDepth - 1; at >= 0; at = (this.heldRunStart[at] as number) - 1) {
      if ((this.heldLocks[at] as Waitable).lockClass.kind === 'spinning') return true;
    }
    return false;
  }

  holds(lock: Waitable, mode: HoldMode | 'any'): boolean {
    for (let at = this.heldDepth - 1; at >= 0; at--) {
      if (this.heldLocks[at] !== lock) continue;
      if (mode === 'any' || ((this.heldInfo[at] as number) & 1) === (mode === 'write' ? 1 : 0)) return true;
    }
    return false;
  }

  /** How it holds the lock; null: it does not. */
  modeOf(lock: Waitable): HoldMode | null {
    // Hundreds of folio locks in a row are passed over by their class.
    for (let at = this.heldDepth - 1; at >= 0; at--) {
      if (this.heldLocks[at] === lock) return ((this.heldInfo[at] as number) & 1) === 1 ? 'write' : 'read';
      if ((this.heldLocks[at] as Waitable).lockClass !== lock.lockClass) at = this.heldRunStart[at] as number;
    }
    return null;
  }

  pushHeld(lock: Waitable, info: number): void {
    const depth = this.heldDepth;
    this.heldLocks[depth] = lock;
    this.heldInfo[depth] = info;
    this.heldRunStart[depth] = this.runStartAt(depth);
    this.heldDepth = depth + 1;
  }

  private runStartAt(depth: number): number {
    if (depth === 0 || (this.heldInfo[depth] as number) >> 1 !== (this.heldInfo[depth - 1] as number) >> 1)
      return depth;
    return this.heldRunStart[depth - 1] as number;
  }

  /** Most locks are released in the reverse order of their acquire. */
  popHeld(lock: Waitable, write: 0 | 1): void {
    const last = this.heldDepth - 1;
    if (last >= 0 && this.heldLocks[last] === lock && ((this.heldInfo[last] as number) & 1) === write)
      this.heldDepth = last;
    else this.removeHeld(lock, write);
  }

  private removeHeld(lock: Waitable, write: 0 | 1): void {
    const last = this.heldDepth - 1;
    for (let at = last; at >= 0; at--) {
      if (this.heldLocks[at] !== lock || ((this.heldInfo[at] as number) & 1) !== write) continue;
      for (let behind = at; behind < last; behind++) {
        this.heldLocks[behind] = this.heldLocks[behind + 1] as Waitable;
        this.heldInfo[behind] = this.heldInfo[behind + 1] as number;
        this.heldRunStart[behind] = this.runStartAt(behind);
      }
      this.heldDepth = last;
      return;
    }
    throw new AssertionError(
      `task "${this.name}" releases "${lock.lockClass.name}" (${write === 1 ? 'write' : 'read'}), which it does not hold`,
    );
  }

  /** A writer that becomes a reader keeps its place in the order of held locks. */
  downgradeHeld(lock: Waitable): void {
    for (let at = this.heldDepth - 1; at >= 0; at--) {
      const info = this.heldInfo[at] as number;
      if (this.heldLocks[at] !== lock || (info & 1) === 0) continue;
      this.heldInfo[at] = info - 1;
      return;
    }
    throw new AssertionError(
      `task "${this.name}" downgrades "${lock.lockClass.name}", which it does not hold for write`,
    );
  }
}
