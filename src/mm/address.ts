// Addresses and table geometry. Host virtual addresses need up to 47 bits, and JavaScript's bit operators stop at 32,
// so everything here is division and multiplication on safe integers.

declare const brand: unique symbol;
type Branded<Name extends string> = number & { readonly [brand]: Name };

/** Host virtual address in bytes, in the process of the VMM. */
export type Hva = Branded<'Hva'>;
/** Guest frame number: guest physical address divided by 4 KiB. */
export type Gfn = Branded<'Gfn'>;
/** Host physical frame number of a 4 KiB page. */
export type Pfn = Branded<'Pfn'>;

/** 1 = PTE (4 KiB), 2 = PMD (2 MiB), 3 = PUD (1 GiB), 4 = PGD: the same numbers on both sides. */
export type Level = 1 | 2 | 3 | 4;

export const PAGE_SIZE = 4096;

export const hva = (bytes: number): Hva => bytes as Hva;
export const gfn = (frame: number): Gfn => frame as Gfn;
export const pfn = (frame: number): Pfn => frame as Pfn;

/** How many entries a table has and what one entry of each level spans. 512 as on x86-64; fewer for exploration. */
export class Geometry {
  readonly entriesPerTable: number;
  /** 4 KiB pages under one entry, by level; index 0 is unused. */
  readonly pagesPer: readonly [number, number, number, number, number];

  constructor(entriesPerTable = 512) {
    if (!Number.isInteger(entriesPerTable) || entriesPerTable < 2) {
      throw new RangeError(`entriesPerTable: ${entriesPerTable} is not an integer of at least 2`);
    }
    const e = entriesPerTable;
    this.entriesPerTable = e;
    this.pagesPer = [0, 1, e, e * e, e * e * e];
  }

  /** Bytes under one entry of `level`. */
  entryBytes(level: Level): number {
    return this.pagesPer[level] * PAGE_SIZE;
  }

  /** Index of the entry for page number `page` in its table at `level`. */
  index(page: number, level: Level): number {
    return Math.floor(page / this.pagesPer[level]) % this.entriesPerTable;
  }
}

/** The level below `level`. The caller stands above the PTE level. */
export const below = (level: Level): Level => (level - 1) as Level;

export const isAligned = (value: number, unit: number): boolean => value % unit === 0;
export const pageOf = (address: Hva): number => Math.floor(address / PAGE_SIZE);
