import { CacheLine } from '../engine/locks/cache-line.ts';
import { lockClass } from '../engine/locks/lock-class.ts';
import { Mutex } from '../engine/locks/mutex.ts';
import { RwSpinlock } from '../engine/locks/rw-spinlock.ts';
import { Spinlock } from '../engine/locks/spinlock.ts';
import { WaitQueue } from '../engine/locks/wait-queue.ts';
import type { Process } from '../engine/process.ts';
import { type Gfn, gfn, pageOf } from '../mm/address.ts';
import type { KernelVersion, Machine } from '../mm/machine.ts';
import type { Mm } from '../mm/mm.ts';
import { AccessHistory } from './accessed.ts';
import { checkLocked, checkReplace } from './checkers.ts';
import type { KvmCosts } from './costs.ts';
import { GivenAwayPages } from './given-away-pages.ts';
import { type HullUnit, Invalidation } from './invalidation.ts';
import type { Memslot } from './memslot.ts';
import { MmuLockWatch } from './mmu-lock-watch.ts';
import { PfnCaches } from './pfn-cache.ts';
import { KvmEvents } from './records.ts';
import type { SecondaryMmu } from './secondary-mmu.ts';
import { SectionLedger } from './section-ledger.ts';
import { Srcu } from './srcu.ts';
import { TableRcu } from './table-rcu.ts';
import { TdpRoot, type TdpTable } from './tdp-table.ts';
import { TranslatedFrames } from './translated-frames.ts';

const slotsLockClass = lockClass('kvm.slots_lock', 'sleeping');
const mnInvalidateLockClass = lockClass('kvm.mn_invalidate_lock', 'spinning');
export const mmuLockClass = lockClass('kvm.mmu_lock', 'spinning');
const memslotsUpdateClass = lockClass('kvm.mn_memslots_update', 'sleeping');

/** What KVM has to know of a vCPU in order to flush its TLB, and to tell it that its mappings have changed. */
export interface KvmVcpu {
  readonly isInGuest: boolean;
  /** Takes the vCPU out of guest mode: an IPI that finds TLB_FLUSH requested. */
  kick(): void;
  /** The flush for which it was kicked, or which it was asked for, is over. For vCPUs that keep what is in their TLB. */
  flushed?(): void;
  /** SPTEs of these frames are gone, or have come: when the next access misses is to be worked out anew. */
  spteCleared(first: Gfn, pages: number): void;
  spteInstalled(first: Gfn, pages: number): void;
  /** They are still there, and read-only now. */
  spteProtected(first: Gfn, pages: number): void;
}

export interface KvmOptions {
  readonly machine: Machine<KvmCosts>;
  readonly mm: Mm;
  readonly name: string;
  /** Look at the invalidation before GUP, as kernels from 6.8 on do. */
  readonly earlyRetryCheck: boolean;
  /** The iTLB multihit mitigation is on (kvm.nx_huge_pages). */
  readonly nxHugePages: boolean;
  readonly mmu: SecondaryMmu;
}

/** From 6.13 on (reference M) the fault that maps a page marks it dirty and accessed, and zaps leave struct pages alone. */
export const marksAtFault = (kernel: KernelVersion): boolean => kernel === '6.18';

/** What checkers keep beside a VM, in order to tell whether what it keeps itself is right. */
export interface KvmChecks {
  readonly sections: SectionLedger;
  readonly mmuLock: MmuLockWatch;
  readonly frames: TranslatedFrames;
  readonly givenAway: GivenAwayPages;
}

/** One VM as KVM sees it. Models struct kvm with the parts of its MMU that the fault path and the notifiers use. */
export class Kvm {
  readonly machine: Machine<KvmCosts>;
  readonly mm: Mm;
  readonly earlyRetryCheck: boolean;
  readonly nxHugePages: boolean;
  readonly mmu: SecondaryMmu;
  /** Readers: faults and handlers that arbitrate by cmpxchg. Writers: everything that a notifier zaps. */
  readonly mmuLock: RwSpinlock;
  /** The lock's word. Every acquire and release is an atomic on it, and readers meet there too. */
  readonly mmuLockLine: CacheLine;
  readonly invalidation: Invalidation;
  /** Whoever changes memslots. */
  readonly slotsLock: Mutex;
  /** Protects mn_active_invalidate_count and the swap of memslots against one another. */
  readonly mnInvalidateLock: Spinlock;
  /** Whoever looks at memslots: vCPUs that handle an exit, also while they sleep in it, and notifier callbacks. */
  readonly srcu: Srcu;
  /** Where a change of memslots waits until no section is open. */
  readonly memslotsUpdateWait: WaitQueue;
  /** The SPTEs that vCPUs translate by, whichever MMU keeps them. */
  readonly tdp: TdpRoot;
  /** Whoever walks tables without a lock that keeps them. */
  readonly tableRcu = new TableRcu();
  /** Null: the checkers of this run are switched off. */
  readonly checks: KvmChecks | null;
  readonly pfnCaches: PfnCaches;
  readonly events: KvmEvents;
  readonly memslots: Memslot[] = [];
  readonly vcpus: KvmVcpu[] = [];
  /** Those that run guest code. They keep it themselves: a zap of a large range tells them of every entry. */
  readonly running: KvmVcpu[] = [];
  readonly stats = { faults: 0, retries: 0, spurious: 0, tlbFlushes: 0, seqBumps: 0 };
  /** What each vCPU that runs has accessed, for the accessed bits of SPTEs. */
  readonly accesses: AccessHistory;
  /** Told of frames whose SPTE has come, gone or changed its permission or size, before any vCPU is. */
  readonly spteListeners: ((first: Gfn, pages: number) => void)[] = [];
  /** From the first to behind the last frame whose SPTE has gone since the last flush: a TLB may hold it still. */
  #unflushedFirst = Number.POSITIVE_INFINITY;
  #unflushedEnd = 0;
  /** 4K frames whose SPTE has come, gone or changed its size, each time counted. */
  spteChanges = 0;
  /** When a huge SPTE last came; null: none has since time 0. */
  lastHugeInstallNs: number | null = null;

  constructor(options: KvmOptions) {
    const { machine, mm, name, earlyRetryCheck, nxHugePages, mmu } = options;
    this.machine = machine;
    this.mm = mm;
    this.earlyRetryCheck = earlyRetryCheck;
    this.nxHugePages = nxHugePages;
    this.mmu = mmu;
    this.mmuLock = new RwSpinlock(machine.sim, mmuLockClass, this);
    const { atomicHotNs, contendedLineNs } = machine.costs;
    this.mmuLockLine = new CacheLine(machine.sim, { hotNs: atomicHotNs, transferNs: contendedLineNs });
    const unit: HullUnit = (frame) => this.#hvaPage(frame);
    this.invalidation = machine.kernel === '6.1' ? new Invalidation(machine.sim, unit) : new Invalidation(machine.sim);
    this.slotsLock = new Mutex(machine.sim, slotsLockClass, {}, this);
    this.mnInvalidateLock = new Spinlock(machine.sim, mnInvalidateLockClass, this);
    this.srcu = new Srcu(machine.sim, this);
    this.memslotsUpdateWait = new WaitQueue(machine.sim, memslotsUpdateClass, this);
    this.checks = machine.checks ? this.#makeChecks() : null;
    const replaced = (table: TdpTable, index: number, pfn: number): void => checkReplace(this, table, index, pfn);
    this.tdp = new TdpRoot(machine.geometry, this.checks === null ? null : { frames: this.checks.frames, replaced });
    this.pfnCaches = new PfnCaches(this);
    this.accesses = new AccessHistory(machine.sim);
    this.events = new KvmEvents(machine.sim.records, name);
  }

  #makeChecks(): KvmChecks {
    return {
      sections: new SectionLedger(),
      mmuLock: new MmuLockWatch(this),
      frames: new TranslatedFrames(this.machine.geometry),
      givenAway: new GivenAwayPages(this),
    };
  }

  memslotOf(frame: Gfn): Memslot | undefined {
    return this.memslots.find((slot) => frame >= slot.baseGfn && frame < slot.endGfn);
  }

  /** Number of the host page that a frame is; NaN: no memslot has it. */
  #hvaPage(frame: Gfn): number {
    const slot = this.memslotOf(frame);
    return slot === undefined ? Number.NaN : pageOf(slot.hva(frame));
  }

  /** SPTEs of `pages` frames from `first` are gone. */
  spteCleared(first: number, pages: number): void {
    this.#tell(first, pages);
    if (first < this.#unflushedFirst) this.#unflushedFirst = first;
    if (first + pages > this.#unflushedEnd) this.#unflushedEnd = first + pages;
    this.spteChanges += pages;
    for (const vcpu of this.running) vcpu.spteCleared(gfn(first), pages);
  }

  /** The frame lost its SPTE, or lies between two that did, and no flush has been asked for since. */
  isUnflushed(frame: Gfn): boolean {
    return frame >= this.#unflushedFirst && frame < this.#unflushedEnd;
  }

  /** Every vCPU has been asked for a flush. */
  flushed(): void {
    this.#unflushedFirst = Number.POSITIVE_INFINITY;
    this.#unflushedEnd = 0;
  }

  spteInstalled(first: number, pages: number): void {
    this.#tell(first, pages);
    this.spteChanges += pages;
    for (const vcpu of this.running) vcpu.spteInstalled(gfn(first), pages);
    if (pages > 1) {
      this.machine.work.hugeInstalls += 1;
      this.lastHugeInstallNs = this.machine.sim.now;
    }
  }

  /** SPTEs of `pages` frames from `first` have become read-only. */
  spteProtected(first: number, pages: number): void {
    this.#tell(first, pages);
    for (const vcpu of this.running) vcpu.spteProtected(gfn(first), pages);
  }

  /** They may be written again. */
  spteUnprotected(first: number, pages: number): void {
    for (const listener of this.spteListeners) listener(gfn(first), pages);
    for (const vcpu of this.running) vcpu.spteInstalled(gfn(first), pages);
  }

  /** The SPTEs of these frames have become smaller ones to the same pages. */
  spteResized(first: number, pages: number): void {
    this.#tell(first, pages);
    this.spteChanges += pages;
    for (const vcpu of this.running) vcpu.spteInstalled(gfn(first), pages);
  }

  #tell(first: number, pages: number): void {
    if (this.checks !== null) checkLocked(this, first, pages);
    for (const listener of this.spteListeners) listener(gfn(first), pages);
  }

  *readLock(): Process<void> {
    yield* this.#lockWord();
    const before = this.checks?.mmuLock.came(false) ?? 0;
    yield* this.mmuLock.acquireRead();
    this.checks?.mmuLock.entered(false, before);
  }

  *readUnlock(): Process<void> {
    yield* this.#lockWord();
    this.checks?.mmuLock.left(false);
    yield* this.mmuLock.releaseRead();
  }

  *writeLock(): Process<void> {
    yield* this.#lockWord();
    const before = this.checks?.mmuLock.came(true) ?? 0;
    yield* this.mmuLock.acquireWrite();
    this.checks?.mmuLock.entered(true, before);
  }

  *writeUnlock(): Process<void> {
    yield* this.#lockWord();
    this.checks?.mmuLock.left(true);
    yield* this.mmuLock.releaseWrite();
  }

  /** What a zap does to the struct page of each SPTE: up to 6.12 it marks it dirty and accessed, later a fault does. */
  get zapMarkNs(): number {
    return marksAtFault(this.machine.kernel) ? 0 : this.machine.costs.ptePageMarkNs;
  }

  /** Somebody waits for mmu_lock and the kernel may break it for them. Models rwlock_needbreak(). */
  get needBreak(): boolean {
    return this.machine.preemption === 'full' && this.mmuLock.isContended;
  }

  *#lockWord(): Process<void> {
    const { sim } = this.machine;
    const ns = this.mmuLockLine.access(sim.current.cpu);
    if (!sim.elapse(ns)) yield ns;
  }
}
