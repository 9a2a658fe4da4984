// A question, from the form or from a cell of the matrix, and its answer. Both stand in the address.

import { useEffect, useRef, useState } from 'preact/hooks';
import { isFinished, useJob } from '../api/job.ts';
import { useCatalog } from '../api/loaded.ts';
import { type ProblemText, problemText } from '../api/problem-text.ts';
import { service } from '../api/service.ts';
import { type QueryCodec, readQuery, textCodec, writeQuery } from '../app/query-state.ts';
import { Notice } from '../ui/notice.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { Answer } from './answer.tsx';
import { explorationWords } from './catalog-words.ts';
import { CellFacts } from './cell-explanation.tsx';
import { useMatrix } from './kept-matrix.ts';
import { cellOfRequest } from './matrix-grid.ts';
import { QuestionForm } from './question-form.tsx';
import { FIRST_REQUEST, parseRequest, requestThreads } from './request-form.ts';
import type { ExplorationRequest } from './types.ts';

const requestCodec: QueryCodec<ExplorationRequest | null> = {
  parse: (text) => parseRequest(text) ?? null,
  format: (request) => JSON.stringify(request),
};

const NOT_ASKED: ExplorationRequest | null = null;

export function QuestionView() {
  const asked = readQuery<string>('ask', textCodec, '');
  const id = readQuery<string>('id', textCodec, '');
  const { job, problem } = useJob('explorations', id === '' ? null : id);
  const [refused, setRefused] = useState<ProblemText | null>(null);
  const [started, setStarted] = useState('');
  const [isStarting, setStarting] = useState(false);
  const matrix = useMatrix().value.value;
  const words = explorationWords(useCatalog().value.value);

  const written = readQuery('ask', requestCodec, NOT_ASKED);
  const state = job.value;
  const request = written ?? (state?.spec as ExplorationRequest | undefined) ?? FIRST_REQUEST;
  const cell = matrix === null ? undefined : cellOfRequest(matrix, request);
  const row = matrix?.rows.find((one) => one.id === cell?.row);
  const isRunning = isStarting || (id !== '' && state !== null && !isFinished(state));

  // The cell that was opened is gone, and with it what was focused.
  const summary = useRef<HTMLElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) summary.current?.focus();
  }, []);
  const isAnswered = state !== null && isFinished(state);

  const change = (next: ExplorationRequest): void => {
    setRefused(null);
    // What is answered is another question from now on.
    writeQuery({ ask: JSON.stringify(next), id: null, finding: null, step: null });
  };
  const start = async (fresh: boolean): Promise<void> => {
    setStarting(true);
    setRefused(null);
    try {
      const accepted = await service.explorations.start(request, { fresh, idempotencyKey: crypto.randomUUID() });
      writeQuery({ ask: JSON.stringify(request), id: accepted.id, view: 'question', finding: null, step: null });
      setStarted(accepted.id);
    } catch (error) {
      setRefused(problemText(error));
    } finally {
      setStarting(false);
    }
  };

  return (
    <>
      {asked !== '' && written === null ? (
        <Notice kind="warning" title="The link holds no question">
          What stands in its <code>ask</code> cannot be read. Below is the question that the page begins with.
        </Notice>
      ) : null}
      <details class="question-box" open={id === '' || problem.value?.isFinal === true}>
        <summary ref={summary}>
          <strong>{id === '' ? 'Ask a question' : 'The question'}</strong> <QuestionWords request={request} />
        </summary>
        <div class="question">
          <QuestionForm
            request={request}
            problem={refused}
            isRunning={isRunning}
            isAnswered={isAnswered}
            onChange={change}
            onStart={() => void start(false)}
          />
          {cell === undefined || row === undefined ? null : (
            <aside class="asked-by-matrix" aria-label="What the matrix says of this question">
              <h3>The matrix says</h3>
              <CellFacts cell={cell} row={row} words={words} />
            </aside>
          )}
        </div>
      </details>
      <ProblemNotice problem={refused} />
      {problem.value === null ? null : (
        <>
          <ProblemNotice problem={problem.value} />
          {problem.value.isFinal ? <p>The question is still here: “Search” asks it anew.</p> : null}
        </>
      )}
      {id === '' ? null : state === null ? (
        problem.value === null ? (
          <p class="loading" aria-live="polite">
            Loading the answer …
          </p>
        ) : null
      ) : (
        <Answer job={state} isNew={started === id} onAgain={() => void start(true)} />
      )}
    </>
  );
}

/** The question in a line, as the command line would have it. */
function QuestionWords({ request }: { readonly request: ExplorationRequest }) {
  const { scheme = 'range', mapcount, kernel = '6.12', backing = 'hugetlb-2m', hgm } = request;
  const parts = [scheme, mapcount, kernel, backing, hgm?.version, hgm?.protection, request.search];
  return (
    <code class="question-words">
      {[requestThreads(request), ...parts].filter((part) => part !== undefined).join(' · ')}
    </code>
  );
}
