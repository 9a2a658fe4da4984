// More memory for a world built by hand: an anonymous mapping, or one of a shmem file, with a memslot of its own.

import { Memslot } from '../../src/kvm/memslot.ts';
import { gfn, type Hva, hva, type Level, PAGE_SIZE } from '../../src/mm/address.ts';
import type { AnonymousVma } from '../../src/mm/anonymous-vma.ts';
import { Folio } from '../../src/mm/folio.ts';
import { AddressSpace } from '../../src/mm/page-cache.ts';
import { addRmap } from '../../src/mm/rmap.ts';
import type { ShmemVma } from '../../src/mm/shmem-vma.ts';
import type { TestWorld } from './world.ts';

export interface MemoryOptions {
  readonly kind: 'anonymous' | 'shmem';
  readonly pages: number;
  /** Size of the folios, and of the leaves of host and KVM; 0: nothing is mapped. */
  readonly folios?: Level;
  readonly mapped?: Level | 0;
  /** Pages that are not mapped, and of anonymous memory not there. */
  readonly holes?: readonly number[];
  /** Where it begins, in pages from the address where such memory begins by default. */
  readonly startPage?: number;
  readonly mapping?: AddressSpace;
}

export class TestMemory {
  readonly world: TestWorld;
  readonly vma: AnonymousVma | ShmemVma;
  readonly slot: Memslot;
  readonly pages: number;

  constructor(world: TestWorld, options: MemoryOptions) {
    const { machine, mm, kvm } = world;
    const { geometry } = machine;
    const { kind, pages, folios = 1, mapped = 1, holes = [] } = options;
    this.world = world;
    this.pages = pages;
    const start = hva(2 * geometry.entryBytes(4) + (options.startPage ?? 0) * PAGE_SIZE);
    const end = hva(start + pages * PAGE_SIZE);
    const mapping = options.mapping ?? new AddressSpace(machine);
    this.vma = kind === 'anonymous' ? mm.mmapAnonymous(start, end) : mm.mmapShmem(start, end, mapping);
    // A whole number of the largest entries from one slot to the next: gfns and addresses are congruent.
    this.slot = new Memslot(gfn(start / PAGE_SIZE), pages, start);
    kvm.memslots.push(this.slot);

    const folioPages = geometry.pagesPer[folios];
    for (let first = 0; first < pages; first += folioPages) {
      const isHole = (page: number) => holes.includes(page) || mapped === 0;
      const shown = Array.from({ length: folioPages }, (_, page) => first + page).filter((page) => !isHole(page));
      if (kind === 'anonymous' && shown.length === 0) continue;
      let folio = mapping.folio(first);
      if (folio === undefined) {
        folio = new Folio(machine, machine.memory.allocate(folios), folios, false);
        if (kind === 'shmem') mapping.add(first, folio, folioPages);
        else folio.changeRefs(-1);
      }
      if (mapped === 0) continue;
      const leafPages = geometry.pagesPer[mapped];
      for (const page of shown) {
        if (page % leafPages !== 0) continue;
        const index = geometry.index(start / PAGE_SIZE + page, mapped);
        mm.pageTables.tableAt(this.at(page), mapped).setLeaf(index, folio.firstPfn + page - first, true);
        addRmap(folio, page - first, mapped);
        folio.changeRefs(1);
        const spteTable = kvm.tdp.tableAt(this.frame(page), mapped);
        spteTable.setLeaf(index, folio.firstPfn + page - first, true);
      }
    }
    Object.assign(machine.work, Object.fromEntries(Object.keys(machine.work).map((key) => [key, 0])));
  }

  at(page: number): Hva {
    return hva(this.slot.userspaceAddr + page * PAGE_SIZE);
  }

  frame(page: number) {
    return gfn(this.slot.baseGfn + page);
  }

  folio(page: number): Folio | undefined {
    const host = this.world.mm.pageTables.translate(this.at(page));
    return host === null ? undefined : this.world.machine.memory.folioOf(host.pfn);
  }

  hostLevels(): number[] {
    return Array.from({ length: this.pages }, (_, page) => this.world.mm.pageTables.leafLevel(this.at(page)));
  }

  spteLevels(): number[] {
    return Array.from({ length: this.pages }, (_, page) => this.world.kvm.tdp.spte(this.frame(page))?.level ?? 0);
  }
}
