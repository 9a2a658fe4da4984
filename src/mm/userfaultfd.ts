// Userfaultfd: a fault becomes a message to userspace, and whoever has faulted sleeps until userspace has put the page in
// place. This file says what an fd is and which addresses it is registered for; the sleeping side is in
// userfaultfd-wait.ts, the reading and the waking side in userfaultfd-read.ts and userfaultfd-wake.ts.

import { assert } from '../engine/assert.ts';
import { CacheLine } from '../engine/locks/cache-line.ts';
import { Spinlock } from '../engine/locks/spinlock.ts';
import { WaitQueue } from '../engine/locks/wait-queue.ts';
import { cellsFor, type Probed, probe } from '../engine/probe.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, isAligned, PAGE_SIZE } from './address.ts';
import { userfaultfdWaitLockClass } from './locks.ts';
import type { Mm } from './mm.ts';
import type { ChangeEvent } from './userfaultfd-changes.ts';
import { userfaultfdPollClass, userfaultfdWaitClass } from './userfaultfd-queues.ts';
import type { Vma } from './vma.ts';

/** Which faults become messages: of a page that is not there, of one that is in the page cache only, of a protected one. */
export type UserfaultMode = 'missing' | 'minor' | 'wp';

/** Changes of the address space that the fd wants to hear of, and that hold up whoever makes them until it has. */
export type UserfaultChange = 'fork' | 'remap' | 'remove' | 'unmap';

export interface UserfaultfdFeatures {
  /** UFFD_FEATURE_EXACT_ADDRESS: messages of hugetlb mappings name the 4K page, not the huge page that it lies in. */
  readonly exactAddress: boolean;
  /** UFFD_USER_MODE_ONLY: a fault of the kernel, such as one of GUP for a vCPU, fails instead of waiting. */
  readonly userModeOnly: boolean;
  /** UFFD_FEATURE_EVENT_*. */
  readonly events: readonly UserfaultChange[];
}

const noFeatures: UserfaultfdFeatures = { exactAddress: false, userModeOnly: false, events: [] };

/** A range of the address space whose faults go to an fd. */
export interface UserfaultRegistration {
  readonly start: Hva;
  readonly end: Hva;
  readonly ctx: UserfaultfdCtx;
  readonly modes: ReadonlySet<UserfaultMode>;
}

/** What read() returns. Models struct uffd_msg, include/uapi/linux/userfaultfd.h. */
export interface UffdMessage {
  /** Of a fault, rounded as it was reported; of a change, where its range begins. */
  readonly address: Hva;
  /** What the fault was, or which change of the address space userspace is told of. */
  readonly mode: UserfaultMode | UserfaultChange;
}

/** One sleeper. Models struct userfaultfd_wait_queue, fs/userfaultfd.c. */
export class UserfaultWaiter implements Probed {
  readonly message: { readonly address: Hva; readonly mode: UserfaultMode };
  readonly vma: Vma;
  /** What was touched: the message may name the start of its huge page. */
  readonly address: Hva;
  readonly queuedNs: number;
  readonly cpu: number;
  readonly sleep: WaitQueue;
  readonly cell = cellsFor(this, 1);
  #woken = false;

  constructor(vma: Vma, address: Hva, message: UserfaultWaiter['message']) {
    const { sim } = vma.mm.machine;
    this.vma = vma;
    this.address = address;
    this.message = message;
    this.queuedNs = sim.now;
    this.cpu = sim.current.cpu;
    this.sleep = new WaitQueue(sim, userfaultfdWaitClass, this);
  }

  /** Somebody has woken it, maybe before it slept. */
  get woken(): boolean {
    if (probe !== null) probe.read(this.cell, this.cellContent());
    return this.#woken;
  }

  set woken(woken: boolean) {
    if (probe !== null) probe.write(this.cell);
    this.#woken = woken;
  }

  cellContent(): number {
    return this.#woken ? 1 : 0;
  }
}

/**
 * One fd with its two lists of sleepers: those whose message nobody has read, and those whose message somebody has. An exploration
 * sees the lists; no question of it asks for changes of the address space, or closes an fd.
 *
 * Models   struct userfaultfd_ctx, fs/userfaultfd.c.
 * Left out The VMA splits of registering a part: registrations are ranges of the mm. Signals: nobody is killed here.
 *          The lock of fault_wqh, which the kernel takes inside of that of fault_pending_wqh and never without it.
 */
export class UserfaultfdCtx implements Probed {
  readonly mm: Mm;
  readonly features: UserfaultfdFeatures;
  readonly #faultPending: UserfaultWaiter[] = [];
  readonly #faultRead: UserfaultWaiter[] = [];
  readonly #cell = cellsFor(this, 1);
  /** fault_pending_wqh.lock: every fault, every read and every wake of somebody takes it. */
  readonly waitLock: Spinlock;
  /** The line that the lock and the heads of the lists lie on. */
  readonly waitLine: CacheLine;
  /** event_wqh: changes of the address space whose message nobody has read. */
  readonly changes: ChangeEvent[] = [];
  /** fd_wqh: readers that found nothing. */
  readonly pollers: WaitQueue;
  /** Changes of the address space under way whose message has not been read. Models mmap_changing. */
  mmapChanging = 0;
  released = false;
  /** Ranges whose sleepers somebody is about to wake. Not a thing that the kernel has: a run may end between a page and its wake. */
  readonly wakesDue = new Set<{ readonly start: Hva; readonly end: Hva }>();
  readonly stats = { events: 0, reads: 0, emptyReads: 0, woken: 0 };
  /** How long each sleeper has slept, from its message to its running again. */
  readonly waitedNs: number[] = [];

  constructor(mm: Mm, features: Partial<UserfaultfdFeatures> = {}) {
    const { sim, costs } = mm.machine;
    this.mm = mm;
    this.features = { ...noFeatures, ...features };
    this.waitLock = new Spinlock(sim, userfaultfdWaitLockClass, this);
    this.waitLine = new CacheLine(sim, { hotNs: costs.atomicHotNs, transferNs: costs.contendedLineNs });
    this.pollers = new WaitQueue(sim, userfaultfdPollClass, this);
    mm.userfaultfds.push(this);
  }

  *lock(): Process<void> {
    const { sim } = this.mm.machine;
    yield* sim.spend(this.waitLine.access(sim.current.cpu));
    yield* this.waitLock.acquire();
  }

  *unlock(): Process<void> {
    const { sim } = this.mm.machine;
    yield* sim.spend(this.waitLine.access(sim.current.cpu));
    yield* this.waitLock.release();
  }

  /** Sleepers whose message nobody has read. */
  get faultPending(): readonly UserfaultWaiter[] {
    if (probe !== null) probe.read(this.#cell, this.cellContent());
    return this.#faultPending;
  }

  /** Sleepers whose message somebody has read. */
  get faultRead(): readonly UserfaultWaiter[] {
    if (probe !== null) probe.read(this.#cell, this.cellContent());
    return this.#faultRead;
  }

  cellContent(): number {
    let content = 7;
    for (const { cell, message } of this.#faultPending) content = (Math.imul(content, 31) + cell + message.address) | 0;
    content = Math.imul(content, 31) | 0;
    for (const { cell, message } of this.#faultRead) content = (Math.imul(content, 31) + cell + message.address) | 0;
    return content;
  }

  /** Somebody sleeps or is about to: what a waker asks without the lock. */
  get hasWaiters(): boolean {
    const has = this.#faultPending.length > 0 || this.#faultRead.length > 0;
    if (probe !== null) probe.read(this.#cell, has ? 1 : 0);
    return has;
  }

  queue(waiter: UserfaultWaiter): void {
    if (probe !== null) probe.write(this.#cell);
    this.#faultPending.push(waiter);
  }

  /** The first message has been read. In one step (refile_seq): a waker looks at the lists without the lock, and must not find both of them empty. */
  refile(): void {
    if (probe !== null) probe.write(this.#cell);
    const waiter = this.#faultPending.shift();
    assert(waiter !== undefined, 'there is a message to read');
    this.#faultRead.push(waiter);
  }

  remove(waiter: UserfaultWaiter): void {
    if (probe !== null) probe.write(this.#cell);
    for (const list of [this.#faultPending, this.#faultRead]) {
      const at = list.indexOf(waiter);
      if (at !== -1) list.splice(at, 1);
    }
  }
}

/** The registration that `address` lies in. Models vm_userfaultfd_ctx of struct vm_area_struct. */
export function userfaultAt(mm: Mm, address: Hva): UserfaultRegistration | null {
  if (mm.userfaults.length === 0) return null;
  return mm.userfaults.find(({ start, end }) => address >= start && address < end) ?? null;
}

/** The same, if faults of this kind go to it. Models userfaultfd_missing(), userfaultfd_minor() and userfaultfd_wp(), include/linux/userfaultfd_k.h. */
export function userfaultFor(mm: Mm, address: Hva, mode: UserfaultMode): UserfaultRegistration | null {
  const registration = userfaultAt(mm, address);
  return registration?.modes.has(mode) ? registration : null;
}

/**
 * Registers a range: before time begins, or one that has moved there. Models the end of userfaultfd_register(),
 * fs/userfaultfd.c, without its locks.
 */
export function registerUserfault(ctx: UserfaultfdCtx, start: Hva, end: Hva, modes: Iterable<UserfaultMode>): void {
  assert(isAligned(start, PAGE_SIZE) && isAligned(end, PAGE_SIZE) && start < end, 'a range of whole pages');
  const taken = ctx.mm.userfaults.some((other) => other.start < end && start < other.end);
  assert(!taken, 'a range is registered with one fd');
  ctx.mm.userfaults.push({ start, end, ctx, modes: new Set(modes) });
}

/** The registrations of [start, end) end there; what lies outside of it stays. Returns those that have lost something. */
export function dropRegistrations(mm: Mm, start: Hva, end: Hva, of: UserfaultfdCtx | null): UserfaultRegistration[] {
  const dropped: UserfaultRegistration[] = [];
  for (const registration of [...mm.userfaults]) {
    const { ctx, modes } = registration;
    const overlaps = registration.start < end && start < registration.end;
    if (!overlaps || (of !== null && ctx !== of)) continue;
    mm.userfaults.splice(mm.userfaults.indexOf(registration), 1);
    if (registration.start < start) mm.userfaults.push({ start: registration.start, end: start, ctx, modes });
    if (registration.end > end) mm.userfaults.push({ start: end, end: registration.end, ctx, modes });
    dropped.push(registration);
  }
  return dropped;
}
