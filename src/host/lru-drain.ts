import { HUGE_PAGE, MADV } from './linux.ts';
import type { System } from './system.ts';
import { TestMemory } from './test-memory.ts';

/**
 * Has every CPU put the pages that it holds back onto the LRU lists. A collapse begins with that and waits for it; what it
 * finds depends on the faults before, which are of the preparation, and a worker on a vCPU's CPU looks like a stall.
 */
export class LruDrain {
  readonly #system: System;
  readonly #memory: TestMemory;

  constructor(system: System) {
    this.#system = system;
    this.#memory = new TestMemory(system, { backing: 'anonymous', folios: '4k', mapped: '4k' }, HUGE_PAGE);
  }

  /** By a collapse that has nothing to collapse: it begins with lru_add_drain_all() all the same. */
  run(): void {
    this.#system.try('madvise', this.#memory.address, HUGE_PAGE, MADV.collapse);
  }

  close(): void {
    this.#memory.close();
  }
}
