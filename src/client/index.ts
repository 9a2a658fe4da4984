// stallscope/client: the service as typed calls and observables. Nothing here knows more of the service than its documents say.
// Works where there are fetch and WebSocket: in Node and in a browser.

import createFetch, { type Client, type Middleware } from 'openapi-fetch';
import type { components, paths } from './api-types.ts';
import { eventStream, refusalOf, type StreamOptions, type StreamSocket } from './event-stream.ts';
import { type JobCalls, Jobs } from './jobs.ts';
import { isProblem, ProblemError, UnexpectedAnswer } from './problem-error.ts';

export type { components, operations, paths } from './api-types.ts';
export type { End, Gap, StreamItem, StreamOptions, StreamSocket } from './event-stream.ts';
export { type JobCalls, JobCancelled, type JobStatus, Jobs, type RunOptions } from './jobs.ts';
export { type Problem, ProblemError, UnexpectedAnswer } from './problem-error.ts';

type Schemas = components['schemas'];

export interface ClientOptions {
  /** Where the service is, such as http://127.0.0.1:8080. */
  readonly baseUrl: string;
  /** What STALLSCOPE_TOKEN of the service is. */
  readonly token?: string;
  /** Default: that of the platform. */
  readonly fetch?: typeof fetch;
  /** Opens a socket. Default: the WebSocket of the platform, with the token in a header where it can have one. */
  readonly webSocket?: (url: string, headers: Readonly<Record<string, string>>) => StreamSocket;
}

export type Comparisons = Jobs<
  Schemas['ComparisonRequest'],
  Schemas['Comparison'],
  Schemas['ComparisonResult'],
  Schemas['ComparisonEvent']
>;
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
  readonly explorations: Explorations;
  readonly measurements: Measurements;
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
  const api = createFetch<paths>({ baseUrl, headers, fetch: (request) => doFetch(request) });
  api.use(throwing);

  const follow = <Event extends { readonly seq: number }>(path: string, stream?: StreamOptions) => {
    const url = `${baseUrl}${path}`;
    return eventStream<Event>(
      () => openSocket(url.replace(/^http/, 'ws'), headers),
      async () => refusalOf(await doFetch(url, { headers })),
      stream,
    );
  };

  const jobs = <Request, State, Result, Event extends { readonly seq: number }>(collection: JobPath) =>
    jobCalls<Request, State, Result, Event>(api, collection, follow);

  return {
    api,
    comparisons: new Jobs(jobs('/v1/comparisons')),
    explorations: new Jobs(jobs('/v1/explorations')),
    measurements: new Jobs(jobs('/v1/measurements')),
    follow,
  };
}

type JobPath = '/v1/comparisons' | '/v1/explorations' | '/v1/measurements';
type Follow = StallscopeClient['follow'];

/** The three kinds have the same calls; which shapes theirs have is for the types of the caller. */
function jobCalls<Request, State, Result, Event extends { readonly seq: number }>(
  api: Client<paths>,
  collection: JobPath,
  follow: Follow,
): JobCalls<Request, State, Result, Event> {
  const at = (id: string) => ({ params: { path: { id } } });
  return {
    async start(request, { idempotencyKey } = {}) {
      const header = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
      const { data } = await api.POST(collection, { body: request as never, params: { header } });
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

/** Node's WebSocket takes headers; that of a browser does not, and refuses the argument. */
function platformSocket(url: string, headers: Readonly<Record<string, string>>): StreamSocket {
  const isBrowser = 'document' in globalThis;
  if (isBrowser || Object.keys(headers).length === 0) return new WebSocket(url) as unknown as StreamSocket;
  const WithHeaders = WebSocket as unknown as new (url: string, options: { headers: object }) => StreamSocket;
  return new WithHeaders(url, { headers });
}
