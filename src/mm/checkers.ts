// What must hold of the primary MMU whenever no operation is under way: a second, simpler way to the same numbers.

import { hva, PAGE_SIZE } from './address.ts';
import type { Folio } from './folio.ts';
import { subpageIndex } from './hugetlb.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import type { Mm } from './mm.ts';

/**
 * Compares reference count and mapcount of every folio with the leaves that the page tables hold (reference L.8, L.9):
 * one reference for the page cache, one a leaf and one for each GUP under way; mapcount as the scheme defines it. Reports differences as findings.
 */
export function checkFolioCounts(mm: Mm): void {
  const { machine } = mm;
  for (const vma of mm.vmas) {
    if (!(vma instanceof HugetlbVma)) continue;
    for (const [index, folio] of vma.mapping.folios()) {
      const start = hva(vma.start + index * vma.hugePageSize);
      const end = hva(start + vma.hugePageSize);
      let leaves = 0;
      let expectedMapcount = 0;
      mm.pageTables.forEachLeaf(start, end, (table, entry, address) => {
        leaves += 1;
        expectedMapcount += mm.mapcount.id === 'subpage' && table.level < folio.level ? table.entryPages : 1;
        const frame = (table.pfns[entry] ?? 0) - subpageIndex(vma, address);
        if (frame !== folio.firstPfn)
          report(mm, folio, 'wrong-pfn', `leaf at ${address / PAGE_SIZE} maps another folio`, frame);
      });
      const mapcount = mm.mapcount.mapcount(folio);
      if (mapcount !== expectedMapcount) {
        report(mm, folio, 'mapcount', `mapcount is ${mapcount}, the page tables hold ${expectedMapcount}`, { leaves });
      }
      const expectedRefs = 1 + leaves + folio.gupRefs;
      if (folio.refcount !== expectedRefs) {
        const message = `refcount is ${folio.refcount}; page cache, leaves and GUP make ${expectedRefs}`;
        report(mm, folio, 'refcount', message, { leaves, gupRefs: folio.gupRefs });
      }
    }
  }
  function report(_mm: Mm, folio: Folio, kind: string, message: string, evidence: unknown): void {
    const text = `folio ${folio.firstPfn}: ${message}`;
    machine.findings.add({ kind, message: text, simTimeNs: machine.sim.now, evidence });
  }
}
