// A comparison from its request to its result, and all that can come in between.

import { useState } from 'preact/hooks';
import { ProblemError } from '../../../src/client/index.ts';
import type { JobStates } from '../api/job.ts';
import type { Catalog } from '../api/loaded.ts';
import { type ProblemText, problemText } from '../api/problem-text.ts';
import { service } from '../api/service.ts';
import { Notice } from '../ui/notice.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { Result } from './result.tsx';

type Job = JobStates['comparisons'];

export interface ComparisonJobProps {
  /** null: nothing was asked yet. */
  readonly id: string | null;
  /** As the service had it last; null: not known yet. */
  readonly job: Job | null;
  readonly lost: ProblemText | null;
  /** The question above is another one by now. */
  readonly hasChanged: boolean;
  readonly catalog: Catalog | null;
  readonly onAsk: (fresh: boolean) => void;
  readonly onOpen: () => void;
}

export function ComparisonJob(props: ComparisonJobProps) {
  const { id, job, lost, hasChanged, onAsk, onOpen } = props;
  if (id === null) return <Nothing />;
  if (job === null) {
    return lost?.isFinal ? <NotHere onAsk={onAsk} onOpen={onOpen} /> : <p aria-live="polite">Loading …</p>;
  }
  return (
    <>
      {hasChanged ? (
        <Notice kind="info" title="The question has been changed since">
          What stands below is the result of the one before.{' '}
          <button type="button" onClick={() => onAsk(false)}>
            Compare anew
          </button>
        </Notice>
      ) : null}
      {lost === null ? null : <ProblemNotice problem={lost} />}
      <Outcome {...props} job={job} />
    </>
  );
}

function Outcome({ job, catalog, hasChanged, onAsk }: ComparisonJobProps & { readonly job: Job }) {
  switch (job.status) {
    case 'queued':
    case 'running':
      return <Progress job={job} />;
    case 'cancelled':
      return (
        <Notice kind="warning" title={`Cancelled after ${job.progress.done} of ${job.progress.total} runs`}>
          There is no result.{' '}
          <button type="button" onClick={() => onAsk(true)}>
            Ask again
          </button>
        </Notice>
      );
    case 'failed':
      return <ProblemNotice problem={problemText(new ProblemError(job.error!))} />;
    case 'succeeded':
      return job.result === undefined || catalog === null ? (
        <p aria-live="polite">Loading …</p>
      ) : (
        <Result job={job} result={job.result} catalog={catalog} {...(!hasChanged && { onFresh: () => onAsk(true) })} />
      );
  }
}

function Nothing() {
  return (
    <div class="nothing-yet">
      <h2>Nothing compared yet</h2>
      <p>
        Each scheme is run with the same seeds. Then there is a row for each here: how long vCPUs stood still, why, what
        else it cost, and what is known of its safety.
      </p>
    </div>
  );
}

/** A link from elsewhere, or a result that was deleted. */
function NotHere({ onAsk, onOpen }: Pick<ComparisonJobProps, 'onAsk' | 'onOpen'>) {
  return (
    <Notice kind="warning" title="This service does not have that result">
      <p>
        It was deleted, or comes from another service. The question is above, and the same question has the same answer.
      </p>
      <button type="button" class="primary" onClick={() => onAsk(false)}>
        Ask it here
      </button>{' '}
      <button type="button" onClick={onOpen}>
        Look at the question
      </button>
    </Notice>
  );
}

function Progress({ job }: { readonly job: Job }) {
  const { done, total } = job.progress;
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const [isCancelling, setCancelling] = useState(false);
  const cancel = async (): Promise<void> => {
    setCancelling(true);
    try {
      await service.comparisons.remove(job.id);
    } catch (error) {
      setProblem(problemText(error));
      setCancelling(false);
    }
  };
  return (
    <div class="progress">
      <label for="comparison-progress">
        {job.status === 'queued' ? 'Waits for others that came before' : `${done} of ${total} runs are done`}
      </label>
      <progress id="comparison-progress" max={total} value={done} />
      <button type="button" disabled={isCancelling} onClick={() => void cancel()}>
        {isCancelling ? 'Cancelling …' : 'Cancel'}
      </button>
      <ProblemNotice problem={problem} />
    </div>
  );
}
