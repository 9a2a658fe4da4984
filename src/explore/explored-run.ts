// One schedule of a question, from a fresh world: what a search drives, and what it finds on the way.

import { lookAtRest } from './at-rest.ts';
import type { ExploredRun } from './exhaustive-search.ts';
import type { ExplorationQuestion } from './exploration-types.ts';
import type { Recorder } from './recorder.ts';
import { SmallWorld, type WorldChecks } from './small-world.ts';

export interface Found {
  readonly kind: string;
  readonly message: string;
  readonly evidence: unknown;
}

export class QuestionRun implements ExploredRun {
  readonly world: SmallWorld;
  readonly #recorder: Recorder;
  readonly #found: (found: Found) => void;
  #seen = 0;
  #lockdepSeen = 0;

  constructor(
    question: ExplorationQuestion,
    recorder: Recorder,
    found: (found: Found) => void,
    checks: WorldChecks = {},
  ) {
    this.#recorder = recorder;
    this.#found = found;
    this.world = new SmallWorld(question, recorder, checks);
  }

  get taskCount(): number {
    return this.world.sim.threads.length;
  }

  get enabled(): number {
    return this.world.sim.enabled;
  }

  position(task: number): number {
    return this.world.sim.position(task);
  }

  advance(task: number): boolean {
    const { sim, machine } = this.world;
    try {
      sim.advance(task);
    } catch (error) {
      if (!this.#recorder.repeats) this.#tell({ kind: 'model-assertion', message: messageOf(error), evidence: null });
      return false;
    }
    const { list } = machine.findings;
    // What is met once more on the way to a branch has been told.
    if (!this.#recorder.repeats) for (let at = this.#seen; at < list.length; at++) this.#tell(list[at] as Found);
    this.#seen = list.length;
    this.#tellLockdep();
    return true;
  }

  finish(): void {
    for (const found of lookAtRest(this.world)) this.#tell(found);
    const { list } = this.world.machine.findings;
    for (let at = this.#seen; at < list.length; at++) this.#tell(list[at] as Found);
    this.#seen = list.length;
  }

  #tell({ kind, message, evidence }: Found): void {
    this.#found({ kind, message, evidence });
  }

  #tellLockdep(): void {
    const { findings } = this.world.sim.lockdep;
    for (; this.#lockdepSeen < findings.length; this.#lockdepSeen++) {
      const { kind, message, chains } = findings[this.#lockdepSeen] as (typeof findings)[number];
      this.#tell({ kind: `lockdep-${kind}`, message, evidence: { chains } });
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
