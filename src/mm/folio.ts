import { CacheLine } from '../engine/locks/cache-line.ts';
import { Mutex } from '../engine/locks/mutex.ts';
import { WaitQueue } from '../engine/locks/wait-queue.ts';
import { cellsFor, type Probed, probe } from '../engine/probe.ts';
import type { Level, Pfn } from './address.ts';
import { folioLockClass } from './locks.ts';
import type { Machine } from './machine.ts';
import type { AddressSpace } from './page-cache.ts';

/**
 * One folio: a small page, a THP or a huge page of hugetlb, with its reference count and whatever its mapcount scheme
 * keeps. What only few of them need is made when it is first asked for, since a VM has a quarter of a million for each GiB.
 *
 * Models struct folio, include/linux/mm_types.h: _refcount lies in the head page, where GUP of every vCPU and the puts of a
 * collapse meet; the compound mapcount (_entire_mapcount) lies in the first tail page, which is another cache line.
 */
export class Folio implements Probed {
  readonly machine: Machine;
  readonly firstPfn: Pfn;
  /** 1: one page; 2: 2 MiB; 3: 1 GiB. */
  readonly level: Level;
  readonly pages: number;
  /** Of hugetlb: its mappings are counted by the scheme of the run, not as those of THP. */
  readonly hugetlb: boolean;
  #refcount = 1;
  /** Of these, references that GUP or a fault has taken and not dropped yet. */
  gupRefs = 0;
  #entireMapcount = 0;
  #poisoned = false;
  #migratable = true;
  #cached: { readonly mapping: AddressSpace; readonly index: number } | null = null;
  /** References, mapcounts, and all the rest. */
  readonly #cell = cellsFor(this, 3);
  #headLine: CacheLine | null = null;
  #entireMapcountLine: CacheLine | null = null;
  #lock: Mutex | null = null;
  #migrationWaiters: WaitQueue | null = null;
  #subpageMapcounts: Int32Array | null = null;
  /** Pages without PG_anon_exclusive: all, none, or those that are set. */
  #sharedPages: boolean | Uint8Array = false;

  constructor(machine: Machine, firstPfn: Pfn, level: Level, hugetlb: boolean) {
    this.hugetlb = hugetlb;
    this.machine = machine;
    this.firstPfn = firstPfn;
    this.level = level;
    this.pages = machine.geometry.pagesPer[level];
    machine.memory.add(this);
  }

  get refcount(): number {
    if (probe !== null) probe.read(this.#cell, this.#refcount);
    return this.#refcount;
  }

  set refcount(count: number) {
    if (probe !== null) probe.write(this.#cell);
    this.#refcount = count;
  }

  /** Mappings by an entry of the folio's own size; or all entries, as the scheme counts. */
  get entireMapcount(): number {
    if (probe !== null) probe.read(this.#cell + 1, this.#entireMapcount);
    return this.#entireMapcount;
  }

  set entireMapcount(count: number) {
    if (probe !== null) probe.write(this.#cell + 1);
    this.#entireMapcount = count;
  }

  get poisoned(): boolean {
    if (probe !== null) probe.read(this.#cell + 2, this.#poisoned ? 1 : 0);
    return this.#poisoned;
  }

  set poisoned(poisoned: boolean) {
    if (probe !== null) probe.write(this.#cell + 2);
    this.#poisoned = poisoned;
  }

  get migratable(): boolean {
    if (probe !== null) probe.read(this.#cell + 2, this.#migratable ? 1 : 0);
    return this.#migratable;
  }

  set migratable(migratable: boolean) {
    if (probe !== null) probe.write(this.#cell + 2);
    this.#migratable = migratable;
  }

  /** Where the page cache has it; null: anonymous, or removed from it. */
  get cached(): { readonly mapping: AddressSpace; readonly index: number } | null {
    if (probe !== null) probe.read(this.#cell + 2, this.#cached === null ? -1 : this.#cached.index);
    return this.#cached;
  }

  set cached(cached: { readonly mapping: AddressSpace; readonly index: number } | null) {
    if (probe !== null) probe.write(this.#cell + 2);
    this.#cached = cached;
  }

  cellContent(offset: number): number {
    if (offset === 0) return this.#refcount;
    if (offset === 1) {
      let content = this.#entireMapcount;
      for (const count of this.#subpageMapcounts ?? []) content = content * 31 + count;
      return content;
    }
    const flags = (this.#poisoned ? 1 : 0) + (this.#migratable ? 2 : 0);
    let shared = this.#sharedPages === true ? 1 : 0;
    if (typeof this.#sharedPages !== 'boolean') for (const bit of this.#sharedPages) shared = shared * 2 + bit + 2;
    return (shared * 64 + (this.#cached === null ? 0 : 1 + this.#cached.index)) * 4 + flags;
  }

  /** `struct page` of the head: the reference count. */
  get headLine(): CacheLine {
    this.#headLine ??= this.#line();
    return this.#headLine;
  }

  /** `struct page` of the first tail: the compound mapcount. */
  get entireMapcountLine(): CacheLine {
    this.#entireMapcountLine ??= this.#line();
    return this.#entireMapcountLine;
  }

  get lock(): Mutex {
    this.#lock ??= new Mutex(this.machine.sim, folioLockClass, {}, this);
    return this.#lock;
  }

  /** Who sleeps on migration entries that name this folio, until it is unlocked. */
  get migrationWaiters(): WaitQueue {
    this.#migrationWaiters ??= new WaitQueue(this.machine.sim, folioLockClass, this);
    return this.#migrationWaiters;
  }

  /** Without making the lock. */
  get isLocked(): boolean {
    return this.#lock?.isHeld ?? false;
  }

  /** As subpageMapcounts, without making them; null: none has ever been asked for, and all are 0. */
  get keptSubpageMapcounts(): Int32Array | null {
    return this.#subpageMapcounts;
  }

  /** `_mapcount` of each 4K subpage, as an array of 0-based counts. */
  get subpageMapcounts(): Int32Array {
    // Whoever asks may look at them, and may change them.
    if (probe !== null) {
      probe.read(this.#cell + 1, this.cellContent(1));
      probe.write(this.#cell + 1);
    }
    this.#subpageMapcounts ??= new Int32Array(this.pages);
    return this.#subpageMapcounts;
  }

  /**
   * Only one mapping can show this page of an anonymous folio: it may become writable in place. A new page is exclusive; fork
   * ends that for what it shares, and only a write that finds nobody else brings it back.
   *
   * Models the bit PG_anon_exclusive, as folio_move_anon_rmap() sets it, mm/rmap.c. A PMD leaf goes by the bit of the head page, and a split hands that
   * on to all pages.
   */
  isAnonExclusive(page: number): boolean {
    if (probe !== null) probe.read(this.#cell + 2, this.cellContent(2));
    return this.#sharedPages === false || (this.#sharedPages !== true && this.#sharedPages[page] === 0);
  }

  /** ClearPageAnonExclusive() of `count` pages from `page` on. */
  clearAnonExclusive(page: number, count: number): void {
    if (probe !== null) probe.write(this.#cell + 2);
    if (count === this.pages) this.#sharedPages = true;
    else this.#sharedBits().fill(1, page, page + count);
  }

  /** SetPageAnonExclusive(). */
  setAnonExclusive(page: number, count: number): void {
    if (probe !== null) probe.write(this.#cell + 2);
    if (count === this.pages) this.#sharedPages = false;
    else this.#sharedBits().fill(0, page, page + count);
  }

  #sharedBits(): Uint8Array {
    if (typeof this.#sharedPages === 'boolean') {
      this.#sharedPages = new Uint8Array(this.pages).fill(this.#sharedPages ? 1 : 0);
    }
    return this.#sharedPages;
  }

  /** Ns that atomics on the head page have waited for other CPUs. */
  get headLineWaitedNs(): number {
    return this.#headLine?.waitedNs ?? 0;
  }

  /**
   * Takes or drops references, and returns how many are left. The caller counts the atomics and pays for them with
   * `headLine.access`.
   */
  changeRefs(delta: number): number {
    // Taking and dropping commute, but for the last ones to be dropped: those tell who frees the folio.
    if (probe !== null) {
      if (this.#refcount + delta > 1) probe.add(this.#cell);
      else {
        probe.write(this.#cell);
        probe.read(this.#cell, this.#refcount + delta);
      }
    }
    this.#refcount += delta;
    if (this.#refcount < 0) {
      this.#refcount = 0;
      this.reportUnderflow('reference count');
    }
    return this.#refcount;
  }

  /** The kernel warns here, or stops: somebody has uncounted what another had uncounted before. The count stays at 0. */
  reportUnderflow(count: 'reference count' | 'mapcount'): void {
    const { findings, sim } = this.machine;
    const message = `the ${count} of folio ${this.firstPfn} of ${this.pages} pages would fall below 0`;
    findings.add({
      kind: 'count-underflow',
      message,
      simTimeNs: sim.now,
      evidence: { firstPfn: this.firstPfn, count },
    });
  }

  #line(): CacheLine {
    const { atomicHotNs, contendedLineNs } = this.machine.costs;
    return new CacheLine(this.machine.sim, { hotNs: atomicHotNs, transferNs: contendedLineNs });
  }
}
