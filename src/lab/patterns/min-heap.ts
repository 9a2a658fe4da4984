/** Numbers, of which the least can be looked at and taken out: a binary heap. */
export class MinHeap {
  readonly #items: number[] = [];

  get least(): number | null {
    return this.#items[0] ?? null;
  }

  add(item: number): void {
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const parent = Math.floor((at - 1) / 2);
      const above = items[parent] ?? 0;
      if (above <= item) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  removeLeast(): void {
    const items = this.#items;
    const item = items.pop();
    if (item === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] ?? 0) < (items[child] ?? 0)) child += 1;
      const below = items[child] ?? 0;
      if (below >= item) break;
      items[at] = below;
      at = child;
    }
    items[at] = item;
  }
}
