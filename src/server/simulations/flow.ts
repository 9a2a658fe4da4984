// Virtual time that follows the real one at a ratio. What the machine cannot keep up with is not owed: after a while the
// flow starts anew from where it is, and says what ratio came of it.

import type { Pace } from './simulation-messages.ts';

/** So much real time is made up for. */
const DEBT_MS = 500;
/** Over so much real time the achieved ratio is taken. */
const WINDOW_MS = 1000;
const KEEPS_UP = 0.95;
const NS_PER_MS = 1e6;

interface Mark {
  readonly realMs: number;
  readonly simNs: number;
}

export class Flow {
  readonly #speed: number;
  /** Where the ratio counts from. */
  #base: Mark;
  /** Where the present window began, and what came of the last one. */
  #window: Mark;
  #achieved: number | null = null;

  constructor(speed: number, simNs: number, realMs: number) {
    this.#speed = speed;
    this.#base = this.#window = { realMs, simNs };
  }

  /** How far time should have come by now. */
  targetNs(realMs: number): number {
    const ns = this.#base.simNs + this.#speed * (realMs - this.#base.realMs) * NS_PER_MS;
    return Math.min(Math.floor(ns), Number.MAX_SAFE_INTEGER);
  }

  /** Time has come to `simNs`. `idle`: there was nothing more to do for now. */
  moved(simNs: number, realMs: number, idle: boolean): void {
    const owedNs = this.targetNs(realMs) - simNs;
    if (owedNs > this.#speed * DEBT_MS * NS_PER_MS) this.#base = { realMs, simNs };
    if (realMs - this.#window.realMs < WINDOW_MS) return;
    // A flow that has just caught up is behind by less than a tick: told from the target, or it would never keep up.
    const achieved = (simNs - this.#window.simNs) / ((realMs - this.#window.realMs) * NS_PER_MS);
    this.#achieved = idle ? Math.min(achieved, this.#speed) : achieved;
    this.#window = { realMs, simNs };
  }

  pace(): Pace {
    const achieved = this.#achieved;
    return { speed: this.#speed, achieved, behind: achieved !== null && achieved < this.#speed * KEEPS_UP };
  }
}
