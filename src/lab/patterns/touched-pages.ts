/** What one vCPU did, in the order of time. */
export interface RecordedAccesses {
  /** In the guest's own time, in ns, never falling. */
  readonly timesNs: Float64Array;
  /** Pages of the guest's memory, and whether the access writes (1) or reads (0). */
  readonly pages: Uint32Array;
  readonly writes: Uint8Array;
}

/** The pages of a list, in order and each once, with the accesses and the writes to each. */
export class TouchedPages {
  readonly pages: Uint32Array;
  /** Of each access: where its page stands among them. */
  readonly indexes: Uint32Array;
  readonly accesses: PageLists;
  readonly writes: PageLists;

  constructor({ pages, writes }: RecordedAccesses) {
    const sorted = pages.slice().sort();
    this.pages = sorted.filter((page, i) => i === 0 || page !== sorted[i - 1]);
    this.indexes = pages.map((page) => firstAtLeast(this.pages, 0, this.pages.length, page));
    this.accesses = new PageLists(this.pages.length, this.indexes, () => true);
    this.writes = new PageLists(this.pages.length, this.indexes, (access) => writes[access] === 1);
  }

  /** Those in [firstPage, endPage), as indexes into `pages`. */
  within(firstPage: number, endPage: number): { from: number; to: number } {
    const from = firstAtLeast(this.pages, 0, this.pages.length, firstPage);
    return { from, to: firstAtLeast(this.pages, from, this.pages.length, endPage) };
  }
}

/** For each page a list of accesses in their order: one array, and where in it each page begins. */
class PageLists {
  readonly #starts: Uint32Array;
  readonly #accesses: Uint32Array;

  constructor(pages: number, indexes: Uint32Array, has: (access: number) => boolean) {
    this.#starts = new Uint32Array(pages + 1);
    for (const [access, index] of indexes.entries()) {
      if (has(access)) this.#starts[index + 1] = (this.#starts[index + 1] ?? 0) + 1;
    }
    for (let index = 0; index < pages; index++) {
      this.#starts[index + 1] = (this.#starts[index + 1] ?? 0) + (this.#starts[index] ?? 0);
    }
    const ends = this.#starts.slice();
    this.#accesses = new Uint32Array(ends[pages] ?? 0);
    for (const [access, index] of indexes.entries()) {
      if (!has(access)) continue;
      const end = ends[index] ?? 0;
      this.#accesses[end] = access;
      ends[index] = end + 1;
    }
  }

  /** The first access from `from` on to the page of that index; null: none. */
  next(index: number, from: number): number | null {
    const end = this.#starts[index + 1] ?? 0;
    const found = firstAtLeast(this.#accesses, this.#starts[index] ?? 0, end, from);
    return found === end ? null : (this.#accesses[found] ?? null);
  }
}

/** Binary search in [start, end) of what never falls: where it is first `value` or more, or `end`. */
export function firstAtLeast(sorted: ArrayLike<number>, start: number, end: number, value: number): number {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
