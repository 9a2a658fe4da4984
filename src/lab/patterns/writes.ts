import type { RandomStream } from '../../engine/random.ts';

/** Which accesses of a vCPU write: each does with the same chance, whatever the others did. */
export class Writes {
  readonly fraction: number;
  readonly #stream: RandomStream;
  readonly #readHazard: number;

  constructor(fraction: number, stream: RandomStream) {
    this.fraction = fraction;
    this.#stream = stream;
    this.#readHazard = -Math.log1p(-fraction);
  }

  /** Whether one access writes. */
  next(): boolean {
    return this.fraction === 1 || (this.fraction > 0 && this.#stream.next() < this.fraction);
  }

  /** Accesses that read, one after the other, before one writes; Infinity: none ever does. */
  readsBeforeWrite(): number {
    if (this.fraction === 1) return 0;
    if (this.fraction === 0) return Number.POSITIVE_INFINITY;
    return Math.floor(this.#stream.exponential() / this.#readHazard);
  }
}
