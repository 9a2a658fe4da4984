// Spans of time as columns of numbers, sorted by their start. Arrays of this kind go from a worker to the page without being copied, and
// what is visible is found by halving.

/** All arrays are of one length. */
export interface Spans {
  readonly startNs: Float64Array<ArrayBuffer>;
  readonly endNs: Float64Array<ArrayBuffer>;
  readonly kind: Uint8Array<ArrayBuffer>;
  /** Index of what is known of it besides. */
  readonly note: Uint32Array<ArrayBuffer>;
  /** The latest end of all up to there; where no span overlaps another it is the ends themselves. */
  readonly reachNs: Float64Array<ArrayBuffer>;
}

const FIRST_ROOM = 64;

/** Spans while they come in. Room doubles, so each is copied a bounded number of times. */
export class GrowingSpans {
  length = 0;
  #startNs = new Float64Array(FIRST_ROOM);
  #endNs = new Float64Array(FIRST_ROOM);
  #kind = new Uint8Array(FIRST_ROOM);
  #note = new Uint32Array(FIRST_ROOM);

  add(startNs: number, endNs: number, kind: number, note: number): void {
    if (this.length === this.#kind.length) this.#grow();
    this.#startNs[this.length] = startNs;
    this.#endNs[this.length] = endNs;
    this.#kind[this.length] = kind;
    this.#note[this.length] = note;
    this.length++;
  }

  #grow(): void {
    const room = this.#kind.length * 2;
    const [startNs, endNs] = [new Float64Array(room), new Float64Array(room)];
    startNs.set(this.#startNs);
    endNs.set(this.#endNs);
    const kind = new Uint8Array(room);
    kind.set(this.#kind);
    const note = new Uint32Array(room);
    note.set(this.#note);
    [this.#startNs, this.#endNs, this.#kind, this.#note] = [startNs, endNs, kind, note];
  }

  /** By start; of those that start together the longer one first. Where several may be at once, give `rows` to have them apart. */
  sorted(): Spans {
    const order = Uint32Array.from({ length: this.length }, (_, index) => index);
    const [starts, ends] = [this.#startNs, this.#endNs];
    if (!this.#isSorted()) order.sort((a, b) => starts[a]! - starts[b]! || ends[b]! - ends[a]! || a - b);
    return this.#picked(order);
  }

  /** The same in rows in which no two overlap, but for the last one of `most`, which takes what is left. */
  rows(most: number): Spans[] {
    const all = this.sorted();
    const rows: number[][] = [];
    const ends: number[] = [];
    for (let index = 0; index < this.length; index++) {
      let row = ends.findIndex((endNs) => endNs <= all.startNs[index]!);
      if (row === -1) row = Math.min(ends.length, most - 1);
      rows[row] ??= [];
      rows[row]!.push(index);
      ends[row] = Math.max(ends[row] ?? 0, all.endNs[index]!);
    }
    return rows.map((own) => pick(all, Uint32Array.from(own)));
  }

  #isSorted(): boolean {
    for (let index = 1; index < this.length; index++) {
      if (this.#startNs[index]! < this.#startNs[index - 1]!) return false;
    }
    return true;
  }

  #picked(order: Uint32Array): Spans {
    return pick({ startNs: this.#startNs, endNs: this.#endNs, kind: this.#kind, note: this.#note }, order);
  }
}

function pick(from: Omit<Spans, 'reachNs'>, order: Uint32Array): Spans {
  const length = order.length;
  const spans: Spans = {
    startNs: new Float64Array(length),
    endNs: new Float64Array(length),
    kind: new Uint8Array(length),
    note: new Uint32Array(length),
    reachNs: new Float64Array(length),
  };
  let reachNs = Number.NEGATIVE_INFINITY;
  for (let to = 0; to < length; to++) {
    const at = order[to]!;
    reachNs = Math.max(reachNs, from.endNs[at]!);
    spans.startNs[to] = from.startNs[at]!;
    spans.endNs[to] = from.endNs[at]!;
    spans.kind[to] = from.kind[at]!;
    spans.note[to] = from.note[at]!;
    spans.reachNs[to] = reachNs;
  }
  return spans;
}

export const countOf = (spans: Spans): number => spans.startNs.length;
export const lengthNs = (spans: Spans, index: number): number => spans.endNs[index]! - spans.startNs[index]!;

/** How many of the sorted numbers are less than `value`. */
export function countBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** [first, end) of those that may have a part in [fromNs, toNs]: all that do are in it. */
export function between(spans: Spans, fromNs: number, toNs: number): readonly [number, number] {
  const first = countBelow(spans.reachNs, fromNs);
  let [low, high] = [first, countOf(spans)];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans.startNs[middle]! <= toNs) low = middle + 1;
    else high = middle;
  }
  return [first, low];
}

/** The span at that moment, or the nearest one that is no farther than `withinNs`; of several the shortest. null: none. */
export function nearest(spans: Spans, atNs: number, withinNs: number): number | null {
  const [first, end] = between(spans, atNs - withinNs, atNs + withinNs);
  let found: number | null = null;
  let best = Number.POSITIVE_INFINITY;
  for (let index = first; index < end; index++) {
    const away = Math.max(0, spans.startNs[index]! - atNs, atNs - spans.endNs[index]!);
    if (away > withinNs) continue;
    // What is pointed at itself comes before what is near.
    const score = away === 0 ? -1 / (1 + lengthNs(spans, index)) : away;
    if (score < best) [found, best] = [index, score];
  }
  return found;
}
