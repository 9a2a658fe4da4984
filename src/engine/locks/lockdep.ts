// Checks the order in which tasks take locks, while they do what they do anyway. It needs no deadlock to happen: one run
// in which somebody takes A and then B, and somebody else B and then A, shows that a deadlock can happen.
//
// Locks are nodes by class, and an edge from A to B says that B was taken under A. A new edge that closes a cycle is an
// inversion. Known edges are one look at a byte matrix; only a new one is walked, and there are few.
//
// What it does not do: it makes no difference between readers and writers in an order. With fair locks a reader waits
// behind a writer that waits, so two readers in opposite orders do deadlock as soon as writers come in between.

import { AssertionError } from '../assert.ts';
import type { RecordChannel } from '../records.ts';
import type { SimTimeNs } from '../sim-time.ts';
import type { Simulation } from '../simulation.ts';
import type { HoldMode, Task, Waitable } from '../task.ts';
import type { Lock } from './lock.ts';
import type { LockClass } from './lock-class.ts';

export type LockdepFindingKind = 'order-inversion' | 'self-deadlock' | 'sleep-in-atomic' | 'held-at-exit' | 'deadlock';

/** One task and the locks it held and then wanted, in order: a link of the evidence. */
export interface LockChain {
  readonly task: string;
  readonly simTimeNs: SimTimeNs;
  /** Names of lock classes, in the order in which the task took them. */
  readonly held: readonly string[];
  readonly acquires: string | null;
}

export interface LockdepFinding {
  readonly kind: LockdepFindingKind;
  readonly message: string;
  readonly chains: readonly LockChain[];
  readonly simTimeNs: SimTimeNs;
}

const START_CLASSES = 16;

export class Lockdep {
  readonly enabled: boolean;
  /** In order of discovery; one a kind and pair of classes. */
  readonly findings: LockdepFinding[] = [];
  /** The findings as records, at the moment of their discovery. */
  readonly channel: RecordChannel<LockdepFinding>;
  private readonly sim: Simulation;

  private readonly indices = new Map<LockClass, number[]>();
  private readonly names: string[] = [];
  private capacity = START_CLASSES;
  /** known[a * capacity + b]: b was taken under a, and that was looked at. The diagonal is known from the start. */
  private known = new Uint8Array(START_CLASSES * START_CLASSES);
  /** By a: the b of its edges, with what proves each of them. */
  private readonly edges: Map<number, LockChain>[] = [];
  private readonly reported = new Set<string>();

  constructor(sim: Simulation, enabled: boolean) {
    this.sim = sim;
    this.enabled = enabled;
    this.channel = sim.records.channel<LockdepFinding>('lockdep');
  }

  /** The node of a class. A subclass, for locks of one class that nest by design, is a node of its own. */
  classIndex(lockClass: LockClass, subclass = 0): number {
    let bySubclass = this.indices.get(lockClass);
    if (bySubclass === undefined) {
      bySubclass = [];
      this.indices.set(lockClass, bySubclass);
    }
    let index = bySubclass[subclass];
    if (index === undefined) {
      index = this.names.length;
      bySubclass[subclass] = index;
      this.names.push(subclass === 0 ? lockClass.name : `${lockClass.name}/${subclass}`);
      this.edges.push(new Map());
      if (index === this.capacity) this.grow();
      this.known[index * this.capacity + index] = 1;
    }
    return index;
  }

  /** Every order seen so far, as pairs of names: what docs/locking.md promises can be held against it. */
  orders(): readonly (readonly [string, string])[] {
    return this.edges.flatMap((edges, from) =>
      [...edges.keys()].map((to) => [this.names[from] as string, this.names[to] as string] as const),
    );
  }

  // ---- Called by locks and engine ------------------------------------------------------------------------------

  /** Before an acquire that may wait, whether it will or not, by a task that holds something. */
  acquiring(task: Task, lock: Lock, classIndex: number): void {
    if (!this.enabled) return;
    if (lock.sleeping && task.holdsSpinning) this.sleepInAtomic(task, lock.lockClass.name);
    for (let at = task.heldDepth - 1; at >= 0; at = (task.heldRunStart[at] as number) - 1) {
      const held = (task.heldInfo[at] as number) >> 1;
      if (this.known[held * this.capacity + classIndex] === 0) this.addEdge(held, classIndex, task);
    }
    if (lock.isHeld && task.holds(lock, 'any')) this.selfDeadlock(task, lock);
  }

  /** The slow path: the task, which holds something, is about to wait. Looks for a cycle of tasks that already wait for each other. */
  blocking(task: Task, lock: Lock): void {
    if (!this.enabled) return;
    const cycle = this.waitCycle(task, lock, [], new Set());
    if (cycle === null) return;
    const chains = [this.chain(task, lock.lockClass.name), ...cycle];
    this.report(
      'deadlock',
      chains.map((chain) => chain.acquires).join(),
      `${chains.map((chain) => `"${chain.task}" holds ${list(chain.held)} and waits for ${chain.acquires}`).join('; ')}`,
      chains,
    );
  }

  /** Before anything that may sleep and is no lock. */
  sleeping(task: Task): void {
    if (task.heldDepth > 0 && this.enabled && task.holdsSpinning) this.sleepInAtomic(task, null);
  }

  ended(task: Task): void {
    if (task.heldDepth === 0 || !this.enabled) return;
    const chain = this.chain(task, null);
    this.report('held-at-exit', chain.held.join(), `"${task.name}" ends holding ${list(chain.held)}`, [chain]);
  }

  // ---- Called by models ----------------------------------------------------------------------------------------

  /** The requirement of a function on its caller, as code. Throws: who calls without the lock is a bug. */
  assertHeld(lock: Waitable, mode: HoldMode | 'any' = 'any'): void {
    const task = this.sim.current;
    if (task.holds(lock, mode)) return;
    throw new AssertionError(
      `"${task.name}" must hold ${lock.lockClass.name}${mode === 'any' ? '' : ` for ${mode}`} here, and holds ${list(this.chain(task, null).held)}`,
    );
  }

  assertNotHeld(lock: Waitable): void {
    const task = this.sim.current;
    if (task.holds(lock, 'any')) throw new AssertionError(`"${task.name}" must not hold ${lock.lockClass.name} here`);
  }

  // ---- Slow paths ----------------------------------------------------------------------------------------------

  private addEdge(from: number, to: number, task: Task): void {
    this.known[from * this.capacity + to] = 1;
    const name = this.names[to] as string;
    const chain = this.chain(task, name);
    const back = this.path(to, from);
    (this.edges[from] as Map<number, LockChain>).set(to, chain);
    if (back === null) return;
    const fromName = this.names[from] as string;
    this.report(
      'order-inversion',
      [fromName, name].sort().join(),
      `"${task.name}" takes ${name} under ${fromName}; the other order: ${back
        .map((link) => `"${link.task}" took ${link.acquires} under ${list(link.held)}`)
        .join(', ')}`,
      [chain, ...back],
    );
  }

  /** The proofs of a shortest path of edges, or null. */
  private path(from: number, to: number): LockChain[] | null {
    const cameFrom = new Map<number, number>([[from, from]]);
    const queue = [from];
    for (const at of queue) {
      if (at === to) break;
      for (const next of (this.edges[at] as Map<number, LockChain>).keys()) {
        if (cameFrom.has(next)) continue;
        cameFrom.set(next, at);
        queue.push(next);
      }
    }
    if (!cameFrom.has(to)) return null;
    const links: LockChain[] = [];
    for (let at = to; at !== from; ) {
      const before = cameFrom.get(at) as number;
      links.unshift((this.edges[before] as Map<number, LockChain>).get(at) as LockChain);
      at = before;
    }
    return links;
  }

  /**
   * Whether somebody who waits for a lock of this task leads, over what he holds and who waits for that, to `wanted`. This way
   * round it needs no list of a lock's readers: a lock knows its waiters, a task knows what it holds.
   */
  private waitCycle(task: Task, wanted: Lock, chains: LockChain[], seen: Set<Task>): LockChain[] | null {
    for (let at = 0; at < task.heldDepth; at++) {
      const held = task.heldLocks[at] as Lock;
      for (let waiter = held.firstWaiter; waiter !== null; waiter = waiter.nextWaiter) {
        if (waiter.heldDepth === 0 || seen.has(waiter)) continue;
        seen.add(waiter);
        const link = [this.chain(waiter, held.lockClass.name), ...chains];
        if (waiter.holds(wanted, 'any')) return link;
        const found = this.waitCycle(waiter, wanted, link, seen);
        if (found !== null) return found;
      }
    }
    return null;
  }

  private selfDeadlock(task: Task, lock: Lock): void {
    const name = lock.lockClass.name;
    const reads = !task.holds(lock, 'write') ? ': as readers both, which ends well only while no writer waits' : '';
    this.report('self-deadlock', name, `"${task.name}" takes ${name}, which it holds already${reads}`, [
      this.chain(task, name),
    ]);
  }

  private sleepInAtomic(task: Task, acquires: string | null): void {
    const chain = this.chain(task, acquires);
    const spinning = task.held
      .filter(({ lock }) => lock.lockClass.kind === 'spinning')
      .map(({ lock }) => lock.lockClass.name);
    this.report(
      'sleep-in-atomic',
      `${spinning.join()}>${acquires ?? ''}`,
      `"${task.name}" ${acquires === null ? 'sleeps' : `takes ${acquires}, which may sleep,`} under ${list(spinning)}`,
      [chain],
    );
  }

  private chain(task: Task, acquires: string | null): LockChain {
    const held: string[] = [];
    for (let at = 0; at < task.heldDepth; at++) held.push(this.names[(task.heldInfo[at] as number) >> 1] as string);
    return { task: task.name, simTimeNs: this.sim.now, held, acquires };
  }

  private report(kind: LockdepFindingKind, pair: string, message: string, chains: readonly LockChain[]): void {
    const key = `${kind}:${pair}`;
    if (this.reported.has(key)) return;
    this.reported.add(key);
    const finding = { kind, message, chains, simTimeNs: this.sim.now };
    this.findings.push(finding);
    if (this.channel.observed) this.channel.publish(finding);
  }

  private grow(): void {
    const capacity = this.capacity * 2;
    const known = new Uint8Array(capacity * capacity);
    for (let row = 0; row < this.capacity; row++) {
      known.set(this.known.subarray(row * this.capacity, (row + 1) * this.capacity), row * capacity);
    }
    this.known = known;
    this.capacity = capacity;
  }
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.join(' > '));
