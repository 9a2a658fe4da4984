// stallscope/client: the service as typed calls and observables. Nothing here knows more of the service than its documents say.
// Works where there are fetch and WebSocket: in Node and in a browser.

import createFetch, { type Client, type Middleware } from 'openapi-fetch';
import type { components, paths } from './api-types.ts';
import { eventStream, refusalOf, type StreamOptions, type StreamSocket } from './event-stream.ts';
import { type JobCalls, Jobs } from './jobs.ts';
import { isProblem, ProblemError, UnexpectedAnswer } from './problem-error.ts';
import { Simulations } from './simulations.ts';
import { socketProtocols } from './socket-protocols.ts';

export type { components, operations, paths } from './api-types.ts';
export type { End, Gap, StreamItem, StreamOptions, StreamSocket } from './event-stream.ts';
export { type JobCalls, JobCancelled, type JobStatus, Jobs, type RunOptions, type StartOptions } from './jobs.ts';
export { type Problem, ProblemError, UnexpectedAnswer } from './problem-error.ts';
export { type Once, Simulations } from './simulations.ts';

type Schemas = components['schemas'];

export interface ClientOptions {
  /** Where the service is, such as http://127.0.0.1:8080. */
  readonly baseUrl: string;
  /** What STALLSCOPE_TOKEN of the service is. */
  readonly token?: string;
  /** Default: that of the platform. */
  readonly fetch?: typeof fetch;
  /** Opens a socket that names these protocols, of which one is the token. Default: the WebSocket of the platform. */
  readonly webSocket?: (url: string, protocols: readonly string[]) => StreamSocket;
}

export type Comparisons = Jobs<
  Schemas['ComparisonRequest'],
  Schemas['Comparison'],
  Schemas['ComparisonResult'],
  Schemas['ComparisonEvent']
>;
export type Sweeps = Jobs<Schemas['SweepRequest'], Schemas['Sweep'], Schemas['SweepResult'], Schemas['SweepEvent']>;
export type Explorations = Jobs<
  Schemas['ExplorationRequest'],
  Schemas['Exploration'],
  Schemas['ExplorationResult'],
  Schemas['ExplorationEvent']
>;
export type Measurements = Jobs<
  Schemas['MeasurementRequest'],
  Schemas['Measurement'],
  Schemas['MeasurementResult'],
  Schemas['MeasurementEvent']
>;

export interface StallscopeClient {
  /** Every call of the service, typed: `api.GET('/v1/scenarios/{name}', { params: { path: { name } } })`. Throws ProblemErrors. */
  readonly api: Client<paths>;
  readonly comparisons: Comparisons;
  readonly sweeps: Sweeps;
  readonly explorations: Explorations;
  readonly measurements: Measurements;
  readonly simulations: Simulations;
  /** The events of any other socket of the service. */
  follow<Event extends { readonly seq: number }>(
    path: string,
    options?: StreamOptions,
  ): ReturnType<typeof eventStream<Event>>;
}

export function createClient(options: ClientOptions): StallscopeClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const headers: Record<string, string> =
    options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  const doFetch = options.fetch ?? fetch;
  const openSocket = options.webSocket ?? platformSocket;
  const protocols = socketProtocols(options.token);
  const api = createFetch<paths>({ baseUrl, headers, fetch: (request) => doFetch(request) });
  api.use(throwing);

  const follow = <Event extends { readonly seq: number }>(path: string, stream?: StreamOptions) => {
    const url = `${baseUrl}${path}`;
    return eventStream<Event>(
      () => openSocket(url.replace(/^http/, 'ws'), protocols),
      async () => refusalOf(await doFetch(url, { headers })),
      stream,
    );
  };

  const jobs = <Request, State, Result, Event extends { readonly seq: number }>(collection: JobPath) =>
    jobCalls<Request, State, Result, Event>(api, collection, follow);

  return {
    api,
    comparisons: new Jobs(jobs('/v1/comparisons')),
    sweeps: new Jobs(jobs('/v1/sweeps')),
    explorations: new Jobs(jobs('/v1/explorations')),
    measurements: new Jobs(jobs('/v1/measurements')),
    simulations: new Simulations(api, follow),
    follow,
  };
}

type JobPath = '/v1/comparisons' | '/v1/sweeps' | '/v1/explorations' | '/v1/measurements';
type Follow = StallscopeClient['follow'];

/** All kinds have the same calls; which shapes theirs have is for the types of the caller. */
function jobCalls<Request, State, Result, Event extends { readonly seq: number }>(
  api: Client<paths>,
  collection: JobPath,
  follow: Follow,
): JobCalls<Request, State, Result, Event> {
  const at = (id: string) => ({ params: { path: { id } } });
  return {
    async start(request, { idempotencyKey, fresh = false } = {}) {
      const header = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
      // A measurement knows no such field, and is fresh in any case.
      const query = fresh && collection !== '/v1/measurements' ? { fresh } : {};
      const { data } = await api.POST(collection, {
        body: request as never,
        params: { header, query: query as never },
      });
      return data as Schemas['AcceptedJob'];
    },
    async get(id) {
      return (await api.GET(`${collection}/{id}`, at(id))).data as State;
    },
    async result(id) {
      return (await api.GET(`${collection}/{id}/result`, at(id))).data as Result;
    },
    async remove(id) {
      await api.DELETE(`${collection}/{id}`, at(id));
    },
    follow: (id, options) => follow<Event>(`${collection}/${encodeURIComponent(id)}/events`, options),
  };
}

/** Whatever is no success becomes an exception. */
const throwing: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return;
    const text = await response.text();
    let problem: unknown;
    try {
      problem = JSON.parse(text);
    } catch {
      problem = undefined;
    }
    if (isProblem(problem)) throw new ProblemError(problem, response.headers);
    throw new UnexpectedAnswer(response.status, text);
  },
};

/** One that names no protocol is answered with none. */
const platformSocket = (url: string, protocols: readonly string[]): StreamSocket =>
  new WebSocket(url, [...protocols]) as unknown as StreamSocket;
