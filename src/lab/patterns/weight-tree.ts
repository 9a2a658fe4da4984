import { assert } from '../../engine/assert.ts';

/**
 * Weights of numbered things, with their sum, changed one by one and drawn by weight, each in the logarithm of their number
 * of steps. A node is the sum of its two children and is added up anew at each change: unlike in a Fenwick tree no
 * rounding stays behind, so that the sum of nothing is exactly 0.
 */
export class WeightTree {
  readonly #nodes: Float64Array;
  /** Leaves start here: a power of two, at least the number of things. */
  readonly #base: number;

  constructor(size: number) {
    assert(size > 0, 'a weight tree is not empty');
    this.#base = 2 ** Math.ceil(Math.log2(size));
    this.#nodes = new Float64Array(2 * this.#base);
  }

  get total(): number {
    return this.#nodes[1] ?? 0;
  }

  set(index: number, weight: number): void {
    const nodes = this.#nodes;
    let node = this.#base + index;
    if (nodes[node] === weight) return;
    nodes[node] = weight;
    for (node = Math.floor(node / 2); node >= 1; node = Math.floor(node / 2)) {
      nodes[node] = (nodes[2 * node] ?? 0) + (nodes[2 * node + 1] ?? 0);
    }
  }

  /** The first thing at which the sum of all up to it exceeds `sum`, which is from 0 to below the total. */
  find(sum: number): number {
    assert(this.total > 0, 'something can be drawn');
    const nodes = this.#nodes;
    let left = sum;
    let node = 1;
    while (node < this.#base) {
      const first = nodes[2 * node] ?? 0;
      // Rounding may carry the sum past the last weight: what weighs nothing is never found.
      const goesLeft = left < first || nodes[2 * node + 1] === 0;
      if (!goesLeft) left -= first;
      node = 2 * node + (goesLeft ? 0 : 1);
    }
    return node - this.#base;
  }
}
