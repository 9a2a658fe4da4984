// High-granularity mapping of hugetlb pages: one page of the page cache, mapped by leaves of its own size or smaller.

import { assert } from '../engine/assert.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, hva, isAligned, type Level, PAGE_SIZE, pageOf } from './address.ts';
import type { HugetlbVma } from './hugetlb-vma.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';

/** Where a high-granularity walk has ended. Models struct hugetlb_pte: the entry, its size, its lock. */
export interface HugetlbPte {
  readonly table: PageTable;
  readonly index: number;
}

/** Where a walk that makes tables has ended, and what it has made. */
export interface HugetlbPteAlloc extends HugetlbPte {
  /** The `inc` flag: the hstate-level entry was empty, and this walk has filled it. */
  readonly created: boolean;
  /** This walk has made the table that the entry lies in. */
  readonly freshTable: boolean;
}

/**
 * Follows the tables below the hstate-level entry of `address` down to a leaf or to nothing. The caller spends
 * hgmWalkNs and holds what keeps tables alive: mmap_lock and, but for v2's collapse, the hugetlb vma_lock.
 *
 * Models hugetlb_full_walk(), mm/hugetlb.c, HGM series v1 and v2.
 */
export function hugetlbFullWalk(vma: HugetlbVma, address: Hva): HugetlbPte {
  const lowest = vma.highGranularity ? 1 : vma.hstateLevel;
  const table = vma.mm.pageTables.lowestTable(address, lowest);
  return { table, index: vma.mm.machine.geometry.index(pageOf(address), table.level) };
}

/**
 * Walks like hugetlbFullWalk, but makes tables where entries are empty, down to `level`. Stops early at a present leaf
 * that is larger.
 *
 * Models    hugetlb_full_walk_alloc(), mm/hugetlb.c.
 * Locks     The lock of each table that gets a new entry, for the time of the write.
 */
export function* hugetlbFullWalkAlloc(vma: HugetlbVma, address: Hva, level: Level): Process<HugetlbPteAlloc> {
  const { sim, costs, geometry } = vma.mm.machine;
  const { pageTables } = vma.mm;
  let created = false;
  let fresh: PageTable | null = null;
  yield* sim.spend(costs.hgmWalkNs);
  for (;;) {
    const table = pageTables.lowestTable(address, level);
    const index = geometry.index(pageOf(address), table.level);
    if (table.level === level || table.kinds[index] !== EntryKind.None) {
      return { table, index, created, freshTable: fresh === table };
    }
    yield* sim.spend(costs.tableAllocNs);
    yield* table.ptl.acquire();
    yield* sim.spend(costs.ptlNs + costs.pteInstallNs);
    // Somebody else may have filled the entry while this walk waited, or taken its table away: the fresh one is dropped.
    const same = pageTables.lowestTable(address, level) === table && table.kinds[index] === EntryKind.None;
    if (same) {
      fresh = pageTables.newTable(table, index);
      table.link(index, fresh);
      created ||= table.level === vma.hstateLevel;
    }
    yield* table.ptl.release();
  }
}

/**
 * The largest leaf that may start at `address` and end by `end`: as large as alignment and the hstate allow.
 *
 * Models the size loop of for_each_hgm_shift(), mm/hugetlb.c, in UFFDIO_CONTINUE and MADV_COLLAPSE.
 */
export function largestLevel(vma: HugetlbVma, address: Hva, end: Hva, limit: Level = vma.hstateLevel): Level {
  const { geometry } = vma.mm.machine;
  for (let level = Math.min(limit, vma.hstateLevel) as Level; level > 1; level = (level - 1) as Level) {
    const bytes = geometry.entryBytes(level);
    if (isAligned(address - vma.start, bytes) && address + bytes <= end) return level;
  }
  return 1;
}

/** Number of the 4K page at `address` inside its huge page. */
export function subpageIndex(vma: HugetlbVma, address: Hva): number {
  return (address - vma.hugePageStart(address)) / PAGE_SIZE;
}

/** The address after the entry of `level` at `address`. */
export function nextEntry(vma: HugetlbVma, address: Hva, level: Level): Hva {
  const bytes = vma.mm.machine.geometry.entryBytes(level);
  assert(isAligned(address - vma.start, bytes), 'a leaf starts at a multiple of its size');
  return hva(address + bytes);
}
