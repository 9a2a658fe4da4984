// A job of the service as signals: its state, its progress while it runs, and what went wrong with asking for it.

import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { type Subscription, throttleTime } from 'rxjs';
import type {
  Comparisons,
  components,
  Explorations,
  JobStatus,
  Measurements,
  Sweeps,
} from '../../../src/client/index.ts';
import { whenConnected } from './connection.ts';
import { type ProblemText, problemText } from './problem-text.ts';
import { resuming } from './resuming.ts';
import { service } from './service.ts';

type Schemas = components['schemas'];

export type JobKind = 'comparisons' | 'sweeps' | 'explorations' | 'measurements';

export interface JobStates {
  readonly comparisons: Schemas['Comparison'];
  readonly sweeps: Schemas['Sweep'];
  readonly explorations: Schemas['Exploration'];
  readonly measurements: Schemas['Measurement'];
}

export interface WatchedJob<Kind extends JobKind> {
  /** As the service had it last, its result included once there is one; null until the first answer. */
  readonly job: ReadonlySignal<JobStates[Kind] | null>;
  /** Why there is none, or why it is no longer followed. */
  readonly problem: ReadonlySignal<ProblemText | null>;
  stop(): void;
}

const FINAL: ReadonlySet<JobStatus> = new Set<JobStatus>(['succeeded', 'failed', 'cancelled']);
export const isFinished = ({ status }: { readonly status: JobStatus }): boolean => FINAL.has(status);

/** How often a job that makes progress is asked for its state. */
const REFRESH_MS = 250;
/** How often one without a stream is. */
const POLL_MS = 2_000;

/** Follows a job until it is finished or `stop` is called. Its events are for others: this one hears progress alone. */
function watchJob<Kind extends JobKind>(kind: Kind, id: string): WatchedJob<Kind> {
  const job = signal<JobStates[Kind] | null>(null);
  const problem = signal<ProblemText | null>(null);
  // The four kinds have the same calls; which state theirs is, the type of the result says.
  const jobs: Pick<Comparisons | Sweeps | Explorations | Measurements, 'get'> = service[kind];
  let progress: Subscription | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  const stop = (): void => {
    isStopped = true;
    clearTimeout(timer);
    progress?.unsubscribe();
  };

  const refresh = async (): Promise<void> => {
    if (isStopped) return;
    try {
      const state = (await jobs.get(id)) as JobStates[Kind];
      if (isStopped) return;
      problem.value = null;
      job.value = state;
      if (isFinished(state)) stop();
    } catch (error) {
      const text = problemText(error);
      if (isStopped) return;
      problem.value = text;
      if (text.isFinal) return stop();
      await whenConnected();
      if (!isStopped) timer = setTimeout(() => void refresh(), POLL_MS);
    }
  };

  const poll = async (): Promise<void> => {
    await refresh();
    if (!isStopped) timer = setTimeout(() => void poll(), POLL_MS);
  };

  const follow = (): void => {
    progress = progressOf(kind, id)
      .pipe(throttleTime(REFRESH_MS, undefined, { leading: true, trailing: true }))
      // The end of the stream is the end of the job; and where there is no stream, it is asked from time to time.
      .subscribe({ next: () => void refresh(), complete: () => void poll(), error: () => void poll() });
  };

  void refresh().then(() => isStopped || follow());
  return { job, problem, stop };
}

const progressOf = (kind: JobKind, id: string) =>
  resuming(
    (options) => service.follow<{ readonly seq: number }>(`/v1/${kind}/${encodeURIComponent(id)}/events`, options),
    {
      topics: ['progress'],
    },
  );

/** The same for as long as a component shows it. null: no job yet. */
export function useJob<Kind extends JobKind>(kind: Kind, id: string | null): Omit<WatchedJob<Kind>, 'stop'> {
  const watched = useMemo(() => (id === null ? nothing<Kind>() : watchJob(kind, id)), [kind, id]);
  useEffect(() => watched.stop, [watched]);
  return watched;
}

const nothing = <Kind extends JobKind>(): WatchedJob<Kind> => ({
  job: signal<JobStates[Kind] | null>(null),
  problem: signal<ProblemText | null>(null),
  stop: () => {},
});
