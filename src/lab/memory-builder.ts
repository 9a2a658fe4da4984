// The memory of a VM as it stands at time 0: the mapping, the folios, and the part of the page tables that is populated.

import { assert } from '../engine/assert.ts';
import { hva, type Level, PAGE_SIZE, pageOf } from '../mm/address.ts';
import { Folio } from '../mm/folio.ts';
import { mapFolioAtOnce, mapLeafAtOnce } from '../mm/hugetlb-rmap.ts';
import { fileIMmapRwsemClass } from '../mm/locks.ts';
import type { Machine } from '../mm/machine.ts';
import type { Mm } from '../mm/mm.ts';
import { AddressSpace } from '../mm/page-cache.ts';
import type { PageTable } from '../mm/page-table.ts';
import { addRmap } from '../mm/rmap.ts';
import type { Vma } from '../mm/vma.ts';
import type { Scenario } from './scenario.ts';

export const levelOf: Readonly<Record<'4k' | '2m' | '1g', Level>> = { '4k': 1, '2m': 2, '1g': 3 };

/**
 * Builds the mapping that `vm` describes. It starts at a boundary of the largest entry: every leaf size can be aligned.
 * `first` is that of the first process, whose file the others map too; null: this is the first.
 */
export function mapMemory(machine: Machine, mm: Mm, scenario: Scenario, first: Vma | null): Vma {
  const file = first?.mapping ?? null;
  switch (scenario.vm.backing) {
    case 'hugetlb-1g':
      return mapHugetlb(mm, scenario, 3, file ?? hugetlbFile(machine, scenario, 3));
    case 'hugetlb-2m':
      return mapHugetlb(mm, scenario, 2, file ?? hugetlbFile(machine, scenario, 2));
    case 'anonymous':
      return mapAnonymous(machine, mm, scenario);
    case 'shmem':
      return mapShmem(mm, scenario, file ?? shmemFile(machine, scenario));
  }
}

/**
 * Pages that are still to come are in no page cache. A hugetlb file that is written through an alias has been allocated
 * (fallocate), so that a small piece of a huge page can come by itself.
 */
function isEmptyFile({ vm, userfault, peer }: Scenario): boolean {
  if (userfault.mode === 'missing') return true;
  return userfault.mode === 'minor' && peer.pageSize !== null && vm.backing === 'shmem';
}

/** All of it in the page cache, or nothing. */
function hugetlbFile(machine: Machine, scenario: Scenario, hstateLevel: Level): AddressSpace {
  const { vm } = scenario;
  const mapping = new AddressSpace(machine);
  if (isEmptyFile(scenario)) return mapping;
  const hugePages = vm.memory / machine.geometry.entryBytes(hstateLevel);
  for (let index = 0; index < hugePages; index++) {
    mapping.add(index, new Folio(machine, machine.memory.allocate(hstateLevel), hstateLevel, true));
  }
  return mapping;
}

/** The part of the file's mapping that is populated. */
function mapHugetlb(mm: Mm, scenario: Scenario, hstateLevel: Level, mapping: AddressSpace): Vma {
  const { machine } = mm;
  const { memory, mapped } = scenario.vm;
  const start = hva(machine.geometry.entryBytes(4));
  const end = hva(start + memory);
  const vma = mm.mmapHugetlb({ start, end, mapping, hstateLevel, shared: true, hgmVersion: scenario.hgm.version });
  const smallest = mapped === 'none' ? scenario.peer.pageSize : mapped;
  vma.highGranularity = smallest !== null && levelOf[smallest] < hstateLevel;

  const folioPages = machine.geometry.pagesPer[hstateLevel];
  const isFull = mapped !== 'none' && scenario.vm.populatedFraction === 1;
  if (vma.highGranularity && isFull && mm.mapcount.counts === 'leaves') {
    for (const [index, folio] of mapping.folios()) {
      mapFolioAtOnce(vma, folio, hva(start + index * vma.hugePageSize), levelOf[mapped]);
    }
    return vma;
  }
  forEachMappedLeaf(vma, scenario, (page, table, index) => {
    const folio = mapping.folio(Math.floor(page / folioPages));
    assert(folio !== undefined, 'all of the file is in the page cache');
    mapLeafAtOnce(vma, folio, table, index);
  });
  return vma;
}

/** A folio for what is mapped, and for nothing else: anonymous pages come with their first fault. */
function mapAnonymous(machine: Machine, mm: Mm, scenario: Scenario): Vma {
  const start = hva(machine.geometry.entryBytes(4));
  const vma = mm.mmapAnonymous(start, hva(start + scenario.vm.memory));
  const level = folioLevel(scenario);
  const folioPages = machine.geometry.pagesPer[level];
  let folio: Folio | null = null;
  let folioNumber = -1;
  forEachMappedLeaf(vma, scenario, (page, table, index) => {
    const fresh = folio === null || Math.floor(page / folioPages) !== folioNumber;
    if (fresh) folio = new Folio(machine, machine.memory.allocate(level), level, false);
    folioNumber = Math.floor(page / folioPages);
    assert(folio !== null, 'the folio of this leaf has been made');
    mapPage(folio, page % folioPages, table, index);
    // No page cache holds an anonymous folio: the reference that it was made with is its first mapping's.
    if (fresh) folio.changeRefs(-1);
  });
  return vma;
}

/** All of it in the page cache, as folios of one size, or nothing. */
function shmemFile(machine: Machine, scenario: Scenario): AddressSpace {
  const mapping = new AddressSpace(machine, fileIMmapRwsemClass);
  if (isEmptyFile(scenario)) return mapping;
  const level = folioLevel(scenario);
  const folioPages = machine.geometry.pagesPer[level];
  for (let page = 0; page < scenario.vm.memory / PAGE_SIZE; page += folioPages) {
    mapping.add(page, new Folio(machine, machine.memory.allocate(level), level, false), folioPages);
  }
  return mapping;
}

/** The part of the file's mapping that is populated. */
function mapShmem(mm: Mm, scenario: Scenario, mapping: AddressSpace): Vma {
  const { geometry } = mm.machine;
  const start = hva(geometry.entryBytes(4));
  const vma = mm.mmapShmem(start, hva(start + scenario.vm.memory), mapping);
  const folioPages = geometry.pagesPer[folioLevel(scenario)];
  forEachMappedLeaf(vma, scenario, (page, table, index) => {
    const folio = mapping.folio(page);
    assert(folio !== undefined, 'all of the file is in the page cache');
    mapPage(folio, page % folioPages, table, index);
  });
  return vma;
}

function mapPage(folio: Folio, firstPage: number, table: PageTable, index: number): void {
  table.setLeaf(index, folio.firstPfn + firstPage, true);
  addRmap(folio, firstPage, table.level);
  folio.changeRefs(1);
}

function folioLevel({ vm }: Scenario): Level {
  if (vm.folios !== null) return levelOf[vm.folios];
  return vm.mapped === 'none' ? 1 : levelOf[vm.mapped];
}

/** Calls `visit` for each leaf that is to be mapped: number of its first page in the mapping, table and index. */
function forEachMappedLeaf(
  vma: Vma,
  scenario: Scenario,
  visit: (page: number, table: PageTable, index: number) => void,
): void {
  const { memory, mapped, populatedFraction } = scenario.vm;
  if (mapped === 'none') return;
  const { geometry, sim } = vma.mm.machine;
  const level = levelOf[mapped];
  const leafPages = geometry.pagesPer[level];
  const startPage = pageOf(vma.start);
  const count = memory / PAGE_SIZE / leafPages;
  // What one process has touched another need not have.
  const stream = vma.mm.index === 0 ? 'populated pages' : `populated pages, process ${vma.mm.index}`;
  const isChosen = chooser(count, populatedFraction, sim.random(stream));
  let table: PageTable | null = null;
  for (let leaf = 0; leaf < count; leaf++) {
    if (!isChosen()) continue;
    const page = startPage + leaf * leafPages;
    if (table === null || page - table.firstPage >= table.spanPages) {
      table = vma.mm.pageTables.tableAt(hva(page * PAGE_SIZE), level);
    }
    visit(leaf * leafPages, table, (page - table.firstPage) / leafPages);
  }
}

/** Asked once for each of `count` things: is this one of the chosen? Selection sampling (Knuth, 3.4.2, algorithm S). */
export function chooser(count: number, fraction: number, stream: { next(): number }): () => boolean {
  let wanted = Math.round(count * fraction);
  if (wanted === count) return () => true;
  let left = count;
  return () => {
    const chosen = wanted === left || stream.next() * left < wanted;
    left -= 1;
    if (chosen) wanted -= 1;
    return chosen;
  };
}
