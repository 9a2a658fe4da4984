import type { Process } from '../../engine/process.ts';
import { type Hva, hva, type Level } from '../address.ts';
import type { Result } from '../errno.ts';
import { largestLevel, nextEntry } from '../hugetlb.ts';
import { collapseEntry, type HugetlbCollapse } from '../operations/hugetlb-collapse.ts';
import { type NotifierScheme, nothing } from './notifier-scheme.ts';

/**
 * One section a chunk, closed before the next one opens. A chunk that holds several of the leaves to build covers them
 * all. A chunk that is smaller than the leaf to build is collapsed to the largest leaf that fits into it, since a vCPU may
 * come in between and must find every page mapped; the last section then covers the whole leaf and replaces the chunks'
 * leaves by it. What the mapcount scheme makes of that last step is part of the answer: THP-like counting touches every
 * subpage again.
 */
export const rangeChunked: NotifierScheme = {
  id: 'range-chunked',
  needsFolioLock: false,
  begin: nothing,
  *collapseEntry(collapse: HugetlbCollapse, address: Hva, level: Level): Process<Result> {
    const { vma, chunkBytes } = collapse;
    const end = nextEntry(vma, address, level);
    if (end - address <= chunkBytes) return yield* collapseInChunk(collapse, address, level, end);

    for (let chunk = address; chunk < end; chunk = hva(chunk + chunkBytes)) {
      const result = yield* collapsePart(collapse, chunk, hva(Math.min(chunk + chunkBytes, end)));
      if (result !== 0) return result;
    }
    return yield* collapseInSection(collapse, address, level);
  },
  *end(collapse: HugetlbCollapse): Process<void> {
    if (collapse.section !== null) yield* collapse.closeSection();
  },
  finished: nothing,
};

/** The section of the chunk that `address` lies in: opened by its first entry, closed behind its last. */
function* collapseInChunk(collapse: HugetlbCollapse, address: Hva, level: Level, end: Hva): Process<Result> {
  const { vma, chunkBytes } = collapse;
  if (collapse.section === null) {
    const chunkEnd = address - ((address - vma.start) % chunkBytes) + chunkBytes;
    const sectionEnd = hva(Math.min(chunkEnd, collapse.end));
    collapse.section = yield* vma.mm.notifiers.rangeStart('clear', address, sectionEnd);
  }
  const result = yield* collapseEntry(collapse, address, level);
  if (end >= collapse.section.end) yield* collapse.closeSection();
  return result;
}

/** One section over a part of a leaf to build, which is collapsed to the largest leaves that fit into it. */
function* collapsePart(collapse: HugetlbCollapse, start: Hva, end: Hva): Process<Result> {
  const { vma } = collapse;
  const entries: { readonly address: Hva; readonly level: Level }[] = [];
  for (let address = start; address < end; ) {
    const level = largestLevel(vma, address, end);
    if (!collapse.isCollapsed(address, level)) entries.push({ address, level });
    address = nextEntry(vma, address, level);
  }
  if (entries.length === 0) return 0;
  collapse.section = yield* vma.mm.notifiers.rangeStart('clear', start, end);
  let result: Result = 0;
  for (const { address, level } of entries) {
    result = yield* collapseEntry(collapse, address, level);
    if (result !== 0) break;
  }
  yield* collapse.closeSection();
  return result;
}

function* collapseInSection(collapse: HugetlbCollapse, address: Hva, level: Level): Process<Result> {
  if (collapse.isCollapsed(address, level)) return 0;
  const end = nextEntry(collapse.vma, address, level);
  collapse.section = yield* collapse.vma.mm.notifiers.rangeStart('clear', address, end);
  const result = yield* collapseEntry(collapse, address, level);
  yield* collapse.closeSection();
  return result;
}
