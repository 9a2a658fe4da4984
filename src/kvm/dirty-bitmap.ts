import { cellsFor, type Probed, probe } from '../engine/probe.ts';

/** A bit for each 4K page of a memslot that has been written. Models kvm_memory_slot.dirty_bitmap. */
export class DirtyBitmap implements Probed {
  readonly #cell = cellsFor(this, 1);
  readonly pages: number;
  readonly #words: Uint32Array;
  count = 0;

  constructor(pages: number) {
    this.pages = pages;
    this.#words = new Uint32Array(Math.ceil(pages / 32));
  }

  /** Models mark_page_dirty_in_slot(), virt/kvm/kvm_main.c. */
  mark(page: number): void {
    if (probe !== null) probe.add(this.#cell);
    const word = page >>> 5;
    const before = this.#words[word] ?? 0;
    const after = (before | (1 << page)) >>> 0;
    if (after === before) return;
    this.#words[word] = after;
    this.count += 1;
  }

  isDirty(page: number): boolean {
    const dirty = ((this.#words[page >>> 5] ?? 0) & (1 << page)) !== 0;
    if (probe !== null) probe.read(this.#cell, dirty ? 1 : 0);
    return dirty;
  }

  cellContent(): number {
    return this.#words.reduce((content, word) => (Math.imul(content, 31) + word) | 0, this.#cell);
  }

  /** The dirty ones of the pages from `first` on, up to 64 of them, which are clean afterwards: one xchg of a long. */
  take(first: number): number[] {
    const taken: number[] = [];
    for (let page = first; page < Math.min(first + 64, this.pages); page += 32) {
      const word = page >>> 5;
      for (let bits = this.#words[word] ?? 0; bits !== 0; bits &= bits - 1) {
        taken.push(word * 32 + 31 - Math.clz32(bits & -bits));
      }
      this.#words[word] = 0;
    }
    this.count -= taken.length;
    return taken;
  }
}
