// What a search covers, for people.

import type { ExplorationOptions, ExplorationQuestion } from './exploration-types.ts';
import { pagesOf } from './question.ts';

export function boundsOf(question: ExplorationQuestion, options: ExplorationOptions): string[] {
  const { search, limits, seed, bugDepth, stepChecks } = options;
  const { geometry, guest, operations, backing } = question;
  const accesses = guest.map((touches) => touches.length).join(', ');
  const bounds = [
    `${pagesOf(question)} pages of ${backing}, tables of ${geometry.entries} entries`,
    `${operations.length} ${operations.length === 1 ? 'thread' : 'threads'} with operations, ${guest.length} vCPUs with ${accesses} accesses`,
    `at most ${limits.depth} transitions a schedule`,
    ...(stepChecks === true ? ['the checks of a run at every step'] : []),
  ];
  if (search === 'exhaustive') return [...bounds, 'all schedules'];
  const how = search === 'pct' ? `PCT, bug depth ${bugDepth ?? 3}` : 'uniform random walk';
  return [...bounds, `${limits.schedules} schedules by ${how}, seed ${seed}`];
}
