// What all locks share: a first-come queue of tasks, and the hand-over. A released lock never becomes free while somebody
// waits: the releaser makes the next waiter its holder, so nobody can slip in before it.

import { cellsFor, type Probed, probe } from '../probe.ts';
import { DONE, type Operation, PARK_ONCE } from '../process.ts';
import type { Simulation } from '../simulation.ts';
import type { Task, Waitable } from '../task.ts';
import type { LockClass } from './lock-class.ts';
import { noteWait, type OpenWaitNote } from './wait-note.ts';

export abstract class Lock implements Waitable, Probed {
  readonly lockClass: LockClass;
  /** What it belongs to, for those who look into a run. */
  readonly of: object | null;
  /** In an exploration: who holds it, and who wants it. */
  readonly cell = cellsFor(this, 2);
  readonly sleeping: boolean;
  /** How many tasks wait. */
  waiters = 0;
  firstWaiter: Task | null = null;

  abstract readonly isHeld: boolean;

  protected readonly sim: Simulation;
  /** What a task's heldInfo says of a reader of this lock; one more for a writer. */
  private readonly readInfo: number;
  private lastWaiter: Task | null = null;

  constructor(sim: Simulation, lockClass: LockClass, of: object | null = null) {
    this.sim = sim;
    this.lockClass = lockClass;
    this.of = of;
    this.sleeping = lockClass.kind === 'sleeping';
    this.readInfo = sim.lockdep.classIndex(lockClass) * 2;
  }

  protected info(subclass: number, write: 0 | 1): number {
    return (subclass === 0 ? this.readInfo : this.sim.lockdep.classIndex(this.lockClass, subclass) * 2) + write;
  }

  /** Any acquire that may wait begins here. */
  protected begin(task: Task, info: number): void {
    if (task.heldDepth > 0) this.sim.lockdep.acquiring(task, this, info >> 1);
  }

  /** The lock was free. */
  protected take(task: Task, info: number): Operation {
    this.sim.countUncontended();
    task.pushHeld(this, info);
    return DONE;
  }

  protected wait(task: Task, info: number): Operation {
    if (task.heldDepth > 0) {
      this.sim.lockdep.blocking(task, this);
      if (this.sleeping) tellHeld(task, 'ownerSleeps');
    }
    task.spins = this.letsSpin;
    task.waitingFor = this;
    task.waitSinceNs = this.sim.now;
    task.granted = false;
    task.waitInfo = info;
    task.waitNote = this.sim.lockWaits.observed ? this.note(task) : null;
    task.nextWaiter = null;
    if (this.lastWaiter === null) this.firstWaiter = task;
    else this.lastWaiter.nextWaiter = task;
    this.lastWaiter = task;
    this.waiters++;
    return PARK_ONCE;
  }

  private note(task: Task): OpenWaitNote {
    const holderCount = (this.holders >> 1) + (this.holders & 1);
    return noteWait({ task, lock: this, holderCount, before: this.lastWaiter }, this.sim.tasks());
  }

  /** The first waiter becomes a holder. */
  protected grantFirst(): void {
    const task = this.firstWaiter as Task;
    const next = task.nextWaiter;
    this.firstWaiter = next;
    if (next === null) this.lastWaiter = null;
    this.grant(task);
  }

  /** All waiting readers up to a number become holders; waiting writers keep their places. Returns how many. */
  protected grantReaders(max: number): number {
    let granted = 0;
    let before: Task | null = null;
    for (let task = this.firstWaiter; task !== null && granted < max; ) {
      const next: Task | null = task.nextWaiter;
      if (task.waitsForWrite) {
        before = task;
      } else {
        if (before === null) this.firstWaiter = next;
        else before.nextWaiter = next;
        if (next === null) this.lastWaiter = before;
        this.grant(task);
        granted++;
      }
      task = next;
    }
    return granted;
  }

  private grant(task: Task): void {
    this.waiters--;
    if (this.sleeping && task.heldDepth > 0) tellHeld(task, 'ownerRuns');
    task.pushHeld(this, task.waitInfo);
    this.sim.grant(task, this.sleeping && !task.spins ? this.sim.wakeUpNs : 0);
  }

  /** Who waits, in the order in which they came. */
  waitingTasks(): Task[] {
    return tasksFrom(this.firstWaiter);
  }

  /** A waiter that comes now keeps its CPU busy, although the lock is one to sleep for. */
  protected get letsSpin(): boolean {
    return false;
  }

  /** Whether it could be taken now. An exploration has no queue: whoever wants a free lock may be given it. */
  abstract admits(write: boolean): boolean;

  /** Makes the task a holder; it admits that. */
  admit(task: Task, info: number): void {
    this.setHeld((info & 1) === 1);
    task.pushHeld(this, info);
  }

  protected abstract setHeld(write: boolean): void;

  /** Who may take it is decided by it: 0: anybody; odd: nobody; else readers. The other cell: how many wait. */
  cellContent(offset: number): number {
    return offset === 0 ? this.holders : this.waiters;
  }

  /** Twice the readers, + 1 for a writer. */
  protected abstract readonly holders: number;

  /** Its holder goes to sleep for another lock, or has got that. */
  ownerSleeps(): void {}
  ownerRuns(): void {}
}

export function tasksFrom(first: Task | null): Task[] {
  const tasks: Task[] = [];
  for (let task = first; task !== null; task = task.nextWaiter) tasks.push(task);
  return tasks;
}

function tellHeld(task: Task, what: 'ownerSleeps' | 'ownerRuns'): void {
  for (let at = 0; at < task.heldDepth; at++) (task.heldLocks[at] as Lock)[what]();
}

/** One holder at a time, first come first served: what a mutex and a spinlock have in common. */
export abstract class ExclusiveLock extends Lock {
  isHeld = false;

  acquire(subclass = 0): Operation {
    const task = this.sim.current;
    const info = this.info(subclass, 1);
    this.begin(task, info);
    if (probe !== null) return probe.acquire(this, task, info);
    if (this.isHeld) return this.wait(task, info);
    this.isHeld = true;
    return this.take(task, info);
  }

  /** Never waits, and so can be part of no deadlock as the last link: it makes no order. */
  tryAcquire(subclass = 0): boolean {
    if (probe !== null && !probe.tried(this, !this.isHeld)) return false;
    if (this.isHeld) return false;
    this.isHeld = true;
    this.take(this.sim.current, this.info(subclass, 1));
    return true;
  }

  release(): Operation {
    this.sim.current.popHeld(this, 1);
    if (this.firstWaiter === null) this.isHeld = false;
    else this.grantFirst();
    return probe === null ? DONE : probe.released(this, true);
  }

  protected override get holders(): number {
    return this.isHeld ? 1 : 0;
  }

  override admits(): boolean {
    return !this.isHeld;
  }

  protected override setHeld(): void {
    this.isHeld = true;
  }
}

/** Readers or one writer. Who goes next at a release is what its kinds differ in. */
export abstract class SharedLock extends Lock {
  isWriteHeld = false;
  protected readers = 0;

  get isHeld(): boolean {
    return this.isWriteHeld || this.readers > 0;
  }

  acquireRead(subclass = 0): Operation {
    const task = this.sim.current;
    const info = this.info(subclass, 0);
    this.begin(task, info);
    if (probe !== null) return probe.acquire(this, task, info);
    // A writer that waits blocks later readers: else a stream of them would starve it.
    if (this.isWriteHeld || this.firstWaiter !== null) return this.wait(task, info);
    this.readers++;
    return this.take(task, info);
  }

  acquireWrite(subclass = 0): Operation {
    const task = this.sim.current;
    const info = this.info(subclass, 1);
    this.begin(task, info);
    if (probe !== null) return probe.acquire(this, task, info);
    if (this.isWriteHeld || this.readers > 0) return this.wait(task, info);
    this.isWriteHeld = true;
    return this.take(task, info);
  }

  tryAcquireRead(subclass = 0): boolean {
    if (probe !== null && !probe.tried(this, !this.isWriteHeld)) return false;
    if (this.isWriteHeld || this.firstWaiter !== null) return false;
    this.readers++;
    this.take(this.sim.current, this.info(subclass, 0));
    return true;
  }

  tryAcquireWrite(subclass = 0): boolean {
    if (probe !== null && !probe.tried(this, this.admits(true))) return false;
    if (this.isWriteHeld || this.readers > 0) return false;
    this.isWriteHeld = true;
    this.take(this.sim.current, this.info(subclass, 1));
    return true;
  }

  releaseRead(): Operation {
    this.sim.current.popHeld(this, 0);
    this.readers--;
    if (this.readers === 0 && this.firstWaiter !== null) this.handOver();
    return probe === null ? DONE : probe.released(this, false);
  }

  releaseWrite(): Operation {
    this.sim.current.popHeld(this, 1);
    this.isWriteHeld = false;
    if (this.firstWaiter !== null) this.handOver();
    return probe === null ? DONE : probe.released(this, true);
  }

  protected override get holders(): number {
    return this.readers * 2 + (this.isWriteHeld ? 1 : 0);
  }

  override admits(write: boolean): boolean {
    return !this.isWriteHeld && (!write || this.readers === 0);
  }

  protected override setHeld(write: boolean): void {
    if (write) this.isWriteHeld = true;
    else this.readers++;
  }

  /** The lock is free and somebody waits. */
  protected abstract handOver(): void;

  protected grantFirstWriter(): void {
    this.isWriteHeld = true;
    this.grantFirst();
  }
}
