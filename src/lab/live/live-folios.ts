// Folios with the counts that the run keeps of them.

import { type Level, pfn } from '../../mm/address.ts';
import type { Folio } from '../../mm/folio.ts';
import type { Machine } from '../../mm/machine.ts';
import { pageMapcount as hugetlbPageMapcount } from '../../mm/mapcount/consumers.ts';
import { InvalidInput } from '../invalid-input.ts';
import { liveLimits } from './limits.ts';
import type { LiveFolio, LiveFolios, LiveMapcount } from './live-types.ts';
import { leafSize } from './table-runs.ts';

interface FolioQuery {
  readonly from?: number;
  readonly limit?: number;
}

/** Frames that one call for a list looks at. */
const FRAMES_MAX = 262_144;

/** The folio that a frame belongs to; null: none does. */
export function liveFolio(machine: Machine, frame: number): LiveFolio | null {
  const folio = machine.memory.folioOf(pfn(frame));
  return folio === undefined ? null : describe(folio);
}

/** In order of their first frames. */
export function liveFolios(machine: Machine, from: number, limit: number): LiveFolios {
  const { memory } = machine;
  const items: LiveFolio[] = [];
  let looked = 0;
  for (let frame = Math.max(from, memory.firstFrame); frame < memory.endFrame; looked += 1) {
    if (items.length === limit || looked === FRAMES_MAX) return { items, next: frame };
    const folio = memory.folioOf(pfn(frame));
    // Whoever goes on in the middle of one has had it.
    if (folio?.firstPfn === frame) items.push(describe(folio));
    frame = folio === undefined ? frame + 1 : folio.firstPfn + folio.pages;
  }
  return { items, next: null };
}

function describe(folio: Folio): LiveFolio {
  const { firstPfn, level, pages, hugetlb, cached, refcount, gupRefs, isLocked, poisoned, migratable } = folio;
  return {
    index: firstPfn,
    size: sizeOf(level),
    pages,
    kind: hugetlb ? 'hugetlb' : cached !== null ? 'file' : 'anonymous',
    refcount,
    gupRefs,
    mapcount: hugetlb ? hugetlbMapcount(folio) : kernelMapcount(folio),
    cacheIndex: cached?.index ?? null,
    locked: isLocked,
    poisoned,
    migratable,
  };
}

function sizeOf(level: Level): LiveFolio['size'] {
  const size = leafSize(level);
  if (size === null) throw new RangeError(`no folio is of level ${level}`);
  return size;
}

function hugetlbMapcount(folio: Folio): LiveMapcount {
  const { id, mapcount } = folio.machine.hugetlbMapcount;
  const counts = folio.keptSubpageMapcounts;
  // Asked through the scheme, counts would be made where there are none.
  const total = id === 'subpage' ? folio.entireMapcount + sumOf(counts) : mapcount(folio);
  return {
    scheme: id,
    entire: folio.entireMapcount,
    ...(id === 'subpage' ? pageRuns(folio) : { pages: null, pagesCut: false }),
    total,
    firstPage: hugetlbPageMapcount(folio, 0),
    mapped: total > 0,
  };
}

/** Of a small page and of THP, as the kernel keeps them: mm/rmap.ts counts so. */
function kernelMapcount(folio: Folio): LiveMapcount {
  const counts = folio.keptSubpageMapcounts;
  const total = folio.entireMapcount + sumOf(counts);
  return {
    scheme: 'kernel',
    entire: folio.entireMapcount,
    ...(folio.level === 1 ? { pages: null, pagesCut: false } : pageRuns(folio)),
    total,
    firstPage: folio.entireMapcount + (counts?.[0] ?? 0),
    mapped: total > 0,
  };
}

const sumOf = (counts: Int32Array | null): number => counts?.reduce((sum, count) => sum + count, 0) ?? 0;

function pageRuns(folio: Folio): Pick<LiveMapcount, 'pages' | 'pagesCut'> {
  const counts = folio.keptSubpageMapcounts;
  if (counts === null) return { pages: [{ page: 0, count: folio.pages, mapcount: 0 }], pagesCut: false };
  const pages: { page: number; count: number; mapcount: number }[] = [];
  for (let page = 0; page < counts.length; page++) {
    const mapcount = counts[page] as number;
    const last = pages.at(-1);
    if (last?.mapcount === mapcount) last.count += 1;
    else if (pages.length === liveLimits.listItems) return { pages, pagesCut: true };
    else pages.push({ page, count: 1, mapcount });
  }
  return { pages, pagesCut: false };
}

/** Throws `InvalidInput`. */
export function checkFolioQuery({ from = 0, limit = liveLimits.listItems }: FolioQuery): {
  from: number;
  limit: number;
} {
  if (!Number.isSafeInteger(from) || from < 0) {
    throw new InvalidInput('folios', [{ path: 'from', message: `must be an integer from 0, got ${String(from)}` }]);
  }
  return { from, limit: checkLimit('folios', limit) };
}

export function checkLimit(subject: string, limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= liveLimits.listItems) return limit;
  const message = `must be an integer from 1 to ${liveLimits.listItems}, got ${String(limit)}`;
  throw new InvalidInput(subject, [{ path: 'limit', message }]);
}
