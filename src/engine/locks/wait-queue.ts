// Tasks that wait until somebody says so. A wake reaches who waits at that moment; who comes later waits for the next one,
// so a condition is looked at again after every wait.

import { cellsFor, type Probed, probe } from '../probe.ts';
import type { Operation } from '../process.ts';
import { PARK_ONCE } from '../process.ts';
import type { Simulation } from '../simulation.ts';
import type { Task, Waitable } from '../task.ts';
import { tasksFrom } from './lock.ts';
import type { LockClass } from './lock-class.ts';
import { nobodyNoted } from './wait-note.ts';

export class WaitQueue implements Waitable, Probed {
  readonly #cell = cellsFor(this, 1);
  readonly lockClass: LockClass;
  /** What it belongs to, for those who look into a run. */
  readonly of: object | null;
  /** How many tasks wait. */
  length = 0;
  private readonly sim: Simulation;
  private readonly sleeping: boolean;
  private first: Task | null = null;
  private last: Task | null = null;

  constructor(sim: Simulation, lockClass: LockClass, of: object | null = null) {
    this.sim = sim;
    this.lockClass = lockClass;
    this.of = of;
    this.sleeping = lockClass.kind === 'sleeping';
  }

  wait(): Operation {
    if (probe !== null) probe.write(this.#cell);
    const task = this.sim.current;
    if (this.sleeping) this.sim.lockdep.sleeping(task);
    task.waitingFor = this;
    task.waitSinceNs = this.sim.now;
    task.granted = false;
    task.waitNote = this.sim.lockWaits.observed ? nobodyNoted() : null;
    task.nextWaiter = null;
    if (this.last === null) this.first = task;
    else this.last.nextWaiter = task;
    this.last = task;
    this.length++;
    return PARK_ONCE;
  }

  /** Wakes who waited longest. Returns whether there was one. */
  wakeOne(): boolean {
    const task = this.first;
    if (probe !== null && task === null) probe.read(this.#cell, 0);
    if (task === null) return false;
    if (probe !== null) probe.write(this.#cell);
    this.first = task.nextWaiter;
    if (this.first === null) this.last = null;
    this.length--;
    this.sim.grant(task, this.sleeping ? this.sim.wakeUpNs : 0);
    return true;
  }

  /** Wakes all that wait now, in order of arrival. Returns how many. */
  wakeAll(): number {
    let woken = 0;
    while (this.wakeOne()) woken++;
    return woken;
  }

  /** Who waits, in the order in which they came. */
  waitingTasks(): Task[] {
    return tasksFrom(this.first);
  }

  cellContent(): number {
    let content = 0;
    for (let task = this.first; task !== null; task = task.nextWaiter) content = content * 31 + task.id + 1;
    return content;
  }
}
