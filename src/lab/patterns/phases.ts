import type { AccessTimes, GuestAccessPattern, GuestMemory } from '../../kvm/guest-access.ts';
import type { TlbAccount } from '../../kvm/tlb-reach.ts';

/** A stretch of a guest's own time in which it touches memory by one pattern. */
export interface AccessPhase {
  readonly kind: 'accesses';
  readonly pattern: GuestAccessPattern;
  readonly memory: GuestMemory;
  readonly tlb: TlbAccount;
  readonly thinkNs: number;
  /** Accesses that it makes each time it comes round. */
  readonly count: number;
  /** How long it lasts, if nothing stalls it: up to the phase behind it. */
  readonly ns: number;
}

/** A stretch in which the vCPU executes HLT. */
interface IdlePhase {
  readonly kind: 'idle';
  readonly ns: number;
}

export type Phase = AccessPhase | IdlePhase;

/** A phase of so many accesses, the last of which has its time to think as well. */
export const phaseOfAccesses = (thinkNs: number, count: number) => ({ thinkNs, count, ns: count * thinkNs });

/** A phase of so much time: all accesses that are due before it is over. */
export const phaseOfTime = (thinkNs: number, ns: number) => ({ thinkNs, count: Math.ceil(ns / thinkNs), ns });

/**
 * Patterns that follow one another, once or round and round. Each goes on where it was when its turn comes again.
 *
 * How many accesses a phase makes is known when it begins, and so is where it ends: a change of phase is a time like that of
 * a miss, and nothing is stepped through to find it. Where a phase ends the vCPU halts, for no time at all unless the next
 * phase is idle, and asks the next one for its misses. So what a pattern foresees never reaches behind its own phase.
 */
export class PhasesPattern implements GuestAccessPattern, AccessTimes, TlbAccount {
  readonly firstNs = 0;
  readonly #phases: readonly Phase[];
  readonly #repeats: boolean;
  #index = 0;
  /** Accesses that the phase still has to make, and how much of it has passed when the next of them is due. */
  #left: number;
  #passedNs = 0;

  constructor(phases: readonly Phase[], repeats: boolean) {
    this.#phases = phases;
    this.#repeats = repeats;
    this.#left = accessesOf(this.#phase);
  }

  /** That of the phase that writes most. */
  get writeFraction(): number {
    return Math.max(0, ...this.#phases.map((of) => (of.kind === 'idle' ? 0 : (of.pattern.writeFraction ?? 1))));
  }

  get haltNs(): number | null {
    if (this.#left > 0) return null;
    if (this.#index === this.#phases.length) return Number.POSITIVE_INFINITY;
    return this.#phase.kind === 'idle' ? this.#phase.ns : 0;
  }

  resume(): void {
    this.#index += 1;
    if (this.#repeats) this.#index %= this.#phases.length;
    this.#left = this.#index === this.#phases.length ? 0 : accessesOf(this.#phase);
    this.#passedNs = 0;
  }

  nsTo(count: number): number {
    if (count === 0) return 0;
    const { thinkNs, ns } = this.#accesses;
    return count === this.#left ? ns - this.#passedNs : count * thinkNs;
  }

  dueWithin(ns: number): number {
    return this.#left === 0 ? 0 : Math.min(this.#left, Math.ceil(ns / this.#accesses.thinkNs));
  }

  page(memory: GuestMemory): number {
    const { pattern, memory: own } = this.#accesses;
    return memory.page(own.frame(pattern.page(own)));
  }

  isWrite(): boolean {
    const { pattern, memory } = this.#accesses;
    return pattern.isWrite(memory);
  }

  advance(count: number): void {
    this.#passedNs += this.nsTo(count);
    this.#left -= count;
    this.#accesses.pattern.advance(count);
  }

  hitsBeforeMiss(): number {
    const { pattern, memory } = this.#accesses;
    return Math.min(this.#left, pattern.hitsBeforeMiss(memory));
  }

  hitsAfterClearing(memory: GuestMemory, hits: number, firstPage: number, pages: number): number {
    const own = this.#ownPages(memory, firstPage, pages);
    if (own === null) return hits;
    const { pattern, memory: ownMemory } = this.#accesses;
    return Math.min(this.#left, pattern.hitsAfterClearing(ownMemory, hits, own.first, own.pages));
  }

  hitsAfterProtecting(memory: GuestMemory, hits: number, firstPage: number, pages: number): number {
    const own = this.#ownPages(memory, firstPage, pages);
    if (own === null) return hits;
    const { pattern, memory: ownMemory } = this.#accesses;
    return Math.min(this.#left, pattern.hitsAfterProtecting(ownMemory, hits, own.first, own.pages));
  }

  hitsAfterInstalling(_memory: GuestMemory, hits: number): number {
    if (this.#left === 0) return hits;
    const { pattern, memory } = this.#accesses;
    return Math.min(this.#left, pattern.hitsAfterInstalling(memory, hits));
  }

  /** Those of all phases, one after the other, each with its length before it. */
  mark(): readonly number[] {
    return this.#phases.flatMap((phase) => {
      const own = phase.kind === 'idle' ? [] : (phase.pattern.mark?.() ?? []);
      return [own.length, ...own];
    });
  }

  /** What the phases have done is independent: the pages are untouched if all of them have left them so. */
  touchChance(memory: GuestMemory, mark: readonly number[], firstPage: number, pages: number): number {
    let untouched = 1;
    let at = 0;
    for (const phase of this.#phases) {
      const own = mark.slice(at + 1, at + 1 + (mark[at] ?? 0));
      at += 1 + own.length;
      if (phase.kind === 'idle') continue;
      const seen = pagesIn(phase.memory, memory, firstPage, pages);
      if (seen === null) continue;
      untouched *= 1 - (phase.pattern.touchChance?.(phase.memory, own, seen.first, seen.pages) ?? 1);
    }
    return 1 - untouched;
  }

  get extraNs(): number {
    return this.#phases.reduce((sum, phase) => sum + (phase.kind === 'idle' ? 0 : phase.tlb.extraNs), 0);
  }

  touched(count: number): void {
    this.#accesses.tlb.touched(count);
  }

  look(): void {
    if (this.#left > 0) this.#accesses.tlb.look();
  }

  get #phase(): Phase {
    return this.#phases[this.#index] as Phase;
  }

  /** The phase, which a caller that speaks of accesses knows to have some. */
  get #accesses(): AccessPhase {
    return this.#phase as AccessPhase;
  }

  /** What of these pages the phase touches; null: nothing, or it is over. */
  #ownPages(memory: GuestMemory, firstPage: number, pages: number): { first: number; pages: number } | null {
    if (this.#left === 0) return null;
    return pagesIn(this.#accesses.memory, memory, firstPage, pages);
  }
}

/** Those of the pages of `memory` that are pages of `own`, by their numbers there; null: none. */
function pagesIn(own: GuestMemory, memory: GuestMemory, firstPage: number, pages: number) {
  const first = own.page(memory.frame(firstPage));
  const [from, to] = [Math.max(first, 0), Math.min(first + pages, own.pages)];
  return from >= to ? null : { first: from, pages: to - from };
}

const accessesOf = (phase: Phase): number => (phase.kind === 'idle' ? 0 : phase.count);
