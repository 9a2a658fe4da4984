// Which states have been explored, by 64 bits of hash, and a number for each. It grows with them and holds nothing else: a map
// of numbers that are no small integers would make an object for each.

const EMPTY = -1;

export class StateTable {
  #a = new Int32Array(1 << 10);
  #b = new Int32Array(1 << 10);
  #values = new Int32Array(1 << 10).fill(EMPTY);
  #size = 0;

  /** -1: there is none. */
  get(a: number, b: number): number {
    return this.#values[this.#slotOf(a, b)] as number;
  }

  set(a: number, b: number, value: number): void {
    const slot = this.#slotOf(a, b);
    if (this.#values[slot] === EMPTY) this.#size += 1;
    this.#a[slot] = a;
    this.#b[slot] = b;
    this.#values[slot] = value;
    if (this.#size * 2 > this.#values.length) this.#grow();
  }

  #slotOf(a: number, b: number): number {
    const mask = this.#values.length - 1;
    for (let slot = (a ^ (b >>> 7)) & mask; ; slot = (slot + 1) & mask) {
      if (this.#values[slot] === EMPTY || (this.#a[slot] === a && this.#b[slot] === b)) return slot;
    }
  }

  #grow(): void {
    const [a, b, values] = [this.#a, this.#b, this.#values];
    this.#a = new Int32Array(a.length * 2);
    this.#b = new Int32Array(a.length * 2);
    this.#values = new Int32Array(a.length * 2).fill(EMPTY);
    this.#size = 0;
    for (let slot = 0; slot < values.length; slot++) {
      if (values[slot] !== EMPTY) this.set(a[slot] as number, b[slot] as number, values[slot] as number);
    }
  }
}
