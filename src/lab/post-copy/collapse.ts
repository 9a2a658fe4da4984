import type { Process } from '../../engine/process.ts';
import type { Simulation } from '../../engine/simulation.ts';
import { type Hva, hva, type Level } from '../../mm/address.ts';
import type { Result } from '../../mm/errno.ts';
import type { Mm } from '../../mm/mm.ts';
import type { NotifierScheme } from '../../mm/notifier-schemes/notifier-scheme.ts';
import { madvCollapse } from '../../mm/operations/madv-collapse.ts';
import { Mailbox } from './mailbox.ts';

export interface CollapserOptions {
  readonly sim: Simulation;
  readonly mm: Mm;
  readonly start: Hva;
  /** Units of the migration, and how many make up a page to collapse to. */
  readonly units: number;
  readonly unitBytes: number;
  readonly regionUnits: number;
  readonly level: Level;
  readonly scheme: NotifierScheme;
  readonly chunkBytes: number;
  /** A collapse has come to its end. */
  readonly collapsed: () => void;
}

/** Collapses each huge page when the last piece of it is in place, one after the other, while the guest runs. */
export class PostCopyCollapser {
  readonly stats = { collapses: 0, failed: 0, longestNs: 0, totalNs: 0 };
  readonly #options: CollapserOptions;
  readonly #missing: Uint32Array;
  readonly #complete: Mailbox<number>;
  #left: number;

  constructor(options: CollapserOptions) {
    const { units, regionUnits, sim } = options;
    this.#options = options;
    this.#left = units / regionUnits;
    this.#missing = new Uint32Array(this.#left).fill(regionUnits);
    this.#complete = new Mailbox(sim);
  }

  get isDone(): boolean {
    return this.#left === 0;
  }

  placed(unit: number): void {
    const region = Math.floor(unit / this.#options.regionUnits);
    const missing = (this.#missing[region] ?? 0) - 1;
    this.#missing[region] = missing;
    if (missing === 0) this.#complete.push(region, this.#options.sim.now);
  }

  *run(): Process<void> {
    while (!this.isDone) {
      const region = yield* this.#complete.take();
      yield* this.#collapse(region);
      this.#left -= 1;
      this.#options.collapsed();
    }
  }

  *#collapse(region: number): Process<void> {
    const { sim, mm, start, unitBytes, regionUnits, level: maxLevel, scheme, chunkBytes } = this.#options;
    const bytes = unitBytes * regionUnits;
    const from = hva(start + region * bytes);
    const startNs = sim.now;
    const options = { mm, start: from, end: hva(from + bytes), scheme, chunkBytes, maxLevel };
    const result: Result = yield* madvCollapse(options);
    const ns = sim.now - startNs;
    this.stats.collapses += 1;
    if (result !== 0) this.stats.failed += 1;
    this.stats.totalNs += ns;
    this.stats.longestNs = Math.max(this.stats.longestNs, ns);
  }
}
