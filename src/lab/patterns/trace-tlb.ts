import type { GuestMemory } from '../../kvm/guest-access.ts';
import type { Kvm } from '../../kvm/kvm.ts';
import { TLB_ENTRIES, type TlbAccount } from '../../kvm/tlb-reach.ts';
import type { TouchedPages } from './touched-pages.ts';

/**
 * The TLB misses of a recorded list of accesses. Its order is known, so that nothing has to be assumed about it: each access
 * goes through a TLB that holds the last translations used, 4K and 2M in the same entries. 1G translations are few and have
 * no place in it, and the costs are measured against them.
 *
 * Left out  What a flush or a halt takes out of the TLB, and the page sizes of the guest's own tables.
 */
export class TraceTlb implements TlbAccount {
  extraNs = 0;
  readonly #kvm: Kvm;
  readonly #memory: GuestMemory;
  readonly #touched: TouchedPages;
  /** Of each touched page, the level of its SPTE when it was looked at last; 0: none. */
  readonly #levels: Uint8Array;
  readonly #changed: { readonly from: number; readonly to: number }[] = [];
  /** Translations, the least recently used first. */
  readonly #entries = new Set<number>();
  #made = 0;

  constructor(kvm: Kvm, memory: GuestMemory, touched: TouchedPages) {
    this.#kvm = kvm;
    this.#memory = memory;
    this.#touched = touched;
    this.#levels = new Uint8Array(touched.pages.length);
    this.#changed.push({ from: 0, to: touched.pages.length });
    this.look();
    kvm.spteListeners.push((first, pages) => {
      const changed = touched.within(memory.page(first), memory.page(first) + pages);
      if (changed.from < changed.to) this.#changed.push(changed);
    });
  }

  touched(count: number): void {
    const { costs } = this.#kvm.machine;
    for (const end = this.#made + count; this.#made < end; this.#made++) {
      const index = this.#touched.indexes[this.#made] ?? 0;
      const level = this.#levels[index] ?? 0;
      if (level === 0 || level > 2 || this.#translates(this.#touched.pages[index] ?? 0, level)) continue;
      this.extraNs += level === 1 ? costs.tlbMissExtra4kNs : costs.tlbMissExtra2mNs;
    }
  }

  /** Accesses up to now have been counted under the SPTEs as they were: from here on, those that have changed. */
  look(): void {
    for (const { from, to } of this.#changed.splice(0)) {
      for (let index = from; index < to; index++) {
        const frame = this.#memory.frame(this.#touched.pages[index] ?? 0);
        this.#levels[index] = this.#kvm.tdp.spte(frame)?.level ?? 0;
      }
    }
  }

  /** Whether the TLB has the translation. In any case it has it afterwards, as the one used last. */
  #translates(page: number, level: number): boolean {
    const entryPages = this.#kvm.machine.geometry.pagesPer[level as 1 | 2];
    // No two levels share a number: of a leaf its first frame, and its level behind the point.
    const entry = Math.floor(this.#memory.frame(page) / entryPages) * entryPages + (level - 1) / 2;
    const hits = this.#entries.delete(entry);
    this.#entries.add(entry);
    if (this.#entries.size > TLB_ENTRIES) {
      for (const oldest of this.#entries) {
        this.#entries.delete(oldest);
        break;
      }
    }
    return hits;
  }
}
