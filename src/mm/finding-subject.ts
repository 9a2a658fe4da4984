import { hva, PAGE_SIZE } from './address.ts';
import type { FindingSubject } from './findings.ts';
import type { Folio } from './folio.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import { ShmemVma } from './shmem-vma.ts';

/** Where a folio of a file can be mapped, in every process. Of other folios nobody knows: a finding about one is about everything. */
export function subjectOfFolio(folio: Folio): FindingSubject {
  const { cached, pages } = folio;
  if (cached === null) return {};
  const ranges = cached.mapping.vmas.flatMap((vma) => {
    if (!(vma instanceof HugetlbVma || vma instanceof ShmemVma)) return [];
    const start = vma instanceof HugetlbVma ? vma.addressOfHugePage(cached.index) : vma.addressOf(cached.index);
    return { mm: vma.mm.index, start, end: hva(start + pages * PAGE_SIZE) };
  });
  return { ranges };
}
