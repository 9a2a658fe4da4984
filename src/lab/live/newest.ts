/** The newest of a stream, up to a limit, each by its number in the stream. */
export class Newest<T> {
  readonly #limit: number;
  readonly #items: T[] = [];
  /** How many there have been. */
  total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(item: T): void {
    this.#items[this.total % this.#limit] = item;
    this.total += 1;
  }

  /** Those with the lowest numbers are no longer there. */
  get dropped(): number {
    return Math.max(0, this.total - this.#limit);
  }

  /** From a number on, in order; from the oldest that is there, where it is dropped. */
  *from(index: number): IterableIterator<[number, T]> {
    for (let at = Math.max(index, this.dropped); at < this.total; at++) yield [at, this.#items[at % this.#limit] as T];
  }
}
