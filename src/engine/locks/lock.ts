// What all locks share: a first-come queue of tasks, and the hand-over. A released lock never becomes free while somebody
// waits: the releaser makes the next waiter its holder, so nobody can slip in before it.

import { DONE, type Operation, PARK_ONCE } from '../process.ts';
import type { Simulation } from '../simulation.ts';
import type { Task, Waitable } from '../task.ts';
import type { LockClass } from './lock-class.ts';

export abstract class Lock implements Waitable {
  readonly lockClass: LockClass;
  readonly sleeping: boolean;
  /** How many tasks wait. */
  waiters = 0;
  firstWaiter: Task | null = null;

  protected readonly sim: Simulation;
  readonly #classIndex: number;
  #lastWaiter: Task | null = null;

  constructor(sim: Simulation, lockClass: LockClass) {
    this.sim = sim;
    this.lockClass = lockClass;
    this.sleeping = lockClass.kind === 'sleeping';
    this.#classIndex = sim.lockdep.classIndex(lockClass);
  }

  protected classIndex(subclass: number): number {
    return subclass === 0 ? this.#classIndex : this.sim.lockdep.classIndex(this.lockClass, subclass);
  }

  /** The lock is the task's: at once, by a trylock, or by hand-over. */
  protected hold(task: Task, classIndex: number, write: boolean): void {
    task.pushHeld(this, classIndex, write, !this.sleeping);
  }

  protected drop(task: Task, write: boolean): void {
    task.popHeld(this, write, !this.sleeping);
  }

  protected wait(task: Task, classIndex: number, write: boolean): Operation {
    this.sim.lockdep.blocking(task, this);
    task.waitingFor = this;
    task.waitSinceNs = this.sim.now;
    task.granted = false;
    task.waitsForWrite = write;
    task.waitClassIndex = classIndex;
    this.#append(task);
    return PARK_ONCE;
  }

  /** The first waiter becomes a holder. */
  protected grantFirst(): void {
    const task = this.firstWaiter as Task;
    this.firstWaiter = task.nextWaiter;
    if (task.nextWaiter === null) this.#lastWaiter = null;
    this.#grant(task);
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
        if (next === null) this.#lastWaiter = before;
        this.#grant(task);
        granted++;
      }
      task = next;
    }
    return granted;
  }

  #append(task: Task): void {
    task.nextWaiter = null;
    if (this.#lastWaiter === null) this.firstWaiter = task;
    else this.#lastWaiter.nextWaiter = task;
    this.#lastWaiter = task;
    this.waiters++;
  }

  #grant(task: Task): void {
    task.nextWaiter = null;
    this.waiters--;
    task.granted = true;
    this.hold(task, task.waitClassIndex, task.waitsForWrite);
    this.sim.resume(task, this.sleeping ? this.sim.wakeUpNs : 0);
  }
}

/** One holder at a time, first come first served: what a mutex and a spinlock have in common. */
export abstract class ExclusiveLock extends Lock {
  isHeld = false;

  acquire(subclass = 0): Operation {
    const task = this.sim.current;
    const classIndex = this.classIndex(subclass);
    this.sim.lockdep.acquiring(task, this, classIndex);
    if (this.isHeld) return this.wait(task, classIndex, true);
    this.isHeld = true;
    this.hold(task, classIndex, true);
    return DONE;
  }

  /** Never waits, and so can be part of no deadlock as the last link: it makes no order. */
  tryAcquire(subclass = 0): boolean {
    if (this.isHeld) return false;
    this.isHeld = true;
    this.hold(this.sim.current, this.classIndex(subclass), true);
    return true;
  }

  release(): Operation {
    this.drop(this.sim.current, true);
    if (this.firstWaiter === null) this.isHeld = false;
    else this.grantFirst();
    return DONE;
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
    const classIndex = this.classIndex(subclass);
    this.sim.lockdep.acquiring(task, this, classIndex);
    // A writer that waits blocks later readers: else a stream of them would starve it.
    if (this.isWriteHeld || this.firstWaiter !== null) return this.wait(task, classIndex, false);
    this.readers++;
    this.hold(task, classIndex, false);
    return DONE;
  }

  acquireWrite(subclass = 0): Operation {
    const task = this.sim.current;
    const classIndex = this.classIndex(subclass);
    this.sim.lockdep.acquiring(task, this, classIndex);
    if (this.isWriteHeld || this.readers > 0) return this.wait(task, classIndex, true);
    this.isWriteHeld = true;
    this.hold(task, classIndex, true);
    return DONE;
  }

  tryAcquireRead(subclass = 0): boolean {
    if (this.isWriteHeld || this.firstWaiter !== null) return false;
    this.readers++;
    this.hold(this.sim.current, this.classIndex(subclass), false);
    return true;
  }

  tryAcquireWrite(subclass = 0): boolean {
    if (this.isWriteHeld || this.readers > 0) return false;
    this.isWriteHeld = true;
    this.hold(this.sim.current, this.classIndex(subclass), true);
    return true;
  }

  releaseRead(): Operation {
    this.drop(this.sim.current, false);
    this.readers--;
    if (this.readers === 0 && this.firstWaiter !== null) this.handOver();
    return DONE;
  }

  releaseWrite(): Operation {
    this.drop(this.sim.current, true);
    this.isWriteHeld = false;
    if (this.firstWaiter !== null) this.handOver();
    return DONE;
  }

  /** The lock is free and somebody waits. */
  protected abstract handOver(): void;

  protected grantFirstWriter(): void {
    this.isWriteHeld = true;
    this.grantFirst();
  }
}
