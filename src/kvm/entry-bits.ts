// One bit for each entry of a table, so that the next entry with a certain property is found without a look at those in
// between.

export class EntryBits {
  readonly #entries: number;
  readonly #words: Int32Array;
  /** How many are set. */
  count = 0;

  constructor(entries: number) {
    this.#entries = entries;
    this.#words = new Int32Array(Math.ceil(entries / 32));
  }

  /** Returns whether there is one now where there was none, or the other way round. */
  set(index: number, isSet: boolean): boolean {
    const word = index >>> 5;
    const before = this.#words[word] ?? 0;
    // A shift counts modulo 32.
    const after = isSet ? before | (1 << index) : before & ~(1 << index);
    if (after === before) return false;
    this.#words[word] = after;
    this.count += isSet ? 1 : -1;
    return this.count === (isSet ? 1 : 0);
  }

  setAll(): void {
    this.#words.fill(-1);
    // No bits behind the last entry.
    if (this.#entries % 32 !== 0) this.#words[this.#words.length - 1] = 2 ** (this.#entries % 32) - 1;
    this.count = this.#entries;
  }

  clearAll(): void {
    this.#words.fill(0);
    this.count = 0;
  }

  /** The first that is set from `from` on; the number of entries if there is none. */
  next(from: number): number {
    if (this.count === 0 || from >= this.#entries) return this.#entries;
    let word = from >>> 5;
    let bits = (this.#words[word] ?? 0) & (-1 << from);
    while (bits === 0) {
      word += 1;
      if (word === this.#words.length) return this.#entries;
      bits = this.#words[word] ?? 0;
    }
    return word * 32 + 31 - Math.clz32(bits & -bits);
  }
}
