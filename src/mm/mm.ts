import { RwSemaphore } from '../engine/locks/rw-semaphore.ts';
import { cellsFor, type Probed, probe } from '../engine/probe.ts';
import type { Hva } from './address.ts';
import { AnonymousVma } from './anonymous-vma.ts';
import { HugetlbVma, type HugetlbVmaOptions } from './hugetlb-vma.ts';
import { mmapLockClass } from './locks.ts';
import type { Machine } from './machine.ts';
import type { MapcountScheme } from './mapcount/mapcount-scheme.ts';
import { MmuNotifierChain } from './mmu-notifier.ts';
import type { AddressSpace } from './page-cache.ts';
import { PageTables } from './page-table.ts';
import { MmEvents } from './records.ts';
import { ShmemVma } from './shmem-vma.ts';
import type { UserfaultfdCtx, UserfaultRegistration } from './userfaultfd.ts';
import type { Vma } from './vma.ts';

/** A CPU that runs a thread of the mm: what a TLB shootdown has to reach. */
export interface MmCpu {
  /** In the mm's cpumask and able to hold its translations now. A sleeping thread's CPU is not. */
  readonly runsMm: boolean;
  /** Takes the interrupt: a vCPU in guest mode leaves it. */
  interrupt(): void;
}

/** The address space of a process: of a VMM, or of a child that it has forked. */
export class Mm implements Probed {
  readonly machine: Machine;
  /** Tells it from the others of its machine: how many were made before it. */
  readonly index: number;
  readonly mmapLock: RwSemaphore;
  readonly pageTables: PageTables;
  readonly notifiers: MmuNotifierChain;
  readonly events: MmEvents;
  readonly cpus: MmCpu[] = [];
  /** How often all CPUs that run it have answered an interrupt: each has let go of what was unlinked and cleared before. */
  cpuSyncs = 0;
  readonly #vmas: Vma[] = [];
  readonly #cell = cellsFor(this, 1);
  /** Its mappings are going, and until they have gone counts and entries disagree. */
  exiting = false;
  /** The fds that this process has made, and the ranges that it has registered with them. */
  readonly userfaultfds: UserfaultfdCtx[] = [];
  readonly userfaults: UserfaultRegistration[] = [];
  readonly #pageWatchers: ((start: Hva, end: Hva) => void)[] = [];
  readonly #protectionWatchers: ((start: Hva, end: Hva) => void)[] = [];

  constructor(machine: Machine) {
    this.machine = machine;
    this.index = machine.mms.length;
    machine.mms.push(this);
    this.events = new MmEvents(machine.sim.records, this.index);
    this.mmapLock = new RwSemaphore(machine.sim, mmapLockClass, this);
    this.pageTables = new PageTables(machine);
    this.notifiers = new MmuNotifierChain(machine.sim, this.events);
  }

  get vmas(): readonly Vma[] {
    if (probe !== null) probe.read(this.#cell, this.cellContent());
    return this.#vmas;
  }

  cellContent(): number {
    return this.#vmas.reduce((content, { cell }) => content * 31 + cell, 7);
  }

  get mapcount(): MapcountScheme {
    return this.machine.hugetlbMapcount;
  }

  mmapHugetlb(options: HugetlbVmaOptions): HugetlbVma {
    return this.#add(new HugetlbVma(this, options));
  }

  mmapAnonymous(start: Hva, end: Hva): AnonymousVma {
    return this.#add(new AnonymousVma(this, start, end));
  }

  mmapShmem(start: Hva, end: Hva, mapping: AddressSpace): ShmemVma {
    return this.#add(new ShmemVma(this, start, end, mapping));
  }

  /** Puts a part of a mapping, or one that has moved, into the address space. Models vma_link(), mm/mmap.c. */
  link(vma: Vma): void {
    this.#add(vma);
  }

  /** Takes a mapping out of the address space. What it still maps is the caller's to zap. */
  detach(vma: Vma): void {
    if (probe !== null) probe.write(this.#cell);
    this.#vmas.splice(this.#vmas.indexOf(vma), 1);
  }

  /** Called where pages are about to be given up: a checker's, not a notifier's, so it takes no time and changes nothing. */
  watchPages(watcher: (start: Hva, end: Hva) => void): void {
    this.#pageWatchers.push(watcher);
  }

  /**
   * The pages that [start, end) mapped are about to be copied and freed. From here on a write through any translation that
   * is left would be lost, so none may be left (reference L.8).
   */
  pagesLeave(start: Hva, end: Hva): void {
    for (const watcher of this.#pageWatchers) watcher(start, end);
  }

  /** As watchPages, where pages are about to be made read-only. */
  watchProtection(watcher: (start: Hva, end: Hva) => void): void {
    this.#protectionWatchers.push(watcher);
  }

  /** What [start, end) maps is about to become read-only: from here on nobody may write through a translation that is left. */
  pagesProtected(start: Hva, end: Hva): void {
    for (const watcher of this.#protectionWatchers) watcher(start, end);
  }

  #add<V extends Vma>(vma: V): V {
    if (probe !== null) probe.write(this.#cell);
    this.#vmas.push(vma);
    return vma;
  }

  /** The VMA that `address` lies in. Models vma_lookup(), include/linux/mm.h. */
  findVma(address: Hva): Vma | undefined {
    return this.vmas.find((vma) => vma.contains(address));
  }

  /** The VMA that `address` lies in, or the first behind it that begins before `end`. Models find_vma_intersection(). */
  firstVmaIn(address: Hva, end: Hva): Vma | undefined {
    let first: Vma | undefined;
    for (const vma of this.vmas) {
      if (vma.end > address && vma.start < end && (first === undefined || vma.start < first.start)) first = vma;
    }
    return first;
  }
}
