// What one column of pixels shows where many spans fall into it: the kind that took most of its time, how much of it was taken, and how
// many began in it. Nothing that lies in a column is lost: however short, it leaves the column drawn.

import { KINDS } from './kinds.ts';
import { between, type Spans } from './spans.ts';
import { spanOf, type TimeRange } from './time-range.ts';

const KIND_COUNT = KINDS.length;
export const NOTHING = 255;
/** What a span of no length weighs. */
const LEAST = 1e-4;

export class Columns {
  readonly width: number;
  /** The kind that took most of the column; NOTHING where there is none. */
  readonly kind: Uint8Array;
  /** Share of the column's time, from 0 to 1. */
  readonly cover: Float32Array;
  /** How many began there. */
  readonly begun: Uint32Array;
  readonly #weights: Float32Array;

  constructor(width: number) {
    this.width = width;
    this.kind = new Uint8Array(width);
    this.cover = new Float32Array(width);
    this.begun = new Uint32Array(width);
    this.#weights = new Float32Array(width * KIND_COUNT);
  }

  /** From here on for other spans. */
  clear(): void {
    this.#weights.fill(0);
    this.begun.fill(0);
  }

  add(spans: Spans, range: TimeRange): void {
    const perNs = this.width / spanOf(range);
    const [first, end] = between(spans, range.startNs, range.endNs);
    for (let index = first; index < end; index++) {
      const from = (spans.startNs[index]! - range.startNs) * perNs;
      const to = (spans.endNs[index]! - range.startNs) * perNs;
      if (to < 0 || from >= this.width) continue;
      this.#addOne(from, to, spans.kind[index]!);
    }
  }

  /** How many spans begin in which column, whatever they are. */
  count(spans: Spans, range: TimeRange): void {
    const perNs = this.width / spanOf(range);
    const [first, end] = between(spans, range.startNs, range.endNs);
    for (let index = first; index < end; index++) {
      const column = Math.floor((spans.startNs[index]! - range.startNs) * perNs);
      if (column >= 0 && column < this.width) this.begun[column]!++;
    }
  }

  #addOne(from: number, to: number, kind: number): void {
    const first = Math.max(0, Math.floor(from));
    const last = Math.min(this.width - 1, Math.floor(to));
    if (first === last) {
      this.#weights[first * KIND_COUNT + kind]! += Math.max(Math.min(to, first + 1) - Math.max(from, first), LEAST);
      return;
    }
    this.#weights[first * KIND_COUNT + kind]! += Math.max(first + 1 - Math.max(from, first), LEAST);
    for (let column = first + 1; column < last; column++) this.#weights[column * KIND_COUNT + kind]! += 1;
    // A span that ends at the very edge has no part in what is behind it.
    if (to > last) this.#weights[last * KIND_COUNT + kind]! += Math.min(to - last, 1);
  }

  /** After the last of the spans. */
  settle(): void {
    for (let column = 0, at = 0; column < this.width; column++, at += KIND_COUNT) {
      let [most, weight, sum] = [NOTHING, 0, 0];
      for (let kind = 0; kind < KIND_COUNT; kind++) {
        const own = this.#weights[at + kind]!;
        if (own === 0) continue;
        sum += own;
        if (own > weight) [most, weight] = [kind, own];
      }
      this.kind[column] = most;
      this.cover[column] = Math.min(1, sum);
    }
  }
}
