// What must hold of the primary MMU whenever no operation is under way: a second, simpler way to the same numbers.

import { type Hva, hva, PAGE_SIZE, pfn } from './address.ts';
import type { FindingKind } from './finding-kinds.ts';
import { subjectOfFolio } from './finding-subject.ts';
import type { Folio } from './folio.ts';
import { subpageIndex } from './hugetlb.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import type { Machine } from './machine.ts';
import { hstateEntry, leavesOf } from './mapcount/entry-scan.ts';
import { EntryKind } from './radix-table.ts';

/**
 * Compares reference count and mapcount of every huge page with what the page tables of all who map it hold (reference L.8,
 * L.9): one reference for the page cache, those that the scheme gives to mappings, one for each GUP under way; mapcount as the
 * scheme defines it. Reports differences as findings.
 */
export function checkFolioCounts(machine: Machine): void {
  if (!machine.checks) return;
  const { hugetlbMapcount: scheme } = machine;
  const mappings = new Set(hugetlbVmas(machine).map(({ mapping }) => mapping));
  for (const mapping of mappings) {
    const vmas = mapping.vmas.filter((vma) => vma instanceof HugetlbVma);
    for (const [index, folio] of mapping.folios()) {
      let leaves = 0;
      let expected = 0;
      for (const vma of vmas) {
        const start = vma.addressOfHugePage(index);
        if (!vma.contains(start)) continue;
        const own = leavesOf(vma, start);
        leaves += own;
        expected += scheme.countIn(vma, folio, start);
        checkFrames(vma, folio, start);
        if (scheme.id === 'hstate-special' && own > 0) checkMark(vma, folio, start);
      }
      const count = scheme.mapcount(folio);
      if (count !== expected) {
        report(folio, 'mapcount', `mapcount is ${count}, the page tables hold ${expected}`, { leaves });
      }
      const expectedRefs = 1 + mappingRefs(leaves, expected) + folio.gupRefs;
      if (folio.refcount !== expectedRefs) {
        const message = `refcount is ${folio.refcount}; page cache, mappings and GUP make ${expectedRefs}`;
        report(folio, 'refcount', message, { leaves, gupRefs: folio.gupRefs });
      }
    }
  }

  function mappingRefs(leaves: number, count: number): number {
    if (scheme.counts === 'leaves') return leaves;
    return scheme.reference === 'count' ? count : Math.min(1, count);
  }

  function checkFrames(vma: HugetlbVma, folio: Folio, start: Hva): void {
    vma.mm.pageTables.forEachLeaf(start, hva(start + vma.hugePageSize), (table, entry, address) => {
      const frame = (table.pfns[entry] ?? 0) - subpageIndex(vma, address);
      if (frame === folio.firstPfn) return;
      report(folio, 'wrong-pfn', `leaf at ${address / PAGE_SIZE} maps another folio`, frame);
    });
  }

  function checkMark(vma: HugetlbVma, folio: Folio, start: Hva): void {
    const entry = hstateEntry(vma, start);
    if (entry === null || entry.table.kinds[entry.index] === EntryKind.Leaf) return;
    if (!entry.table.isMarked(entry.index)) report(folio, 'mapcount', 'leaves are mapped and not counted', start);
  }

  function report(folio: Folio, kind: FindingKind, message: string, evidence: unknown): void {
    const text = `folio ${folio.firstPfn}: ${message}`;
    machine.findings.add({ kind, message: text, simTimeNs: machine.sim.now, evidence }, subjectOfFolio(folio));
  }
}

/**
 * Looks at every huge page that a page table shows. It must not have been freed, and must still be in its file: else a
 * truncation has left it behind, and who writes to it writes to nothing. Other memory has page-checkers.ts.
 */
export function checkMappedHugePages(machine: Machine): void {
  if (!machine.checks) return;
  const { memory, findings, sim } = machine;
  const report = (kind: FindingKind, message: string, evidence: unknown): void =>
    findings.add({ kind, message, simTimeNs: sim.now, evidence });
  const reported = new Set<Folio>();
  for (const vma of hugetlbVmas(machine)) {
    vma.mm.pageTables.forEachLeaf(vma.start, vma.end, (table, entry, address) => {
      const frame = table.pfns[entry] ?? 0;
      const page = address / PAGE_SIZE;
      const folio = memory.folioOf(pfn(frame));
      if (folio === undefined) {
        report('mapped-after-free', `the leaf at ${page} maps frame ${frame}, which has been freed`, { page, frame });
        return;
      }
      if (folio.cached !== null || reported.has(folio)) return;
      reported.add(folio);
      const message = `the leaf at ${page} maps folio ${folio.firstPfn}, which is no longer in the file`;
      report('mapped-outside-file', message, { page, firstPfn: folio.firstPfn });
    });
  }
}

const hugetlbVmas = ({ mms }: Machine): HugetlbVma[] =>
  mms.flatMap(({ vmas }) => vmas.filter((vma) => vma instanceof HugetlbVma));
