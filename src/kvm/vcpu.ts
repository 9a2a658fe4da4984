import { assert } from '../engine/assert.ts';
import type { LockClass } from '../engine/locks/lock-class.ts';
import type { Process } from '../engine/process.ts';
import type { Task } from '../engine/simulation.ts';
import type { Gfn } from '../mm/address.ts';
import type { MmCpu } from '../mm/mm.ts';
import type { Accessor } from './accessed.ts';
import { AsyncPf } from './asynchronous-page-fault.ts';
import { causeOfLap, recordedOutcome } from './fault-outcome.ts';
import type { AccessTimes, GuestAccessPattern, GuestMemory } from './guest-access.ts';
import type { Kvm, KvmVcpu } from './kvm.ts';
import { type FaultResult, kvmMmuPageFault } from './page-fault.ts';
import { type PfnCache, usePfnCache } from './pfn-cache.ts';
import type { VcpuInterval } from './records.ts';
import { RetryLap } from './retry-lap.ts';
import type { FaultAccount } from './secondary-mmu.ts';
import type { StallCause } from './stall-windows.ts';
import { type TlbAccount, TlbReach } from './tlb-reach.ts';
import { VcpuTime } from './vcpu-time.ts';

export interface VcpuOptions {
  readonly kvm: Kvm;
  readonly id: number;
  readonly cpu: number;
  readonly pattern: GuestAccessPattern;
  readonly memory: GuestMemory;
  /** When its accesses are due. */
  readonly times: AccessTimes;
  /** What its TLB misses cost. Absent: as for accesses that are spread evenly over the memory. */
  readonly tlb?: TlbAccount;
  /** Makes every access an event: the slow way, against which the skipping is checked. */
  readonly stepping: boolean;
  /** The guest takes async page faults. */
  readonly asyncPageFault?: boolean;
  /** Told of every stretch of this vCPU's time, in order. */
  readonly interval: (interval: VcpuInterval) => void;
  /** Told when it has begun to run guest code again, or to halt, so that a stall is known when it ends. */
  readonly resumed?: () => void;
  /** A page of its own that KVM writes for it, such as its clock's, and how often. */
  readonly clock?: { readonly cache: PfnCache; readonly firstNs: number; readonly everyNs: number };
}

/** What a vCPU is at, for those who look at a simulation in its course. */
export interface VcpuActivity {
  /** `left`: KVM_RUN has returned an error, and it runs no more. */
  readonly state: VcpuInterval['state'] | 'left';
  readonly sinceNs: number;
  /** Stretches of its time up to now that it has told nobody yet; what a lap under way is for may turn out to be another cause. */
  readonly untold: readonly VcpuInterval[];
  /** Accesses made, those that were due before now among them. */
  readonly touches: number;
}

/**
 * A vCPU thread on a CPU of its own: it touches guest memory, and where an SPTE is missing it goes through the fault path
 * until the access can be made.
 *
 * Models   vcpu_run() and vcpu_enter_guest(), arch/x86/kvm/x86.c, as far as memory is concerned.
 * Left out The TLB in time, see tlb-reach.ts for its price;
 *          TLB contents: an access to a page whose SPTE is gone faults at once, though the CPU might still hold the
 *          translation until the flush; interrupts of the guest's own, and time slices.
 */
export class Vcpu implements KvmVcpu, MmCpu, Accessor {
  readonly id: number;
  /** Accesses that the guest has made. */
  touches = 0;
  /** The guest's own time that these accesses have taken: none of it was stalled. */
  ranNs = 0;
  /** For how long it has executed HLT, and wanted nothing. */
  haltedNs = 0;
  readonly #options: VcpuOptions;
  readonly #kvm: Kvm;
  readonly #time: VcpuTime;
  readonly #retryLap: RetryLap;
  readonly #tlb: TlbAccount;
  #task: Task | null = null;
  /** Runs guest code: parked until the next access that misses. */
  #running = false;
  /** On its way into guest mode or out of it, between two laps through the fault path. */
  #crossing = false;
  #hasBegun = false;
  /** For how long an interrupt takes it out of guest mode; null: none has come. */
  #kickedNs: number | null = null;
  /** To be done in the host before the guest runs on (KVM_REQ_*), and used up by it. */
  #request: ((account: FaultAccount) => Process<void>) | null = null;
  readonly #asyncPf: AsyncPf | null;
  /** The access that has just faulted waits for its page, and the guest goes on with the next. */
  #putAside = false;
  /** What the time under way is for, unless a part of it says otherwise. */
  #standing: StallCause = 'fault';
  /** Since when the laps of a retry are skipped; null: they are not. */
  #skippingSinceNs: number | null = null;
  /** Has faulted on a translation that its TLB may hold until the flush: a real one would still be in guest mode. */
  #isEarly = false;
  /** Sleeps between two looks at a section that is open. */
  #asleep = false;
  /** KVM_RUN has returned an error: the guest runs no more on this vCPU, and nothing stalls it. */
  #left = false;
  #leftNs = Number.NaN;
  /** Executes HLT since then; null: it does not. */
  #haltedSinceNs: number | null = null;
  /** When the access that is due is to be made, and how many from it on will hit. */
  #dueNs = 0;
  #hits = 0;

  constructor(options: VcpuOptions) {
    const { kvm, id, interval } = options;
    this.#options = options;
    this.#kvm = kvm;
    this.id = id;
    this.#time = new VcpuTime(kvm.machine.sim, id, interval);
    this.#retryLap = new RetryLap(kvm.machine.costs, kvm.mmu.guestWalkNs(kvm.machine.costs));
    this.#tlb = options.tlb ?? new TlbReach(kvm, options.memory);
    const pageReady = (): void => this.#takeOut(kvm.machine.costs.vmExitEntryNs);
    this.#asyncPf = options.asyncPageFault === true ? new AsyncPf(kvm, options, pageReady) : null;
    kvm.vcpus.push(this);
    kvm.accesses.add(this);
    kvm.mm.cpus.push(this);
  }

  /** What its accesses would have taken longer for TLB misses than under 1G SPTEs; no part of its time. */
  get tlbMissExtraNs(): number {
    return this.#tlb.extraNs;
  }

  start(): void {
    const { kvm, cpu, clock } = this.#options;
    if (clock !== undefined) kvm.machine.sim.spawn(`clock${this.id}`, this.#useClock(clock), { daemon: true });
    const task: Task = kvm.machine.sim.spawn(`vcpu${this.id}`, this.#run(), { cpu, daemon: true });
    this.#task = task;
    task.onWaitEnd = (lockClass: LockClass, sinceNs, untilNs, note) => {
      this.#time.waited(lockClass, sinceNs, untilNs);
      kvm.mm.events.lockWait(task.name, lockClass, sinceNs, untilNs, note);
    };
  }

  /** vcpu->mode is IN_GUEST_MODE: a flush has to interrupt it and to wait. */
  get isInGuest(): boolean {
    if (this.#isEarly) return true;
    if (this.#skippingSinceNs !== null) return this.#retryLap.isInGuest(this.#now - this.#skippingSinceNs);
    return this.#running || this.#crossing;
  }

  /** In guest mode or in the host's fault path, the CPU has the mm loaded. Only a thread that sleeps has let go of it. */
  get runsMm(): boolean {
    if (this.#haltedSinceNs !== null || this.#asleep) return false;
    const lockClass = this.#task?.waitingFor?.lockClass;
    return this.#task !== null && this.#task.state !== 'ended' && lockClass?.kind !== 'sleeping';
  }

  kick(): void {
    this.#isEarly = false;
    this.#takeOut(this.#kvm.machine.costs.kickedVcpuNs);
  }

  /** An interrupt of the host's: out of guest mode, the handler, and in again. EPT translations stay. */
  interrupt(): void {
    const { vmExitEntryNs, shootdownPerCpuNs } = this.#kvm.machine.costs;
    this.#takeOut(vmExitEntryNs + shootdownPerCpuNs);
  }

  /** Outside of guest code it costs nothing more: the vCPU is in the host already, or about to be. */
  #takeOut(ns: number): void {
    if (!this.#waitsForMiss()) return;
    this.#kickedNs = ns;
    this.#kvm.machine.sim.wake(this.#thread());
  }

  spteCleared(first: Gfn, pages: number): void {
    const seen = this.#ownPages(first, pages);
    if (seen === null) return;
    this.#advance();
    this.#tlb.look();
    const { memory, pattern } = this.#options;
    this.#retime(pattern.hitsAfterClearing(memory, this.#hits, seen.first, seen.pages));
  }

  spteProtected(first: Gfn, pages: number): void {
    const seen = this.#ownPages(first, pages);
    if (seen === null) return;
    this.#advance();
    const { memory, pattern } = this.#options;
    this.#retime(pattern.hitsAfterProtecting(memory, this.#hits, seen.first, seen.pages));
  }

  /** Those of the frames that concern its next miss; null: none do, or it is not on its way to one. */
  #ownPages(first: Gfn, pages: number): { first: number; pages: number } | null {
    if (this.#options.stepping || !this.#waitsForMiss()) return null;
    const { memory } = this.#options;
    const from = Math.max(memory.page(first), 0);
    const to = Math.min(memory.page(first) + pages, memory.pages);
    return from >= to ? null : { first: from, pages: to - from };
  }

  spteInstalled(): void {
    if (this.#options.stepping || !this.#waitsForMiss()) return;
    this.#advance();
    this.#tlb.look();
    this.#retime(this.#options.pattern.hitsAfterInstalling(this.#options.memory, this.#hits));
  }

  accessMark(): readonly number[] {
    this.#catchUp();
    return this.#options.pattern.mark?.() ?? [this.touches];
  }

  /** Whether one of its accesses since then went to one of these frames: drawn where the pattern knows a chance alone. */
  hasTouched(first: Gfn, pages: number, mark: readonly number[]): boolean {
    return this.#drawn(this.#touchChance(first, pages, mark), 'accessed bits');
  }

  hasWritten(first: Gfn, pages: number, mark: readonly number[]): boolean {
    const { writeFraction = 1 } = this.#options.pattern;
    if (writeFraction === 0) return false;
    const touched = this.#touchChance(first, pages, mark);
    // Of accesses that are independent of one another, the part that writes.
    const written = writeFraction === 1 ? touched : -Math.expm1(writeFraction * Math.log1p(-touched));
    return this.#drawn(written, 'lost writes');
  }

  #drawn(chance: number, what: string): boolean {
    if (chance === 0 || chance === 1) return chance === 1;
    return this.#kvm.machine.sim.random(`vcpu ${this.id} ${what}`).next() < chance;
  }

  #touchChance(first: Gfn, pages: number, mark: readonly number[]): number {
    const { memory, pattern } = this.#options;
    const from = Math.max(memory.page(first), 0);
    const to = Math.min(memory.page(first) + pages, memory.pages);
    if (from >= to) return 0;
    this.#catchUp();
    if (pattern.touchChance === undefined) return this.touches > (mark[0] ?? 0) ? 1 : 0;
    return pattern.touchChance(memory, mark, from, to - from);
  }

  /** Makes the accesses that were due before now, if it runs guest code. */
  #catchUp(): void {
    if (!this.#options.stepping && this.#waitsForMiss()) this.#advance();
  }

  /** It runs guest code, and neither a miss nor a kick has taken it out at this very instant. */
  #waitsForMiss(): boolean {
    return this.#running && this.#thread().state === 'parked';
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

  get #now(): number {
    return this.#kvm.machine.sim.now;
  }

  #missNs(): number {
    return this.#dueNs + this.#options.times.nsTo(this.#hits);
  }

  /** Makes the accesses that were due before now. */
  #advance(): void {
    if (this.#now > this.#dueNs) this.#make(this.#options.times.dueWithin(this.#now - this.#dueNs));
  }

  #make(count: number): void {
    if (count === 0) return;
    const { times, pattern } = this.#options;
    const ns = times.nsTo(count);
    pattern.advance(count);
    this.touches += count;
    this.#tlb.touched(count);
    this.ranNs += ns;
    this.#dueNs += ns;
    this.#hits -= count;
    assert(this.#hits >= 0, 'no access that misses has been made');
  }

  /** The run is over: tells what is under way as far as it has come. True: the vCPU was standing still. */
  settle(): boolean {
    if (this.#left) return false;
    if (this.#haltedSinceNs !== null) {
      this.#endHalt();
      return false;
    }
    if (this.#running) {
      if (!this.#options.stepping) this.#advance();
      this.#time.tell('running');
      return false;
    }
    const { waitingFor, waitSinceNs } = this.#thread();
    if (waitingFor !== null) this.#time.waited(waitingFor.lockClass, waitSinceNs, this.#now);
    if (this.#skippingSinceNs !== null) this.#countLaps(this.#retryLap.completed(this.#now - this.#skippingSinceNs));
    this.#time.endLap(this.#standing);
    return true;
  }

  /** What it is at now. Changes nothing, and so may be asked at any time between two events. */
  get activity(): VcpuActivity {
    const touches = this.touches + this.#touchesDue;
    if (this.#left) return { state: 'left', sinceNs: this.#leftNs, untold: [], touches };
    const standing = this.#hasBegun ? this.#standing : 'running';
    const state = this.#haltedSinceNs !== null ? 'halted' : this.#running ? 'running' : standing;
    const waiting = this.#waiting;
    const { state: at, startNs } = this.#time.present(state, waiting);
    return { state: at, sinceNs: startNs, untold: this.#time.untold(state, waiting), touches };
  }

  /** Nothing of the host is under way for it: it runs guest code, executes HLT, or runs no more. */
  get isResting(): boolean {
    return this.#left || this.#haltedSinceNs !== null || this.#waitsForMiss();
  }

  get #waiting(): { lockClass: LockClass; sinceNs: number } | null {
    const task = this.#task;
    if (task === null || task.waitingFor === null || this.#running) return null;
    return { lockClass: task.waitingFor.lockClass, sinceNs: task.waitSinceNs };
  }

  /** Accesses that hit and were due before now: they are made when somebody has to know. */
  get #touchesDue(): number {
    if (this.#options.stepping || !this.#waitsForMiss() || this.#now <= this.#dueNs) return 0;
    return this.#options.times.dueWithin(this.#now - this.#dueNs);
  }

  *#run(): Process<void> {
    const { pattern, times, memory, stepping } = this.#options;
    const { sim } = this.#kvm.machine;
    this.#hasBegun = true;
    this.#dueNs = sim.now + times.firstNs;
    this.ranNs = times.firstNs;
    this.#time.start();
    for (;;) {
      if (this.#request !== null) yield* this.#serve(this.#request);
      if (!(yield* this.#resumeAside())) return;
      this.#hits = stepping || times.haltNs !== null ? 0 : pattern.hitsBeforeMiss(memory);
      this.#running = true;
      this.#kvm.running.push(this);
      if (this.#missNs() > sim.now) this.#options.resumed?.();
      this.#tlb.look();
      yield* sim.parkUntil(Math.max(sim.now, this.#missNs()));
      this.#running = false;
      this.#kvm.running.splice(this.#kvm.running.indexOf(this), 1);
      this.#time.tell('running');
      // At the miss, those that are due at the same instant and before it have been made too.
      if (!stepping && this.#kickedNs === null) this.#make(this.#hits);
      else if (!stepping) this.#advance();

      if (this.#kickedNs !== null) {
        const dueInNs = Math.max(0, this.#dueNs - sim.now);
        const forWork = this.#request !== null || this.#asyncPf?.hasReady === true;
        this.#standing = forWork ? 'fault' : 'tlb-flush';
        yield* sim.spend(this.#kickedNs);
        this.#kickedNs = null;
        this.#time.tell(this.#standing);
        this.#dueNs = sim.now + dueInNs;
        continue;
      }
      if (times.haltNs !== null) {
        if (!(yield* this.#halt(times.haltNs))) return;
        continue;
      }
      const page = pattern.page(memory);
      const write = pattern.isWrite(memory);
      if (memory.allows(page, write)) {
        if (stepping) this.#step();
        continue;
      }
      const served = yield* this.#pageFault(memory.frame(page), write);
      if (!served) return;
      this.#dueNs = this.#putAside ? this.#putNextAside() : sim.now;
      this.#putAside = false;
    }
  }

  *#useClock({ cache, firstNs, everyNs }: NonNullable<VcpuOptions['clock']>): Process<void> {
    yield firstNs;
    while (!this.#left) {
      this.request((account) => usePfnCache(this.#kvm, cache, account));
      yield everyNs;
    }
  }

  /** Makes the vCPU do something in the host before it enters the guest again; a vCPU in guest mode leaves it for that. */
  request(work: (account: FaultAccount) => Process<void>): void {
    this.#request = work;
    this.#takeOut(this.#kvm.machine.costs.vmExitEntryNs);
  }

  *#serve(work: (account: FaultAccount) => Process<void>): Process<void> {
    const { sim } = this.#kvm.machine;
    const dueInNs = Math.max(0, this.#dueNs - sim.now);
    this.#request = null;
    this.#standing = 'invalidate-retry';
    const srcu = this.#kvm.srcu.readLock();
    yield* work(this.#time);
    this.#kvm.srcu.readUnlock(srcu);
    this.#time.endLap('fault');
    this.#dueNs = sim.now + dueInNs;
  }

  /** Tasks of the guest whose page has come make their access, each after a switch. False: the guest's memory cannot be had. */
  *#resumeAside(): Process<boolean> {
    const { sim } = this.#kvm.machine;
    for (let ready = this.#asyncPf?.takeReady(); ready !== undefined; ready = this.#asyncPf?.takeReady()) {
      const dueInNs = Math.max(0, this.#dueNs - sim.now);
      // "Page ready": KVM maps it before it enters the guest, kvm_arch_async_page_ready().
      if (!(yield* this.#pageFault(ready.frame, ready.write))) return false;
      if (!this.#putAside) {
        yield* this.#switchGuestTask();
        this.touches += 1;
        this.#tlb.touched(1);
      }
      this.#putAside = false;
      this.#dueNs = sim.now + dueInNs;
    }
    return true;
  }

  /** The access is not made yet, and another task comes to its own after the usual time. Returns when. */
  #putNextAside(): number {
    const { pattern, times } = this.#options;
    const ns = times.nsTo(1);
    pattern.advance(1);
    this.ranNs += ns;
    return this.#now + ns;
  }

  *#switchGuestTask(): Process<void> {
    yield* this.#kvm.machine.sim.spend(this.#kvm.machine.costs.guestSwitchNs);
    this.#time.tell('fault');
  }

  #step(): void {
    this.#hits = 1;
    this.#make(1);
  }

  /**
   * HLT from the time that is due on: its thread sleeps until the timer of the guest fires. It wants nothing meanwhile, so
   * that no flush has to take it out, and no stall can befall it. False: for ever.
   *
   * Models   kvm_emulate_halt() and kvm_vcpu_block().
   * Left out The exit before and the entry after it, which count as a part of the halt; halt polling.
   */
  *#halt(ns: number): Process<boolean> {
    const { sim } = this.#kvm.machine;
    const { times } = this.#options;
    if (ns > 0) {
      this.#haltedSinceNs = sim.now;
      this.#options.resumed?.();
      if (ns === Number.POSITIVE_INFINITY) return false;
      yield* sim.parkUntil(this.#dueNs + ns);
      this.#endHalt();
    }
    this.#dueNs = sim.now;
    times.resume();
    return true;
  }

  #endHalt(): void {
    assert(this.#haltedSinceNs !== null, 'it executes HLT');
    this.haltedNs += this.#now - this.#haltedSinceNs;
    this.#haltedSinceNs = null;
    this.#time.tell('halted');
  }

  /** Laps through the fault path until the access can be made. False: the guest's memory cannot be had. */
  *#pageFault(frame: Gfn, write: boolean): Process<boolean> {
    this.#isEarly = this.#kvm.isUnflushed(frame);
    const served = yield* this.#lapsUntilServed(frame, write);
    this.#isEarly = false;
    return served;
  }

  *#lapsUntilServed(frame: Gfn, write: boolean): Process<boolean> {
    const kvm = this.#kvm;
    const { sim, kernel, costs } = kvm.machine;
    const spinUntilNs = sim.now + costs.retrySpinNs;
    const { exitNs, entryNs } = this.#retryLap;
    const asyncPf = this.#asyncPf;
    let fromSnapshot = false;
    for (;;) {
      this.#standing = 'fault';
      const present = kvm.tdp.isMapped(frame);
      if (!fromSnapshot) {
        this.#crossing = true;
        yield* sim.spend(exitNs);
        this.#crossing = false;
      }
      // From the exit to the entry, also asleep: whoever changes memslots waits for it. Laps that are skipped hold it no more than
      // the guest does, since each drops it on its way in.
      const srcu = kvm.srcu.readLock();
      const result = yield* kvmMmuPageFault(kvm, frame, { write, present, asyncPf }, this.#time, fromSnapshot);
      kvm.srcu.readUnlock(srcu);
      this.#crossing = true;
      yield* sim.spend(entryNs);
      this.#crossing = false;
      kvm.stats.faults += 1;
      this.#record(frame, result, 1);
      this.#time.endLap(causeOfLap(result.outcome, kernel));
      if (result.outcome === 'spurious') kvm.stats.spurious += 1;
      if (result.outcome === 'efault')
        return this.#leave('guest-efault', `KVM_RUN returns -EFAULT, nothing can be mapped`, frame);
      if (result.outcome === 'sigbus') return this.#leave('guest-sigbus', 'SIGBUS, the page is poisoned', frame);
      if (result.outcome === 'fixed' || result.outcome === 'spurious') return true;
      if (result.outcome === 'aside') {
        yield* this.#switchGuestTask();
        this.#putAside = true;
        return true;
      }
      kvm.stats.retries += 1;
      if (costs.retrySleepNs === 0) fromSnapshot = yield* this.#skipLaps(frame, write);
      else if (sim.now >= spinUntilNs) yield* this.#sleepWhileInvalidating(frame);
    }
  }

  /**
   * While a section is open that the early check sees, sleeps through its laps and stands, afterwards, where the lap that
   * notices the end of the section stands. True: in the middle of that lap, at its snapshot.
   */
  *#skipLaps(frame: Gfn, write: boolean): Process<boolean> {
    const kvm = this.#kvm;
    const { sim } = kvm.machine;
    const lap = this.#retryLap;
    if (!kvm.earlyRetryCheck || this.#options.stepping) return false;
    if (!kvm.invalidation.isInvalidating(frame, 1)) return false;
    // Another vCPU may have mapped it before the section opened: the next lap finds that out, and nobody maps it later.
    const { memory } = this.#options;
    if (memory.allows(memory.page(frame), write)) return false;
    const startNs = sim.now;
    this.#standing = 'invalidate-retry';
    this.#skippingSinceNs = startNs;
    kvm.invalidation.spinUntilNoneOpen(this.#thread());
    yield* sim.park();

    const laps = lap.sentBack(sim.now - startNs);
    const lapStartNs = startNs + laps * lap.ns;
    const inMiddle = lapStartNs < sim.now;
    yield* sim.spend(inMiddle ? lapStartNs + lap.toSnapshotNs - sim.now : lapStartNs - sim.now);
    this.#skippingSinceNs = null;
    this.#countLaps(laps);
    if (laps > 0) this.#record(frame, { outcome: 'retry-invalidate', level: 0 }, laps);
    this.#time.tell('invalidate-retry', lapStartNs);
    return inMiddle;
  }

  /** What some hosting kernels do instead of spinning through a long section: the timer wakes the thread to look again. */
  *#sleepWhileInvalidating(frame: Gfn): Process<void> {
    const { invalidation, machine } = this.#kvm;
    this.#standing = 'retry-sleep';
    this.#asleep = true;
    let ns = machine.costs.retrySleepFirstNs;
    while (invalidation.isInvalidating(frame, 1)) {
      yield* machine.sim.spend(ns);
      ns = machine.costs.retrySleepNs;
    }
    this.#asleep = false;
    this.#time.tell('retry-sleep');
  }

  #countLaps(laps: number): void {
    this.#kvm.stats.faults += laps;
    this.#kvm.stats.retries += laps;
  }

  /** The VMM gets an error or a signal from KVM_RUN: this vCPU is out of the run, which says so. */
  #leave(kind: 'guest-efault' | 'guest-sigbus', why: string, frame: Gfn): false {
    const { findings, sim } = this.#kvm.machine;
    this.#left = true;
    this.#leftNs = sim.now;
    const message = `vcpu ${this.id}: ${why} at gfn ${frame}`;
    findings.add({ kind, message, simTimeNs: sim.now, evidence: { vcpu: this.id, gfn: frame } });
    return false;
  }

  #record(frame: Gfn, result: FaultResult, laps: number): void {
    const { events } = this.#kvm.events;
    if (!events.observed) return;
    const { outcome, level } = result;
    events.publish({
      type: 'fault',
      simTimeNs: this.#now,
      vcpu: this.id,
      gfn: frame,
      outcome: recordedOutcome(outcome),
      level,
      laps,
    });
  }
}
