import type { ExplorationOptions, ExplorationResult, FindingClass } from '../../src/explore/exploration-types.ts';
import { explore } from '../../src/explore/explore.ts';
import { type QuestionInput, questionOf } from '../../src/explore/question.ts';

export const wide = { schedules: 100_000, transitions: 4_000_000, depth: 2000 };

/** All schedules, unless told otherwise. */
export function ask(input: QuestionInput, options: Partial<ExplorationOptions> = {}): ExplorationResult {
  return explore(questionOf(input), { search: 'exhaustive', seed: 1, limits: wide, ...options });
}

export const kindsOf = ({ findings }: ExplorationResult, of: FindingClass): string[] =>
  findings.flatMap((finding) => (finding.class === of ? [finding.kind] : [])).sort();

/** A vCPU that touches nothing: what the operations do to each other. */
export const idleGuest = [[]] as const;
