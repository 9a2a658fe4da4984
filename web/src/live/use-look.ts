// A look inside of a simulation that is taken again whenever it has moved: one at a time, and with pauses, so that a slow answer never
// makes a queue of questions.

import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { type ProblemText, problemText } from '../api/problem-text.ts';

export interface Look<T> {
  /** The newest answer; it stays until the next one is there. */
  readonly value: ReadonlySignal<T | null>;
  readonly problem: ReadonlySignal<ProblemText | null>;
}

const PAUSE_MS = 300;

class Asker<T> implements Look<T> {
  readonly value = signal<T | null>(null);
  readonly problem = signal<ProblemText | null>(null);
  ask: () => Promise<T>;
  #isWanted = false;
  #isBusy = false;
  #isStopped = false;

  constructor(ask: () => Promise<T>) {
    this.ask = ask;
  }

  want(): void {
    this.#isWanted = true;
    if (!this.#isBusy) void this.#go();
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #go(): Promise<void> {
    this.#isBusy = true;
    while (this.#isWanted && !this.#isStopped) {
      this.#isWanted = false;
      try {
        const answer = await this.ask();
        if (this.#isStopped) return;
        this.problem.value = null;
        this.value.value = answer;
      } catch (error) {
        this.problem.value = problemText(error);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    this.#isBusy = false;
  }
}

/** Asked again when `key` changes, which has to say what is asked and when. null: nothing to ask. */
export function useLook<T>(key: string | null, ask: () => Promise<T>): Look<T> {
  const asker = useMemo(() => new Asker(ask), []);
  asker.ask = ask;
  useEffect(() => {
    if (key !== null) asker.want();
  }, [key, asker]);
  useEffect(() => () => asker.stop(), [asker]);
  return asker;
}
