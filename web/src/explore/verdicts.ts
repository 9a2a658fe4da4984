// Verdicts as the page says them: a sign, a word, what the word means. The colour is the third of three, and is in the style sheet.

import type { ExplorationResult, FindingClass, MatrixCell } from './types.ts';

export type CellVerdict = MatrixCell['verdict'];

export interface Look {
  readonly sign: string;
  readonly word: string;
  readonly meaning: string;
}

export const LOOKS: Readonly<Record<CellVerdict, Look>> = {
  safe: {
    sign: '✓',
    word: 'safe',
    meaning: 'Every schedule within the bounds was searched, and none shows anything wrong.',
  },
  performance: {
    sign: '▲',
    word: 'performance',
    meaning:
      'Every schedule was searched, without a hazard; in some the range stays on small SPTEs when all is at rest.',
  },
  leak: {
    sign: '◆',
    word: 'leak',
    meaning: 'Every schedule was searched, without a hazard; in some a page stays counted that nobody uses.',
  },
  unsafe: {
    sign: '✕',
    word: 'unsafe',
    meaning: 'There is a schedule that shows a hazard. The search has ended there, so there may be more.',
  },
  incomplete: {
    sign: '?',
    word: 'incomplete',
    meaning: 'A limit has ended the search. Nothing was found until then, and nothing is said of the rest.',
  },
  refused: { sign: '–', word: 'not askable', meaning: 'The question makes no sense here.' },
};

/** What a cell may be called: what was not searched to its end is never called anything that takes an end. */
export function verdictOf({ verdict, complete }: Pick<MatrixCell, 'verdict' | 'complete'>): CellVerdict {
  if (verdict === 'unsafe' || verdict === 'refused') return verdict;
  return complete ? verdict : 'incomplete';
}

/** A finding as a verdict has it, or what is beside verdicts. */
export const CLASS_SIGNS: Readonly<Record<FindingClass, string>> = {
  hazard: LOOKS.unsafe.sign,
  leak: LOOKS.leak.sign,
  performance: LOOKS.performance.sign,
  warning: '!',
  outcome: '·',
};

const ORDER: readonly FindingClass[] = ['hazard', 'leak', 'performance', 'warning', 'outcome'];

const worstClass = (findings: readonly { readonly class: FindingClass }[]): FindingClass | null =>
  ORDER.find((of) => findings.some((finding) => finding.class === of)) ?? null;

/** The word on the cell: an unsafe one with the class of its worst finding. */
export function cellWord(cell: MatrixCell): string {
  const verdict = verdictOf(cell);
  const worst = verdict === 'unsafe' ? worstClass(cell.findings) : null;
  return worst === null ? LOOKS[verdict].word : `${LOOKS[verdict].word}: ${worst}`;
}

const ENDS: Readonly<Record<ExplorationResult['endedBy'], string>> = {
  complete: 'all of it was searched',
  schedules: 'the limit of schedules has ended the search',
  transitions: 'the limit of transitions has ended the search',
  depth: 'a schedule had more transitions than one may have',
  'first-hazard': 'the search was to end at the first hazard',
  stopped: 'the time of the search was over',
};

export const endWords = (endedBy: ExplorationResult['endedBy']): string => ENDS[endedBy];

/** The verdict of an exploration in a sentence, with what limits it. */
export function verdictSentence({
  verdict,
  complete,
  endedBy,
  findings,
}: Pick<ExplorationResult, 'verdict' | 'complete' | 'endedBy' | 'findings'>): string {
  if (verdict === 'unsafe') {
    const kinds = findings.filter((one) => one.class === 'hazard').map(({ kind }) => kind);
    const more = complete ? 'Every schedule within the bounds was searched.' : `There may be more: ${ENDS[endedBy]}.`;
    return `There are schedules that show ${kinds.join(', ')}. ${more}`;
  }
  if (verdict === 'safe' && complete) return 'No schedule within the bounds shows a hazard: every one was covered.';
  const until = findings.length === 0 ? 'Nothing was found until then' : 'No hazard was found until then';
  return `Nothing can be said of all schedules: ${ENDS[endedBy]}. ${until}.`;
}

/** The verdict of an exploration: `safe` only of one that has come to its end. */
export const resultVerdict = ({ verdict, complete }: Pick<ExplorationResult, 'verdict' | 'complete'>): CellVerdict =>
  verdict === 'safe' && !complete ? 'incomplete' : verdict;
