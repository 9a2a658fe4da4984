// Every kind of finding that a run can have, for all layers, since the log of a machine is one. docs/checkers.md says of each
// where it is looked for and when; a test holds that page to this list.

/** Of a checker: something that must hold does not. They are looked for unless the run switches its checkers off. */
export const violationKinds = [
  'stale-spte',
  'stale-tlb',
  'lost-write',
  'write-through-read-only',
  'guest-uses-freed-page',
  'spte-in-section',
  'spte-survives-start',
  'section-count',
  'section-hull',
  'sequence',
  'spte-without-lock',
  'mmu-lock-shared',
  'spte-replaced',
  'spte-too-large',
  'table-freed-early',
  'freed-while-mapped',
  'freed-while-translated',
  'removed-while-mapped',
  'mapped-after-free',
  'mapped-outside-file',
  'mapcount',
  'mapcount-leak',
  'refcount',
  'wrong-pfn',
  'count-underflow',
  'uffd-waiter-asleep',
  'waiter-asleep',
  'writer-overtaken',
  'lockdep-order-inversion',
  'lockdep-self-deadlock',
  'lockdep-sleep-in-atomic',
  'lockdep-held-at-exit',
  'lockdep-deadlock',
] as const;

/** What a run has come to: told in any case. */
export const outcomeKinds = [
  'deadlock',
  'stall-at-end',
  'event-budget',
  'time-budget',
  'guest-efault',
  'guest-sigbus',
  'vmm-killed',
  'post-copy-unfinished',
  'post-copy-not-placed',
] as const;

export type ViolationKind = (typeof violationKinds)[number];
type OutcomeKind = (typeof outcomeKinds)[number];
export type FindingKind = ViolationKind | OutcomeKind;

const violations: ReadonlySet<string> = new Set(violationKinds);

export const isViolation = (kind: FindingKind): kind is ViolationKind => violations.has(kind);
