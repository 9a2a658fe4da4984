import type { FindingClass } from '../../../src/explore/exploration-types.ts';
import type { QuestionInput } from '../../../src/explore/question.ts';

/** What the reference says of a handler, and the exploration that asks for it. */
export interface PromotionCase {
  /** Number of the argument or of the race in the reference. */
  readonly number: number;
  readonly words: string;
  /** What differs from one exploration of the same number to the next. */
  readonly how: string;
  readonly question: QuestionInput;
  readonly verdict: 'safe' | 'unsafe';
  /** All findings but outcomes, by kind. */
  readonly findings: Readonly<Record<string, Exclude<FindingClass, 'outcome'>>>;
}

export const written = (page: number) => ({ page, write: true }) as const;
export const nobody = [[]] as const;

/** A huge folio of a file in small leaves: its collapse changes page tables alone. */
export const thp = { backing: 'shmem', folios: '2m', scheme: 'post-collapse/promote' } as const;

export const handlers = ['zap', 'cut', 'promote'] as const;
