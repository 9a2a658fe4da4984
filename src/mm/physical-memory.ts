import { cellsFor, probe } from '../engine/probe.ts';
import { type Geometry, type Level, type Pfn, pfn } from './address.ts';
import type { Folio } from './folio.ts';

/** Frames below this one are never handed out, so that a frame that is taken for an index shows. */
const FIRST_FRAME = 0x100000;

/**
 * The frames of the host and the folios that are made of them. Memory is never short, and a frame that was freed is not
 * handed out again in the same run: an SPTE that still points to it can be told from one that points to its next owner.
 *
 * Models page_folio() as far as it finds a folio from a frame, and the page allocator without its free lists.
 */
export class PhysicalMemory {
  readonly #geometry: Geometry;
  readonly #folios: readonly Map<number, Folio>[];
  #nextFrame = FIRST_FRAME;

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
    this.#folios = geometry.pagesPer.map(() => new Map());
  }

  /** Frames that the host has seen no access to since it last looked. Null: nobody has aged any, and all are young. */
  #old: Set<number> | null = null;

  /** Whether any frame is old. */
  get hasOld(): boolean {
    return this.#old !== null && this.#old.size > 0;
  }

  /** Page reclaim has cleared the accessed bit of the PTE and the referenced flag of the page. */
  age(frame: number): void {
    this.#old ??= new Set();
    this.#old.add(frame);
  }

  /** Models folio_mark_accessed(), folio_set_referenced(), as far as khugepaged asks for it: the page is young now. */
  touch(frame: number): void {
    this.#old?.delete(frame);
  }

  isOld(frame: number): boolean {
    return this.#old?.has(frame) ?? false;
  }

  /** Frames for one folio of `level`, aligned to its size. */
  allocate(level: Level): Pfn {
    const pages = this.#geometry.pagesPer[level];
    if (probe !== null) return pfn(probe.number(FIRST_FRAME, pages));
    const first = Math.ceil(this.#nextFrame / pages) * pages;
    this.#nextFrame = first + pages;
    return pfn(first);
  }

  /** In an exploration, by frame: the cell that tells whether there is a folio. It outlives the folio. */
  readonly #cells = new Map<number, number>();

  #cellOf(folio: Folio): number {
    const { firstPfn, pages } = folio;
    let cell = this.#cells.get(firstPfn);
    if (cell !== undefined) return cell;
    cell = cellsFor({ cellContent: () => this.#lookUp(firstPfn)?.level ?? 0 }, 1);
    for (let frame: number = firstPfn; frame < firstPfn + pages; frame++) this.#cells.set(frame, cell);
    return cell;
  }

  /** Told of data that has been copied from some frames to others: by checkers, so it takes no time and changes nothing. */
  onCopy: ((from: number, to: number, pages: number) => void) | null = null;

  /** The data of `pages` frames from `from` on is now also in those from `to` on. */
  copied(from: number, to: number, pages: number): void {
    this.onCopy?.(from, to, pages);
  }

  add(folio: Folio): void {
    if (probe !== null) {
      probe.write(this.#cellOf(folio));
      // Made with the folio, so that it does not matter who is the first to want them.
      void folio.lock;
      void folio.migrationWaiters;
    }
    this.#folios[folio.level]?.set(folio.firstPfn, folio);
  }

  remove(folio: Folio): void {
    if (probe !== null) probe.write(this.#cellOf(folio));
    this.#folios[folio.level]?.delete(folio.firstPfn);
  }

  /** The folio that a frame belongs to; undefined where it has been freed. */
  folioOf(frame: Pfn): Folio | undefined {
    const cell = probe === null ? undefined : this.#cells.get(frame);
    const folio = this.#lookUp(frame);
    if (cell !== undefined) probe?.read(cell, folio?.firstPfn ?? 0);
    return folio;
  }

  #lookUp(frame: Pfn): Folio | undefined {
    for (let level: Level = 3; level >= 1; level = (level - 1) as Level) {
      const folios = this.#folios[level];
      if (folios === undefined || folios.size === 0) continue;
      const folio = folios.get(frame - (frame % this.#geometry.pagesPer[level]));
      if (folio !== undefined) return folio;
    }
    return undefined;
  }

  /** All folios there are, or have been, lie in [firstFrame, endFrame). */
  get firstFrame(): number {
    return FIRST_FRAME;
  }

  get endFrame(): number {
    return this.#nextFrame;
  }

  *folios(): IterableIterator<Folio> {
    for (const folios of this.#folios) yield* folios.values();
  }
}
