// What went wrong, in words: the service's own where it has any.

import { ProblemError, UnexpectedAnswer } from '../../../src/client/index.ts';

export interface ProblemText {
  readonly title: string;
  readonly detail: string;
  /** What was wrong with which field of the request: `vm.vcpus`. */
  readonly fields: readonly { readonly path: string; readonly message: string }[];
  /** The service answered, and this is its last word: another try changes nothing. */
  readonly isFinal: boolean;
}

const TOO_MANY = 429;
const FAILURE = 500;

export function problemText(error: unknown): ProblemText {
  if (error instanceof ProblemError) {
    const { title, detail, errors, code, status } = error.problem;
    const wait = error.retryAfter === null ? '' : ` Worth another try in ${error.retryAfter} s.`;
    const isFinal = status < FAILURE && status !== TOO_MANY;
    return { title, detail: `${detail ?? code}${wait}`, fields: errors ?? [], isFinal };
  }
  if (error instanceof UnexpectedAnswer) {
    return { title: 'Something else than the service answered', detail: error.message, fields: [], isFinal: false };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { title: 'The service could not be reached', detail, fields: [], isFinal: false };
}

/** What is wrong with this field, or with what it holds; undefined if nothing is. */
export function fieldError(problem: ProblemText | null, path: string): string | undefined {
  const own = problem?.fields.filter((field) => field.path === path || field.path.startsWith(`${path}.`)) ?? [];
  return own.length === 0 ? undefined : own.map(({ message }) => message).join('; ');
}
