import { assert } from '../engine/assert.ts';
import type { LockClass } from '../engine/locks/lock-class.ts';
import type { Process } from '../engine/process.ts';
import type { Task } from '../engine/simulation.ts';
import type { Gfn } from '../mm/address.ts';
import {
  folioLockClass,
  hugetlbFaultMutexClass,
  hugetlbVmaLockClass,
  iMmapRwsemClass,
  mmapLockClass,
} from '../mm/locks.ts';
import type { MmCpu } from '../mm/mm.ts';
import type { GuestAccessPattern, GuestMemory } from './guest-access.ts';
import { type Kvm, type KvmVcpu, mmuLockClass } from './kvm.ts';
import { type FaultResult, kvmTdpPageFault } from './page-fault.ts';
import type { VcpuInterval } from './records.ts';
import type { StallCause } from './stall-windows.ts';
import type { FaultAccount } from './tdp-mmu.ts';

const causeOfLock: ReadonlyMap<LockClass, StallCause> = new Map<LockClass, StallCause>([
  [mmuLockClass, 'mmu-lock'],
  [mmapLockClass, 'mmap-lock'],
  [hugetlbVmaLockClass, 'vma-lock'],
  [iMmapRwsemClass, 'i-mmap-lock'],
  [hugetlbFaultMutexClass, 'fault-mutex'],
  [folioLockClass, 'folio-lock'],
]);

export interface VcpuOptions {
  readonly kvm: Kvm;
  readonly id: number;
  readonly cpu: number;
  readonly pattern: GuestAccessPattern;
  readonly memory: GuestMemory;
  /** From one guest access to the next, when both hit. */
  readonly thinkNs: number;
  /** Makes every access an event: the slow way, against which the skipping is checked. */
  readonly stepping: boolean;
  /** Told of every stretch of this vCPU's time, in order. */
  readonly interval: (interval: VcpuInterval) => void;
}

/**
 * A vCPU thread on a CPU of its own: it touches guest memory, and where an SPTE is missing it goes through the fault path
 * until the access can be made.
 *
 * Models   vcpu_run() and vcpu_enter_guest(), arch/x86/kvm/x86.c, as far as memory is concerned.
 * Left out TLB contents: an access to a page whose SPTE is gone faults at once, though the CPU might still hold the
 *          translation until the flush; interrupts and time slices; the blink of guest mode within a lap that retries.
 */
export class Vcpu implements KvmVcpu, MmCpu, FaultAccount {
  readonly id: number;
  /** Accesses that the guest has made. */
  touches = 0;
  readonly #options: VcpuOptions;
  readonly #kvm: Kvm;
  #task: Task | null = null;
  #inGuest = false;
  #kicked = false;
  /** When the access that is due is to be made, and how many from it on will hit. */
  #dueNs = 0;
  #hits = 0;
  /** Up to here this vCPU's time has been told. */
  #toldNs = 0;
  /** The stretches of the lap under way; a null cause becomes known with the lap's outcome. */
  #lap: { cause: StallCause | null; untilNs: number }[] = [];

  constructor(options: VcpuOptions) {
    this.#options = options;
    this.#kvm = options.kvm;
    this.id = options.id;
    options.kvm.vcpus.push(this);
    options.kvm.mm.cpus.push(this);
  }

  start(): void {
    const { kvm, cpu } = this.#options;
    const task: Task = kvm.machine.sim.spawn(`vcpu${this.id}`, this.#run(), { cpu, daemon: true });
    this.#task = task;
    task.onWaitEnd = (lockClass, sinceNs, untilNs) => this.#waited(lockClass, sinceNs, untilNs);
  }

  get isInGuest(): boolean {
    return this.#inGuest;
  }

  get runsGuest(): boolean {
    return this.#inGuest;
  }

  kick(): void {
    if (!this.#waitsForMiss()) return;
    this.#kicked = true;
    this.#kvm.machine.sim.wake(this.#thread());
  }

  interrupt(): void {
    this.kick();
  }

  spteCleared(first: Gfn, pages: number): void {
    if (this.#options.stepping || !this.#waitsForMiss()) return;
    const { memory, pattern } = this.#options;
    const from = Math.max(memory.page(first), 0);
    const to = Math.min(memory.page(first) + pages, memory.pages);
    if (from >= to) return;
    this.#advance();
    this.#retime(pattern.hitsAfterClearing(memory, this.#hits, from, to - from));
  }

  spteInstalled(): void {
    if (this.#options.stepping || !this.#waitsForMiss()) return;
    this.#advance();
    this.#retime(this.#options.pattern.hitsAfterInstalling(this.#options.memory, this.#hits));
  }

  /** In guest mode, and neither a miss nor a kick has taken it out at this very instant. */
  #waitsForMiss(): boolean {
    return this.#inGuest && this.#thread().state === 'parked';
  }

  #retime(hits: number): void {
    if (hits === this.#hits) return;
    this.#hits = hits;
    this.#kvm.machine.sim.retime(this.#thread(), this.#missNs());
  }

  #thread(): Task {
    assert(this.#task !== null, 'the vCPU has been started');
    return this.#task;
  }

  #missNs(): number {
    return this.#dueNs + this.#hits * this.#options.thinkNs;
  }

  /** Makes the accesses that were due before now. */
  #advance(): void {
    const { thinkNs, pattern } = this.#options;
    const { now } = this.#kvm.machine.sim;
    if (now <= this.#dueNs) return;
    const made = Math.ceil((now - this.#dueNs) / thinkNs);
    pattern.advance(made);
    this.touches += made;
    this.#dueNs += made * thinkNs;
    this.#hits -= made;
    assert(this.#hits >= 0, 'no access that misses has been made');
  }

  /** Brings the count of touches up to date, for who looks at the end of a run. */
  settle(): void {
    if (this.#inGuest && !this.#options.stepping) this.#advance();
    if (this.#inGuest) this.#tell('running', this.#kvm.machine.sim.now);
    else this.#tellLap('fault');
  }

  *#run(): Process<void> {
    const { pattern, memory, stepping } = this.#options;
    const { sim, costs } = this.#kvm.machine;
    this.#dueNs = sim.now;
    this.#toldNs = sim.now;
    for (;;) {
      this.#hits = stepping ? 0 : pattern.hitsBeforeMiss(memory);
      this.#inGuest = true;
      this.#kvm.vcpusInGuest += 1;
      yield* sim.parkUntil(Math.max(sim.now, this.#missNs()));
      this.#inGuest = false;
      this.#kvm.vcpusInGuest -= 1;
      this.#tell('running', sim.now);
      if (!stepping) this.#advance();

      if (this.#kicked) {
        this.#kicked = false;
        const dueInNs = Math.max(0, this.#dueNs - sim.now);
        yield* sim.spend(costs.kickedVcpuNs);
        this.#tell('tlb-flush', sim.now);
        this.#dueNs = sim.now + dueInNs;
        continue;
      }
      const page = pattern.page(memory);
      if (memory.isMapped(page)) {
        if (stepping) this.#step();
        continue;
      }
      const served = yield* this.#pageFault(memory.frame(page));
      if (!served) return;
      this.#dueNs = sim.now;
    }
  }

  #step(): void {
    this.#options.pattern.advance(1);
    this.touches += 1;
    this.#dueNs += this.#options.thinkNs;
  }

  /** Laps through the fault path until the access can be made. False: the guest's memory cannot be had. */
  *#pageFault(frame: Gfn): Process<boolean> {
    const kvm = this.#kvm;
    const { sim, costs } = kvm.machine;
    const exitNs = Math.floor(costs.vmExitEntryNs / 2);
    const entryNs = costs.vmExitEntryNs - exitNs;
    let fromSnapshot = false;
    for (;;) {
      if (!fromSnapshot) yield* sim.spend(exitNs);
      kvm.stats.faults += 1;
      const result = yield* kvmTdpPageFault(kvm, frame, this, fromSnapshot);
      yield* sim.spend(entryNs);
      this.#record(frame, result, 1);
      this.#tellLap(lapCause[result.outcome]);
      if (result.outcome === 'spurious') kvm.stats.spurious += 1;
      if (result.outcome === 'efault') return this.#outOfMemory(frame);
      if (result.outcome === 'fixed' || result.outcome === 'spurious') return true;
      kvm.stats.retries += 1;
      fromSnapshot = yield* this.#skipLaps(frame);
    }
  }

  /**
   * While a section is open that the early check sees, every lap is the same: exit, two looks, re-entry, nothing shared.
   * Sleeps through them and stands, afterwards, where the lap that would notice the end of the section stands. True: in
   * the middle of that lap, at its snapshot.
   */
  *#skipLaps(frame: Gfn): Process<boolean> {
    const kvm = this.#kvm;
    const { sim, costs } = kvm.machine;
    if (!kvm.earlyRetryCheck || this.#options.stepping) return false;
    if (!kvm.invalidation.isInvalidating(frame, 1)) return false;
    const startNs = sim.now;
    const exitNs = Math.floor(costs.vmExitEntryNs / 2);
    const toSnapshotNs = exitNs + costs.faultSetupNs + costs.retryCheckNs;
    const lapNs = costs.vmExitEntryNs + costs.faultSetupNs + 2 * costs.retryCheckNs;
    kvm.invalidation.spinUntilNoneOpen(this.#thread());
    yield* sim.park();

    const laps = Math.max(0, Math.ceil((sim.now - startNs - toSnapshotNs) / lapNs));
    kvm.stats.faults += laps;
    kvm.stats.retries += laps;
    if (laps > 0) this.#record(frame, { outcome: 'retry-invalidate', level: 0 }, laps);
    const lapStartNs = startNs + laps * lapNs;
    const middle = lapStartNs < sim.now;
    yield* sim.spend(middle ? lapStartNs + toSnapshotNs - sim.now : lapStartNs - sim.now);
    this.#tell('invalidate-retry', Math.max(lapStartNs, this.#toldNs));
    return middle;
  }

  /** The VMM gets -EFAULT from KVM_RUN: this vCPU is out of the run, which says so. */
  #outOfMemory(frame: Gfn): boolean {
    const { findings, sim } = this.#kvm.machine;
    const message = `vcpu ${this.id}: KVM_RUN returns -EFAULT, nothing can be mapped at gfn ${frame}`;
    findings.add({ kind: 'guest-efault', message, simTimeNs: sim.now, evidence: { vcpu: this.id, gfn: frame } });
    return false;
  }

  // ---- Whose time it was ------------------------------------------------------------------------------------------

  spent(cause: StallCause): void {
    this.#lap.push({ cause, untilNs: this.#kvm.machine.sim.now });
  }

  #waited(lockClass: LockClass, sinceNs: number, untilNs: number): void {
    const cause = causeOfLock.get(lockClass);
    if (cause === undefined) return;
    this.#lap.push({ cause: null, untilNs: sinceNs }, { cause, untilNs });
  }

  /** The lap is over: what had no cause of its own was for `cause`. */
  #tellLap(cause: StallCause): void {
    for (const stretch of this.#lap) this.#tell(stretch.cause ?? cause, stretch.untilNs);
    this.#lap = [];
    this.#tell(cause, this.#kvm.machine.sim.now);
  }

  #tell(state: VcpuInterval['state'], endNs: number): void {
    const startNs = this.#toldNs;
    assert(endNs >= startNs, 'the time of a vCPU is told in order');
    this.#toldNs = endNs;
    if (endNs > startNs) this.#options.interval({ vcpu: this.id, state, startNs, endNs });
  }

  #record(frame: Gfn, result: FaultResult, laps: number): void {
    const { events } = this.#kvm.events;
    if (!events.observed) return;
    const outcome = result.outcome.startsWith('retry') ? 'retry' : result.outcome;
    events.publish({
      type: 'fault',
      simTimeNs: this.#kvm.machine.sim.now,
      vcpu: this.id,
      gfn: frame,
      outcome: outcome as 'fixed' | 'retry' | 'spurious' | 'efault',
      level: result.level,
      laps,
    });
  }
}

const lapCause: Readonly<Record<FaultResult['outcome'], StallCause>> = {
  fixed: 'fault',
  spurious: 'fault',
  efault: 'fault',
  'retry-invalidate': 'invalidate-retry',
  'retry-frozen': 'subtree-teardown',
};
