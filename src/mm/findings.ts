// What a run has shown to be wrong in what it models. The run goes on, as the kernel would.

import type { Hva } from './address.ts';
import { type FindingKind, isViolation } from './finding-kinds.ts';

export interface Finding {
  readonly kind: FindingKind;
  readonly message: string;
  readonly simTimeNs: number;
  readonly evidence: unknown;
}

/** What a finding is about, so that the records that lead to it can be told from all others. */
export interface FindingSubject {
  /** Addresses of a process, by the index of its mm. */
  readonly ranges?: readonly { readonly mm: number; readonly start: Hva; readonly end: Hva }[];
  /** Tasks by name. */
  readonly tasks?: readonly string[];
}

export type FindingListener = (finding: Finding, subject: FindingSubject) => void;

/** More of one kind are only counted, so that a storm of them stays readable. */
export const KEPT_OF_A_KIND = 10;

/** Collects findings in the order in which they are made. */
export class FindingLog {
  /** Whether checkers run. Off, a violation that is found all the same, on the way of the model, is not told either. */
  readonly checks: boolean;
  readonly #list: Finding[] = [];
  readonly #ofKind = new Map<FindingKind, number>();
  readonly #listeners: FindingListener[] = [];
  #apart: Finding[] | null = null;

  constructor(checks: boolean) {
    this.checks = checks;
  }

  get list(): readonly Finding[] {
    return this.#list;
  }

  /** How many there have been, also of those that were not kept. */
  count(kind: FindingKind): number {
    return this.#ofKind.get(kind) ?? 0;
  }

  add(finding: Finding, subject: FindingSubject = {}): void {
    if (!this.checks && isViolation(finding.kind)) return;
    if (this.#apart !== null) {
      this.#apart.push(finding);
      return;
    }
    const seen = this.count(finding.kind) + 1;
    this.#ofKind.set(finding.kind, seen);
    if (seen > KEPT_OF_A_KIND) return;
    this.#list.push(finding);
    for (const listener of this.#listeners) listener(finding, subject);
  }

  /** What a look finds is returned and not kept, so that one may look again and again. */
  apart(look: () => void): readonly Finding[] {
    const found: Finding[] = [];
    this.#apart = found;
    look();
    this.#apart = null;
    return found;
  }

  listen(listener: FindingListener): void {
    this.#listeners.push(listener);
  }
}
