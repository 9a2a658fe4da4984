// What a finding means for the verdict. The kinds are those of a run, docs/checkers.md, and those that only an exploration can
// tell, since it stops where nobody can go on, and looks at every page when all is at rest.

import type { ExplorationQuestion, ExploredOperation, FindingClass } from './exploration-types.ts';

/** Kinds that an exploration adds to those of a run, each with a sentence. */
export const explorationKinds = {
  deadlock: 'Nobody can go on: each waits for a lock that another one holds.',
  'asleep-for-ever': 'Nobody can go on: a task sleeps, and nobody is left to wake it.',
  'spins-for-ever': 'Nobody can go on: a vCPU goes round for something that nobody is left to change.',
  'model-assertion': 'The model has met what cannot be: an entry, or a table, is not what its user has just seen.',
  'lost-write': 'A guest has written to a page, and what it wrote is not in the page that it has at the end.',
  'guest-uses-freed-page': 'A guest uses a frame that has been freed, by an SPTE or by what is left of one in its TLB.',
  'write-not-logged':
    'A guest writes to a page while dirty logging is on, and the bitmap does not say so: a migration leaves it behind.',
  'counted-unmapped': 'A page stays counted as mapped, and nothing maps it.',
  'small-sptes': 'At the end a range stays on SPTEs that are smaller than the host and the memslot allow.',
} as const;

const performance: ReadonlySet<string> = new Set(['small-sptes']);
const leaks: ReadonlySet<string> = new Set(['mapcount-leak', 'counted-unmapped']);
const warnings: ReadonlySet<string> = new Set(['lockdep-order-inversion']);
/** With locks that have no queue there is nobody to overtake. */
const meaningless: ReadonlySet<string> = new Set(['writer-overtaken']);

/** Operations after which a guest may be told that its memory is not there, or not to be written. */
const takesAway: ReadonlySet<string> = new Set([
  'truncate',
  'punch-hole',
  'munmap',
  'mremap',
  'mprotect',
  'memory-failure',
]);

/** All operations of a question, those that follow others too. */
export function allOperations({ operations }: Pick<ExplorationQuestion, 'operations'>): ExploredOperation[] {
  const all: ExploredOperation[] = [];
  for (const first of operations)
    for (let at: ExploredOperation | undefined = first; at !== undefined; at = at.next) all.push(at);
  return all;
}

/** Null: it says nothing here. */
export function classOf(kind: string, question: ExplorationQuestion): FindingClass | null {
  if (meaningless.has(kind)) return null;
  if (performance.has(kind)) return 'performance';
  if (leaks.has(kind)) return 'leak';
  if (warnings.has(kind)) return 'warning';
  const operations = allOperations(question).map(({ operation }) => operation);
  if (kind === 'guest-efault') return operations.some((operation) => takesAway.has(operation)) ? 'outcome' : 'hazard';
  if (kind === 'guest-sigbus' || kind === 'vmm-killed')
    return operations.includes('memory-failure') ? 'outcome' : 'hazard';
  return 'hazard';
}

const order: readonly FindingClass[] = ['hazard', 'leak', 'performance', 'warning', 'outcome'];

/** The worse comes first. */
export const byClass = (a: FindingClass, b: FindingClass): number => order.indexOf(a) - order.indexOf(b);
