// The newest of what came, in a place of fixed size.

export class EventRing<T> {
  readonly #slots: (T | undefined)[];
  #total = 0;

  constructor(capacity: number) {
    this.#slots = new Array<T | undefined>(capacity).fill(undefined);
  }

  push(item: T): void {
    this.#slots[this.#total % this.#slots.length] = item;
    this.#total++;
  }

  /** How many have come, kept or not. */
  get total(): number {
    return this.#total;
  }

  get size(): number {
    return Math.min(this.#total, this.#slots.length);
  }

  /** 0: the newest. */
  newest(index: number): T | undefined {
    if (index < 0 || index >= this.size) return undefined;
    return this.#slots[(this.#total - 1 - index) % this.#slots.length];
  }

  /** Those that are wanted, newest first. */
  newestWhere(isWanted: (item: T) => boolean): T[] {
    const found: T[] = [];
    for (let index = 0; index < this.size; index++) {
      const item = this.newest(index)!;
      if (isWanted(item)) found.push(item);
    }
    return found;
  }
}
