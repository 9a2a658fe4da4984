// Numbers of one result, or of several beside each other.

import { useEffect, useState } from 'preact/hooks';
import { ProblemError } from '../../../src/client/index.ts';
import { isFinished } from '../api/job.ts';
import { useLoaded } from '../api/loaded.ts';
import { problemText } from '../api/problem-text.ts';
import { service } from '../api/service.ts';
import { Link } from '../app/link.tsx';
import { place } from '../app/router.ts';
import { Notice } from '../ui/notice.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { AskHere } from './ask-here.tsx';
import { Differences } from './differences.tsx';
import { type AnyJob, collectionOf, type JobRef, openHref, refText } from './job-kinds.ts';
import { ManyTable, OneTable } from './number-tables.tsx';
import { ResultFiles } from './result-files.tsx';
import { type Entry, entriesOf, hasSeveralMapcounts } from './side-rows.ts';

const REFRESH_MS = 1_000;

interface Shown {
  readonly ref: JobRef;
  readonly job: AnyJob;
  /** A, B, C: what columns are called. */
  readonly letter: string;
}

export function SideBySide({ refs }: { readonly refs: readonly JobRef[] }) {
  const loaded = useLoaded(refs.map(refText).join(), () => Promise.all(refs.map(jobOf)));
  const jobs = loaded.value.value;
  const isMoving = jobs?.some((job) => !isFinished(job)) ?? false;
  useEffect(() => {
    if (!isMoving) return;
    const timer = setInterval(loaded.reload, REFRESH_MS);
    return () => clearInterval(timer);
  }, [isMoving, loaded]);

  const problem = loaded.problem.value;
  const ask = place.value.query.get('ask');
  const [only] = refs;
  return (
    <>
      <h1>{refs.length === 1 ? `One ${only?.kind}` : 'Results side by side'}</h1>
      <p>
        <Link href="/history">All results</Link>
      </p>
      {problem?.isFinal && ask !== null && only !== undefined ? (
        <AskHere kind={only.kind} ask={ask} />
      ) : (
        <ProblemNotice problem={problem} />
      )}
      {jobs === null ? (
        problem === null && <p aria-live="polite">Loading …</p>
      ) : (
        <Loaded shown={jobs.map((job, index) => ({ job, ref: refs[index]!, letter: letterOf(index) }))} />
      )}
    </>
  );
}

const jobOf = ({ kind, id }: JobRef): Promise<AnyJob> => service[collectionOf(kind)].get(id);
const letterOf = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

function Loaded({ shown }: { readonly shown: readonly Shown[] }) {
  return (
    <>
      {shown.length < 2 ? null : (
        <Differences asked={shown.map(({ ref, job }) => ({ kind: ref.kind, spec: job.spec }))} />
      )}
      <ol class="history-results">
        {shown.map((one) => (
          <li key={one.letter}>
            <Head shown={one} isOnly={shown.length === 1} />
          </li>
        ))}
      </ol>
      <Numbers shown={shown} />
    </>
  );
}

function Head({ shown: { ref, job, letter }, isOnly }: { readonly shown: Shown; readonly isOnly: boolean }) {
  const name = job.scenario ?? ref.kind;
  return (
    <>
      {isOnly ? null : <strong class="history-letter">{letter}</strong>}{' '}
      {isOnly ? <strong>{name}</strong> : <Link href={openHref(ref)}>{name}</Link>}, {ref.kind}, asked{' '}
      <time dateTime={job.createdAt}>{new Date(job.createdAt).toLocaleString()}</time>
      {job.status === 'succeeded' ? null : <State job={job} kind={ref.kind} />}
      {job.status === 'succeeded' && isOnly ? <ResultFiles job={ref} name={name} /> : null}
    </>
  );
}

function State({ job, kind }: { readonly job: AnyJob; readonly kind: JobRef['kind'] }) {
  const { done, total } = job.progress;
  const [isCancelling, setCancelling] = useState(false);
  if (job.status === 'failed') return <ProblemNotice problem={problemText(new ProblemError(job.error!))} />;
  if (job.status === 'cancelled') return <Notice kind="warning" title={`Cancelled after ${done} of ${total}`} />;
  const cancel = (): void => {
    setCancelling(true);
    service[collectionOf(kind)].remove(job.id).catch(() => setCancelling(false));
  };
  return (
    <div class="tools">
      <label>
        {job.status === 'queued' ? 'waits for others ' : `${done} of ${total} `}
        <progress max={total} value={done} />
      </label>
      <button type="button" disabled={isCancelling} onClick={cancel}>
        Cancel
      </button>
    </div>
  );
}

function Numbers({ shown }: { readonly shown: readonly Shown[] }) {
  const results = shown.flatMap(({ ref, job }) => (job.result === undefined ? [] : [{ ref, result: job.result }]));
  if (results.length < shown.length) return null;
  const byMapcount = results.some(({ ref, result }) => hasSeveralMapcounts(ref.kind, result));
  const entries: readonly (readonly Entry[])[] = results.map(({ ref, result }) =>
    entriesOf(ref.kind, result, byMapcount),
  );
  const kinds = shown.map(({ ref }) => ref.kind);
  return shown.length === 1 ? (
    <OneTable entries={entries[0] ?? []} kinds={kinds} />
  ) : (
    <ManyTable entries={entries} kinds={kinds} letters={shown.map(({ letter }) => letter)} />
  );
}
