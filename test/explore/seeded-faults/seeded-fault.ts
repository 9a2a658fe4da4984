import type { QuestionInput } from '../../../src/explore/question.ts';

/** A mistake that somebody could make in the model, and the question whose exploration must show it. */
export interface SeededFault {
  /** What is done wrong. */
  readonly name: string;
  /** From the root of the project. */
  readonly file: string;
  /** Pairs of a text that stands in the file exactly once, and what stands there instead. */
  readonly edits: readonly (readonly [original: string, changed: string])[];
  readonly question: QuestionInput;
  /** The checks of a run at every step, for what no guest suffers from. */
  readonly stepChecks?: boolean;
  /** Kinds of findings that show it: at least one of these. */
  readonly expects: readonly string[];
}

/** The text of the file with the fault in it. Throws unless every original stands there exactly once. */
export function applyFault(
  { name, file, edits }: Pick<SeededFault, 'name' | 'file' | 'edits'>,
  source: string,
): string {
  let text = source;
  for (const [original, changed] of edits) {
    const parts = text.split(original);
    if (parts.length !== 2) throw new Error(`${name}: "${original}" stands ${parts.length - 1} times in ${file}`);
    text = parts.join(changed);
  }
  return text;
}
