import { assert } from '../engine/assert.ts';
import { CacheLine } from '../engine/locks/cache-line.ts';
import { Mutex } from '../engine/locks/mutex.ts';
import type { Level, Pfn } from './address.ts';
import { folioLockClass } from './locks.ts';
import type { Machine } from './machine.ts';

/**
 * A hugetlb folio: one page of the page cache, with its reference count and whatever its mapcount scheme keeps.
 *
 * Models struct folio, include/linux/mm_types.h: _refcount lies in the head page, where GUP of every vCPU and the puts of a
 * collapse meet; the compound mapcount (_entire_mapcount) lies in the first tail page, which is another cache line.
 */
export class Folio {
  readonly machine: Machine;
  readonly firstPfn: Pfn;
  /** Level of the hstate that it belongs to: 2 or 3. */
  readonly level: Level;
  readonly pages: number;
  /** `struct page` of the head: the reference count. */
  readonly headLine: CacheLine;
  /** `struct page` of the first tail: the compound mapcount. */
  readonly entireMapcountLine: CacheLine;
  readonly lock: Mutex;
  refcount = 1;
  /** Of these, references that GUP has taken and its caller has not dropped yet. */
  gupRefs = 0;
  /** Mappings by an entry of the folio's own size; or all entries, as the scheme counts. */
  entireMapcount = 0;
  poisoned = false;
  migratable = true;
  #subpageMapcounts: Int32Array | null = null;

  constructor(machine: Machine, firstPfn: Pfn, level: Level) {
    this.machine = machine;
    this.firstPfn = firstPfn;
    this.level = level;
    this.pages = machine.geometry.pagesPer[level];
    const { atomicHotNs, contendedLineNs } = machine.costs;
    const line = { hotNs: atomicHotNs, transferNs: contendedLineNs };
    this.headLine = new CacheLine(machine.sim, line);
    this.entireMapcountLine = new CacheLine(machine.sim, line);
    this.lock = new Mutex(machine.sim, folioLockClass);
  }

  /** `_mapcount` of each 4K subpage, as an array of 0-based counts. Allocated when first asked for. */
  get subpageMapcounts(): Int32Array {
    this.#subpageMapcounts ??= new Int32Array(this.pages);
    return this.#subpageMapcounts;
  }

  /** Takes or drops references. The caller counts the atomics and pays for them with `headLine.access`. */
  changeRefs(delta: number): void {
    this.refcount += delta;
    assert(this.refcount >= 0, 'the reference count of a folio is not negative');
  }
}
