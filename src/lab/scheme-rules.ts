// Which notifier schemes a scenario can be run under.

import type { NotifierSchemeId } from './run-types.ts';
import type { Scenario } from './scenario-schema.ts';
import { schemeIds } from './vocabulary.ts';

/** Why a scheme cannot be run in this scenario; null: it can. */
export function schemeRefusal(scheme: NotifierSchemeId, { vm }: Scenario): string | null {
  if (vm.mmu !== 'shadow' || (scheme !== 'post-collapse/cut' && scheme !== 'post-collapse/promote')) return null;
  const allowed = schemeIds.filter((id) => id !== 'post-collapse/cut' && id !== 'post-collapse/promote');
  return (
    `must be of ${allowed.join(', ')} where vm.mmu is "shadow", got ${scheme}: ` +
    'KVM cuts and promotes in the TDP MMU alone, and zaps shadow SPTEs that could be larger'
  );
}

/** All schemes that the scenario can be run under. */
export const schemesFor = (scenario: Scenario): NotifierSchemeId[] =>
  schemeIds.filter((scheme) => schemeRefusal(scheme, scenario) === null);
