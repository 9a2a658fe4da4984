// What every kind of job has, in one shape: ask for it, follow it, take its result.

import { filter, firstValueFrom, type Observable } from 'rxjs';
import type { components } from './api-types.ts';
import type { End, StreamItem, StreamOptions } from './event-stream.ts';
import { isProblem, ProblemError } from './problem-error.ts';

type Schemas = components['schemas'];

export type JobStatus = Schemas['AcceptedJob']['status'];

/** A job as the service has it. */
interface Job<Result> {
  readonly id: string;
  readonly status: JobStatus;
  readonly progress: { readonly done: number; readonly total: number };
  readonly result?: Result;
  readonly error?: Schemas['Problem'];
}

export interface StartOptions {
  /** The same key with the same request is one job, however often it is sent. */
  readonly idempotencyKey?: string;
  /** Computes it even if there is a result for the same request. A measurement always is. */
  readonly fresh?: boolean;
}

/** The calls of one kind of job. */
export interface JobCalls<Request, State, Result, Event> {
  start(request: Request, options?: StartOptions): Promise<Schemas['AcceptedJob']>;
  get(id: string): Promise<State>;
  result(id: string): Promise<Result>;
  /** Cancels what is unfinished, deletes what is done. */
  remove(id: string): Promise<void>;
  /** What happens in it, from its beginning if the service still has that. */
  follow(id: string, options?: StreamOptions): Observable<StreamItem<Event>>;
}

export interface RunOptions<Event> extends StartOptions {
  /** Cancels the job, too. */
  readonly signal?: AbortSignal;
  /** Hears events and gaps. */
  readonly onItem?: (item: StreamItem<Event>) => void;
  readonly topics?: readonly string[];
}

/** The job was cancelled, by somebody else or by the signal. */
export class JobCancelled extends Error {
  readonly id: string;

  constructor(id: string) {
    super(`The job ${id} was cancelled.`);
    this.name = 'JobCancelled';
    this.id = id;
  }
}

export class Jobs<Request, State extends Job<Result>, Result, Event> {
  readonly #calls: JobCalls<Request, State, Result, Event>;

  constructor(calls: JobCalls<Request, State, Result, Event>) {
    this.#calls = calls;
  }

  start(request: Request, options?: StartOptions): Promise<Schemas['AcceptedJob']> {
    return this.#calls.start(request, options);
  }

  get(id: string): Promise<State> {
    return this.#calls.get(id);
  }

  result(id: string): Promise<Result> {
    return this.#calls.result(id);
  }

  remove(id: string): Promise<void> {
    return this.#calls.remove(id);
  }

  follow(id: string, options?: StreamOptions): Observable<StreamItem<Event>> {
    return this.#calls.follow(id, options);
  }

  /** From the request to the result: starts it, follows it to its end. Throws a ProblemError if it failed. */
  async run(request: Request, { signal, onItem, topics, ...start }: RunOptions<Event> = {}): Promise<Result> {
    signal?.throwIfAborted();
    const { id } = await this.start(request, start);
    const cancel = (): void => void this.remove(id).catch(() => {});
    // It may have come while the request was on its way.
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
    try {
      // Progress is little, and the end comes with any topic.
      const items = this.follow(id, { topics: topics ?? ['progress'] });
      await firstValueFrom(
        items.pipe(
          filter((item): item is End => {
            if (item.type !== 'end') onItem?.(item);
            return item.type === 'end';
          }),
        ),
      );
      return await this.#outcome(id, signal);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async #outcome(id: string, signal: AbortSignal | undefined): Promise<Result> {
    const job = await this.get(id);
    signal?.throwIfAborted();
    if (job.status === 'cancelled') throw new JobCancelled(id);
    if (isProblem(job.error)) throw new ProblemError(job.error);
    return this.result(id);
  }
}
