// The counts of anonymous pages and of pages of a file, once more from the page tables. HugeTLB has its own in checkers.ts,
// where they depend on the mapcount scheme.

import { pfn } from './address.ts';
import type { FindingKind } from './finding-kinds.ts';
import { subjectOfFolio } from './finding-subject.ts';
import type { Folio } from './folio.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import type { Machine } from './machine.ts';
import { mapcount } from './rmap.ts';
import type { Vma } from './vma.ts';

/**
 * Compares every folio of anonymous and shmem memory that is mapped, or could be from its file, with the leaves of all who
 * map it (reference L.8, L.9): one reference for the page cache, one a leaf, one for each GUP under way; mapcount one a leaf,
 * whatever its size. A leaf must map a page that belongs to a folio, and to the page cache's one if it is of a file.
 */
export function checkPageCounts(machine: Machine): void {
  if (!machine.checks) return;
  const leavesOf = new Map<Folio, number>();
  for (const vma of smallPageVmas(machine)) {
    for (const [, folio] of vma.mapping?.folios() ?? []) if (!leavesOf.has(folio)) leavesOf.set(folio, 0);
    vma.mm.pageTables.forEachLeaf(vma.start, vma.end, (table, entry, address) => {
      const frame = table.pfns[entry] ?? 0;
      const folio = machine.memory.folioOf(pfn(frame));
      const page = vma.pageIndex(address);
      if (folio === undefined || (vma.mapping !== null && folio !== vma.mapping.folio(page))) {
        report('wrong-pfn', `leaf at page ${page} maps frame ${frame}, which is not its own`, { page, frame }, folio);
      } else leavesOf.set(folio, (leavesOf.get(folio) ?? 0) + 1);
    });
  }
  for (const [folio, leaves] of leavesOf) {
    const count = mapcount(folio);
    if (count !== leaves) {
      report(
        'mapcount',
        `folio ${folio.firstPfn}: mapcount is ${count}, the page tables hold ${leaves}`,
        { leaves },
        folio,
      );
    }
    const refs = (folio.cached === null ? 0 : 1) + leaves + folio.gupRefs;
    if (folio.refcount !== refs) {
      const message = `folio ${folio.firstPfn}: refcount is ${folio.refcount}; page cache, leaves and GUP make ${refs}`;
      report('refcount', message, { leaves, gupRefs: folio.gupRefs }, folio);
    }
  }

  function report(kind: FindingKind, message: string, evidence: unknown, folio: Folio | undefined): void {
    const subject = folio === undefined ? {} : subjectOfFolio(folio);
    machine.findings.add({ kind, message, simTimeNs: machine.sim.now, evidence }, subject);
  }
}

/** The mappings that are not of hugetlb. */
const smallPageVmas = ({ mms }: Machine): Vma[] =>
  mms.flatMap(({ vmas }) => vmas.filter((vma) => !(vma instanceof HugetlbVma)));
