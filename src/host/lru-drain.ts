import { HUGE_PAGE, MADV, PAGE } from './linux.ts';
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
    // A mapping in which no page ever was is sent back before it comes to the draining.
    try {
      this.#memory.makeReady({ offset: 0, bytes: PAGE });
    } catch (error) {
      this.#memory.close();
      throw error;
    }
  }

  /** By a collapse: it begins with lru_add_drain_all(), and from the second time on finds a huge page and does no more. */
  run(): void {
    this.#system.try('madvise', this.#memory.address, HUGE_PAGE, MADV.collapse);
  }

  /** Where the memory lies that it collapses. */
  get address(): number {
    return this.#memory.address;
  }

  close(): void {
    this.#memory.close();
  }
}
