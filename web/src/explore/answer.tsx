// The answer to a question: how far it is, the verdict in words with what was covered, and what was found.

import { useEffect, useRef, useState } from 'preact/hooks';
import { isFinished } from '../api/job.ts';
import { type ProblemText, problemText } from '../api/problem-text.ts';
import { service } from '../api/service.ts';
import { textCodec, useQueryState, writeQuery } from '../app/query-state.ts';
import { formatCount } from '../ui/duration.ts';
import { Explained } from '../ui/explained.tsx';
import { Notice } from '../ui/notice.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { Counterexample } from './counterexample.tsx';
import { Findings } from './findings.tsx';
import { useProgress } from './progress.ts';
import { SearchNumbers } from './search-numbers.tsx';
import type { Exploration, ExplorationResult } from './types.ts';
import { LOOKS, resultVerdict, verdictSentence } from './verdicts.ts';

interface OutcomeProps {
  readonly job: Exploration;
  readonly onAgain: () => void;
}

export interface AnswerProps extends OutcomeProps {
  /** Just asked for: what was focused is folded away, and reading goes on here. */
  readonly isNew: boolean;
}

export function Answer({ job, isNew, onAgain }: AnswerProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isNew) heading.current?.focus();
  }, [job.id, isNew]);
  return (
    <section class="answer" aria-labelledby="explore-answer">
      <h2 id="explore-answer" ref={heading} tabIndex={-1}>
        The answer
      </h2>
      {isFinished(job) ? <Outcome job={job} onAgain={onAgain} /> : <Searching job={job} />}
    </section>
  );
}

function Searching({ job }: { readonly job: Exploration }) {
  const progress = useProgress(job.id, true).value;
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const { done, total } = progress?.explored ?? job.progress;
  const cancel = async (): Promise<void> => {
    try {
      await service.explorations.remove(job.id);
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  return (
    <div class="searching">
      <p role="status">
        {job.status === 'queued' ? 'It waits for its turn.' : 'Searching: '}
        {job.status === 'queued' ? null : (
          <>
            <SearchNumbers
              schedules={progress?.schedules ?? 0}
              states={progress?.states ?? 0}
              transitions={progress?.transitions ?? done}
            />
            {progress !== null && progress.findings > 0 ? `; ${progress.findings} findings so far` : ''}
          </>
        )}
      </p>
      <progress value={done} max={total} aria-label="Transitions, of those that it may explore" />
      <p class="field-hint">
        Of {formatCount(total)} transitions that it may explore. A search that comes to its end before has fewer.
      </p>
      <button type="button" onClick={() => void cancel()}>
        Cancel
      </button>
      <ProblemNotice problem={problem} />
    </div>
  );
}

function Outcome({ job, onAgain }: OutcomeProps) {
  const { status, result, error, reused } = job;
  if (status === 'cancelled') {
    return (
      <Notice kind="info" title="The search was cancelled">
        <p>It has no result.</p>
        <button type="button" onClick={onAgain}>
          Search again
        </button>
      </Notice>
    );
  }
  if (result === undefined) {
    return (
      <Notice kind="error" title={error?.title ?? 'The search has failed'}>
        <p>{error?.detail ?? error?.code ?? ''}</p>
        <button type="button" onClick={onAgain}>
          Search again
        </button>
      </Notice>
    );
  }
  return (
    <>
      <Verdict result={result} />
      {reused ? (
        <p class="field-hint">
          The same question had been asked before, and this is its result.{' '}
          <button type="button" onClick={onAgain}>
            Compute it anew
          </button>
        </p>
      ) : null}
      <Found id={job.id} result={result} />
    </>
  );
}

function Verdict({ result }: { readonly result: ExplorationResult }) {
  const verdict = resultVerdict(result);
  const { schedules, states, transitions, replayed, depth, bounds } = result;
  return (
    <div class={`verdict-words verdict-${verdict}`} role="status">
      <p class="verdict-line">
        <strong class={`verdict verdict-${verdict}`}>
          <span aria-hidden="true">{LOOKS[verdict].sign} </span>
          {LOOKS[verdict].word}
        </strong>{' '}
        {verdictSentence(result)}
      </p>
      <p>
        <SearchNumbers schedules={schedules} states={states} transitions={transitions} /> (
        <Explained
          what="Transitions done again to come back to where the search branches off: processes cannot be copied."
          unit="transitions"
          source="replayed"
        >
          {formatCount(replayed)}
        </Explained>{' '}
        repeated); the longest schedule has{' '}
        <Explained what="Transitions of the longest schedule." unit="transitions" source="depth">
          {formatCount(depth)}
        </Explained>
        .
      </p>
      <p class="bounds">
        <strong>{result.complete ? 'Covered' : 'Was to be covered'}:</strong> {bounds.join('; ')}. It says nothing of
        what lies outside.
      </p>
    </div>
  );
}

function Found({ id, result }: { readonly id: string; readonly result: ExplorationResult }) {
  const [wanted] = useQueryState('finding', textCodec, '');
  const { findings } = result;
  const selected = findings.find(({ kind }) => kind === wanted) ?? findings[0];
  if (selected === undefined) return <p>Nothing was found, so there is no counterexample to step through.</p>;
  return (
    <>
      <Findings
        findings={findings}
        selected={selected.kind}
        onSelect={(kind) => writeQuery({ finding: kind, step: null })}
      />
      <Counterexample key={`${id} ${selected.kind}`} id={id} result={result} finding={selected} />
    </>
  );
}
