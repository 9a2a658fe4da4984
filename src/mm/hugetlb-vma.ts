import { RwSemaphore } from '../engine/locks/rw-semaphore.ts';
import { type Hva, hva, type Level } from './address.ts';
import { hugetlbVmaLockClass } from './locks.ts';
import type { Mm } from './mm.ts';
import type { AddressSpace } from './page-cache.ts';
import { Vma } from './vma.ts';

/** Revisions of the HGM series; they differ in who excludes whom from the tables below the hstate-level entry. */
export type HgmVersion = 'rfc1' | 'rfc2' | 'v1' | 'v2';

export interface HugetlbVmaOptions {
  readonly start: Hva;
  readonly end: Hva;
  readonly mapping: AddressSpace;
  /** Level of the hstate: 2 for 2 MiB pages, 3 for 1 GiB pages. */
  readonly hstateLevel: Level;
  readonly shared: boolean;
  /** vm_pgoff, in 4K pages; 0 when absent. */
  readonly pageOffset?: number;
  /** The kernel's revision of the HGM series; v2 when absent. */
  readonly hgmVersion?: HgmVersion;
}

/** A mapping of a hugetlbfs file. `highGranularity` is what MADV_SPLIT sets (VM_HUGETLB_HGM). */
export class HugetlbVma extends Vma {
  readonly kind = 'hugetlb';
  readonly mapping: AddressSpace;
  readonly hstateLevel: Level;
  readonly hgmVersion: HgmVersion;
  highGranularity = false;
  /** hugetlb vma_lock: read in faults and walks, write for whoever frees page tables. */
  readonly hugetlbLock: RwSemaphore;

  constructor(mm: Mm, options: HugetlbVmaOptions) {
    super(mm, options.start, options.end, options.shared, options.pageOffset ?? 0);
    this.mapping = options.mapping;
    this.hstateLevel = options.hstateLevel;
    this.hgmVersion = options.hgmVersion ?? 'v2';
    this.hugetlbLock = new RwSemaphore(mm.machine.sim, hugetlbVmaLockClass, this);
    this.mapping.addVma(this);
  }

  /** Held for read by faults and CONTINUE while they walk; for write by those versions' collapse that exclude them by it. */
  get walkLock(): RwSemaphore {
    return this.hgmVersion === 'rfc1' ? this.mapping.iMmapRwsem : this.hugetlbLock;
  }

  /** Bytes of one huge page of this VMA. */
  get hugePageSize(): number {
    return this.mm.machine.geometry.entryBytes(this.hstateLevel);
  }

  /** 4K pages of one huge page. */
  get hugePages(): number {
    return this.mm.machine.geometry.pagesPer[this.hstateLevel];
  }

  /** Index in the page cache of the huge page at `address`. hugetlbfs counts whole huge pages. */
  cacheIndex(address: Hva): number {
    return Math.floor(this.pageIndex(address) / this.hugePages);
  }

  /** Where huge page `cacheIndex` of the file would begin, inside of the mapping or not. */
  addressOfHugePage(cacheIndex: number): Hva {
    return this.addressOf(cacheIndex * this.hugePages);
  }

  hugePageStart(address: Hva): Hva {
    return hva(address - ((address - this.start) % this.hugePageSize));
  }

  get rmapTree(): AddressSpace {
    return this.mapping;
  }

  /** Its vma_lock is its own: hugetlb_vm_op_open() allocates one for each VMA. */
  like(start: Hva, end: Hva, pageOffset: number, mm = this.mm): HugetlbVma {
    const { mapping, hstateLevel, shared, hgmVersion } = this;
    const vma = new HugetlbVma(mm, { start, end, mapping, hstateLevel, shared, hgmVersion, pageOffset });
    vma.highGranularity = this.highGranularity;
    return vma;
  }
}
