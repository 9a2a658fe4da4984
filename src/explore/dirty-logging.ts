import { cellsFor, type Probed, probe } from '../engine/probe.ts';

/**
 * Whether every write of a guest has to be in the dirty bitmap: from when the ioctl that begins it has returned to when the one
 * that ends it is called. In between a page may have been written and be in no bitmap, as it counts as dirty from the start.
 */
export class DirtyLogging implements Probed {
  #on = false;
  /** A bit for each page that was written and is in no bitmap. */
  #missed = 0;
  readonly #cell = cellsFor(this, 2);

  get on(): boolean {
    if (probe !== null) probe.read(this.#cell, Number(this.#on));
    return this.#on;
  }

  set on(on: boolean) {
    if (probe !== null) probe.write(this.#cell);
    this.#on = on;
  }

  miss(page: number): void {
    if (probe !== null) probe.add(this.#cell + 1);
    this.#missed |= 1 << page;
  }

  /** Pages, for who looks at the end. */
  get missed(): number[] {
    return [...new Array(32).keys()].filter((page) => (this.#missed & (1 << page)) !== 0);
  }

  cellContent(offset: number): number {
    return offset === 1 ? this.#missed : Number(this.#on);
  }
}
