import { subjectOfFolio } from './finding-subject.ts';
import type { Folio } from './folio.ts';
import { mapcount } from './rmap.ts';

/** Models folio_mapcount(): how many mappings the kernel believes in. */
export const folioMapcount = (folio: Folio): number =>
  folio.hugetlb ? folio.machine.hugetlbMapcount.mapcount(folio) : mapcount(folio);

/**
 * A folio is about to leave the page cache and must be unmapped: who maps it could still write to what no file has.
 *
 * Models the assertion of filemap_unaccount_folio(), mm/filemap.c, as a finding. A mapcount scheme that counts what truncation
 *        must leave standing meets it (reference G.6).
 */
export function checkUnmapped(folio: Folio): void {
  const { machine } = folio;
  const count = folioMapcount(folio);
  if (count === 0) return;
  const finding = {
    kind: 'removed-while-mapped',
    message: `folio ${folio.firstPfn} of ${folio.pages} pages leaves the page cache with mapcount ${count}`,
    simTimeNs: machine.sim.now,
    evidence: { firstPfn: folio.firstPfn, pages: folio.pages, mapcount: count },
  } as const;
  machine.findings.add(finding, subjectOfFolio(folio));
}

/**
 * The last reference has gone: the folio's frames are nobody's. Returns the ns for the caller to spend.
 *
 * Models   __folio_put() and free_huge_folio(), mm/swap.c, mm/hugetlb.c, whose assertions are findings here: a page is
 *          freed with mapcount 0 (reference L.8). The allocator looks at each tail page of a THP; hugetlb keeps its folios.
 */
export function freeFolio(folio: Folio): number {
  const { machine } = folio;
  const count = folioMapcount(folio);
  if (count !== 0) {
    machine.findings.add({
      kind: 'freed-while-mapped',
      message: `folio ${folio.firstPfn} of ${folio.pages} pages is freed with mapcount ${count}`,
      simTimeNs: machine.sim.now,
      evidence: { firstPfn: folio.firstPfn, pages: folio.pages, mapcount: count },
    });
  }
  for (const watch of machine.folioWatchers) watch(folio, 'freed');
  machine.memory.remove(folio);
  const tails = folio.hugetlb ? 0 : folio.pages - 1;
  return machine.costs.freePageNs + tails * machine.costs.freeTailPageNs;
}

/**
 * Drops a reference that the page cache, a mapping or a batch has held; the last one frees the folio. Returns the ns.
 *
 * Models folio_put(), include/linux/mm.h.
 */
export function putMapping(folio: Folio, cpu: number): number {
  const { costs, work } = folio.machine;
  const ns = Math.max(folio.headLine.access(cpu), costs.headPutNs);
  work.refAtomics += 1;
  return folio.changeRefs(-1) === 0 ? ns + freeFolio(folio) : ns;
}
