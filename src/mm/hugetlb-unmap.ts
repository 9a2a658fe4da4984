import { probe } from '../engine/probe.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, hva, PAGE_SIZE, pageOf, pfn } from './address.ts';
import type { Folio } from './folio.ts';
import { hugetlbFullWalk } from './hugetlb.ts';
import { hugetlbFreeRange } from './hugetlb-free-range.ts';
import { entryFreed, rangeCleared, runCleared } from './hugetlb-rmap.ts';
import type { HugetlbVma } from './hugetlb-vma.ts';
import { removeRmap } from './mapcount/mapcount-scheme.ts';
import type { MmuGather } from './mmu-gather.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';

/** Entries side by side in one table; `end` and `removed` grow while they are cleared. */
interface Run {
  readonly table: PageTable;
  readonly first: number;
  end: number;
  removed: number;
  folio: Folio | undefined;
}

/** `collapse`: a larger leaf will take the place of all that goes, and inherits what is not counted leaf by leaf. */
export type UnmapReason = 'gone' | 'collapse';

const isNonPresent = (kind: number | undefined): boolean => kind === EntryKind.Migration || kind === EntryKind.Poison;

/**
 * Clears every leaf of [start, end), one by one: walk, lock, xchg, mapcount, queue the reference. This loop is what a
 * collapse of a 1 GiB page spends its time in. The caller has opened the section, or collapses without one.
 *
 * Models    __unmap_hugepage_range(), mm/hugetlb.c, with HGM's full walk for each leaf. Mapcount schemes that count leaves do
 *           it with each; the others when a table, or a huge page, is through, and then queue one reference for the page.
 * Locks     The page table lock of the leaf, once for each leaf. The caller excludes whoever frees tables.
 */
export function* unmapHugepageRange(
  gather: MmuGather,
  vma: HugetlbVma,
  start: Hva,
  end: Hva,
  reason: UnmapReason = 'gone',
): Process<void> {
  if (vma.mm.mapcount.counts === 'leaves') {
    for (let at = start; at < end; ) {
      if (probe !== null) probe.enter();
      at = (yield* clearRun(gather, vma, at, end)).next;
      if (probe !== null) probe.leave(Math.imul(gather.content, 31) + at / PAGE_SIZE);
    }
    return;
  }
  for (let at = start; at < end; ) {
    const pageEnd = hva(vma.hugePageStart(at) + vma.hugePageSize);
    const stop = pageEnd < end ? pageEnd : end;
    yield* unmapPage(gather, vma, at, stop, reason);
    at = stop;
  }
}

/** The part of one huge page that lies in [start, end), for schemes that count something larger than a leaf. */
function* unmapPage(gather: MmuGather, vma: HugetlbVma, start: Hva, end: Hva, reason: UnmapReason): Process<void> {
  let removed = 0;
  let folio = vma.mapping.folio(vma.cacheIndex(start));
  for (let at = start; at < end; ) {
    const { run, next } = yield* clearRun(gather, vma, at, end);
    at = next;
    if (run.folio === undefined) continue;
    folio = run.folio;
    removed += run.removed;
    yield* runCleared(gather, folio, { ...run, vma }, reason === 'collapse');
  }
  if (reason === 'collapse' || folio === undefined) return;
  const pageStart = vma.hugePageStart(start);
  const whole = start === pageStart && end === pageStart + vma.hugePageSize;
  yield* rangeCleared(gather, folio, { vma, start: pageStart, whole, removed });
  // RFC v1 took the tables of a page that was unmapped as a whole along: its walkers were kept out by i_mmap_rwsem.
  if (whole && reason === 'gone' && vma.hgmVersion === 'rfc1') yield* freeEntry(gather, vma, pageStart);
}

function* freeEntry(gather: MmuGather, vma: HugetlbVma, start: Hva): Process<void> {
  const table = vma.mm.pageTables.lowestTable(start, vma.hstateLevel);
  const index = vma.mm.machine.geometry.index(pageOf(start), table.level);
  if (table.level !== vma.hstateLevel || table.kinds[index] !== EntryKind.Table) return;
  yield* entryFreed(gather, vma, table, index);
  yield* hugetlbFreeRange(gather, table.unlink(index));
}

/** Clears leaves from `start` on until the table, or [start, end), ends, or an entry points to another table. */
function* clearRun(gather: MmuGather, vma: HugetlbVma, start: Hva, end: Hva): Process<{ run: Run; next: Hva }> {
  const { mm } = vma;
  const { sim, costs, work, geometry, memory } = mm.machine;
  const { cpu } = sim.current;
  const leaves = mm.mapcount.counts === 'leaves' ? mm.mapcount : null;
  const holeNs = costs.hgmWalkNs + costs.ptlNs;
  const leafNs = holeNs + costs.leafXchgNs + costs.gatherNs;
  const { table, index: first } = hugetlbFullWalk(vma, start);
  const run: Run = { table, first, end: first, removed: 0, folio: undefined };
  let folio: Folio | undefined;

  let index = first;
  let at = start;
  // The next entry of the same table needs no walk here, though it costs one there: nobody else frees tables meanwhile.
  while (at < end && index < geometry.entriesPerTable && table.kinds[index] !== EntryKind.Table) {
    const entry = index;
    index += 1;
    at = hva(table.firstPageOf(index) * PAGE_SIZE);
    if (table.kinds[entry] !== EntryKind.Leaf) {
      // A hole is walked to and looked at under its lock like a leaf.
      if (!sim.elapse(holeNs)) yield holeNs;
      // Entries of a page that moves or is poisoned count nothing: whoever comes to restore one finds it gone.
      if (isNonPresent(table.kinds[entry])) {
        yield* table.ptl.acquire();
        if (isNonPresent(table.kinds[entry])) table.clear(entry);
        yield* table.ptl.release();
      }
      continue;
    }

    if (!table.ptl.tryAcquire()) yield* table.ptl.acquire();
    // Seen before the lock: another zapper, truncation beside MADV_DONTNEED, may have been here since.
    if (table.kinds[entry] !== EntryKind.Leaf) {
      yield* table.ptl.release();
      continue;
    }
    if (!sim.elapse(leafNs)) yield leafNs;
    const frame = table.pfns[entry] ?? 0;
    if (folio === undefined || frame < folio.firstPfn || frame >= folio.firstPfn + folio.pages) {
      folio = memory.folioOf(pfn(frame));
      if (folio === undefined) {
        reportMappedAfterFree(vma, frame);
        table.clear(entry);
        yield* table.ptl.release();
        continue;
      }
    }
    const mapNs = leaves === null ? 0 : removeRmap(leaves, folio, frame - folio.firstPfn, table.level, cpu);
    table.clear(entry);
    if (mapNs > 0 && !sim.elapse(mapNs)) yield mapNs;
    yield* table.ptl.release();
    work.leafClears += 1;
    work.ptlAcquisitions += 1;
    if (leaves === null) {
      run.removed += 1;
      gather.noteCleared();
    } else if (gather.removePage(folio)) {
      yield* gather.forcedFlush();
    }
  }
  run.end = index;
  run.folio = folio;
  return { run, next: at };
}

/** A leaf to a frame that has been freed: somebody mapped or kept it without a look at who else was there. */
export function reportMappedAfterFree(vma: HugetlbVma, frame: number): void {
  const { findings, sim } = vma.mm.machine;
  const message = `frame ${frame} is still mapped when it is unmapped, and has been freed before`;
  findings.add({ kind: 'mapped-after-free', message, simTimeNs: sim.now, evidence: { frame } });
}
