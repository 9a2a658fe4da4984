// What an exploration may name, for the catalog.

import { backings } from '../lab/vocabulary.ts';
import { type collapseProtections, reductions, searches } from './exploration-request.ts';
import type { FindingClass } from './exploration-types.ts';
import { explorationKinds } from './finding-classes.ts';
import { exploredOperations, worksOn } from './question.ts';

const protectionDescriptions: Readonly<Record<(typeof collapseProtections)[number], string>> = {
  'version-locks': 'The locks of the HGM version and nothing else.',
  'folio-lock': 'Also the lock of the folio, from before the page tables change until all is done.',
  'atomic-swap': 'The page tables are switched in one step, with no state in between.',
};

const classDescriptions: Readonly<Record<FindingClass, string>> = {
  hazard: 'Makes the verdict unsafe: stale translations, lost writes, wrong counts, deadlocks.',
  leak: 'Something stays counted or mapped that nobody uses, and nothing else goes wrong.',
  performance: 'The range stays on small SPTEs when all is at rest.',
  warning: 'A rule is broken that no explored schedule pays for, such as an order of locks.',
  outcome: 'What a guest is entitled to see, such as -EFAULT after a truncation.',
};

const terms = <Id extends string>(descriptions: Readonly<Record<Id, string>>) =>
  Object.entries<string>(descriptions).map(([id, description]) => ({ id, description }));

export function explorationCatalog() {
  return {
    operations: exploredOperations.map((id) => ({
      id,
      backings: backings.map((backing) => backing.id).filter((backing) => worksOn(id, backing)),
    })),
    protections: terms(protectionDescriptions),
    searches,
    reductions,
    findingClasses: terms(classDescriptions),
    /** Beside those of a run. */
    findingKinds: terms(explorationKinds),
  };
}
