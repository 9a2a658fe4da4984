// Finding stretches of time by time.

/** Stretches by what they overlap. A few long ones beside many short ones cost a walk; there are not many that long. */
export class StretchIndex<S extends { readonly startNs: number; readonly endNs: number }> {
  readonly #byStart: readonly S[];
  /** The latest end of all up to there. */
  readonly #latestEnd: readonly number[];

  constructor(stretches: readonly S[]) {
    this.#byStart = [...stretches].sort((a, b) => a.startNs - b.startNs);
    let latest = 0;
    this.#latestEnd = this.#byStart.map(({ endNs }) => {
      latest = Math.max(latest, endNs);
      return latest;
    });
  }

  /** Those that have begun before `endNs` and have not ended before `startNs`, by their start. */
  overlapping(startNs: number, endNs: number): S[] {
    const found: S[] = [];
    for (let index = this.#startingBefore(endNs) - 1; index >= 0; index--) {
      if ((this.#latestEnd[index] ?? 0) < startNs) break;
      const stretch = this.#byStart[index];
      if (stretch !== undefined && stretch.endNs >= startNs) found.push(stretch);
    }
    return found.reverse();
  }

  /** How many start before then. */
  #startingBefore(endNs: number): number {
    let [low, high] = [0, this.#byStart.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#byStart[middle]?.startNs ?? 0) < endNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
