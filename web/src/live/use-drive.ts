// Calls that drive a simulation: one at a time, with what went wrong with the last one.

import { useState } from 'preact/hooks';
import { type ProblemText, problemText } from '../api/problem-text.ts';

export interface Drive {
  readonly isBusy: boolean;
  readonly problem: ProblemText | null;
  run(call: () => Promise<void>): void;
  /** Nothing is wrong any more: something else has been written. */
  clear(): void;
}

export function useDrive(): Drive {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const run = (call: () => Promise<void>): void => {
    setBusy(true);
    setProblem(null);
    call()
      .catch((error: unknown) => setProblem(problemText(error)))
      .finally(() => setBusy(false));
  };
  return { isBusy, problem, run, clear: () => setProblem(null) };
}
