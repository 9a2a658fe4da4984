// What was answered about live simulations under an Idempotency-Key. A simulation does not outlive the service, and what was
// answered about it does not outlive the simulation: an answer that names what is gone would send its caller after nothing.

import type { Answer, Answers, RememberedAnswer } from '../idempotency.ts';

const KEYS_MAX = 1024;

export class SimulationAnswers implements Answers {
  readonly #isThere: (id: string) => boolean;
  /** In the order in which they came. */
  readonly #known = new Map<string, RememberedAnswer>();

  constructor(isThere: (id: string) => boolean) {
    this.#isThere = isThere;
  }

  /** Nothing here is undone: what makes a simulation is no transaction. */
  transaction<T>(act: () => T): T {
    return act();
  }

  get(key: string): RememberedAnswer | undefined {
    const known = this.#known.get(key);
    if (known === undefined || this.#isThere(simulationOf(key, known))) return known;
    this.#known.delete(key);
    return undefined;
  }

  remember(key: string, request: string, answer: Answer): void {
    this.#known.set(key, { request, ...answer });
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEYS_MAX && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** The one that was made, or the one that the call was about: keys begin with the address. */
function simulationOf(key: string, { location = key }: Answer): string {
  const [, , , id = ''] = location.split('/');
  return id;
}
