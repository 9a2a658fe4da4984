// Calls a listening service as its document says, holds every answer to the document, and notes which of the answers that are
// documented it has seen.

import { WebSocket } from 'ws';
import { type Call, callsOf, codesOf, type Document, examplesOf, type Heard, type Judge } from './document.ts';

export interface Request {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
  /** For an answer that goes on for ever: ends it, once it has begun. */
  readonly end?: () => Promise<unknown>;
}

/** Each has a thread, so there is one at a time. */
const SIMULATIONS = '/v1/simulations';

/** Answers that have been seen, as `<operation id> <status> <code>`; "-" is the code of what is no problem. */
export class Ledger {
  readonly seen = new Set<string>();
  readonly all: ReadonlySet<string>;

  constructor(document: Document) {
    const answers = callsOf(document).flatMap(({ operation: { operationId, responses } }) =>
      Object.entries(responses).flatMap(([status, answer]) => {
        const codes = codesOf(answer);
        return (codes.length === 0 ? ['-'] : codes).map((code) => `${operationId} ${status} ${code}`);
      }),
    );
    this.all = new Set(answers);
  }

  unseen(): string[] {
    return [...this.all].filter((answer) => !this.seen.has(answer));
  }
}

export interface Answered extends Heard {
  /** Of a problem. */
  readonly code: string | null;
  json(): unknown;
}

export class ContractClient {
  readonly #origin: string;
  readonly #document: Document;
  readonly #ledger: Ledger;
  readonly #judge: Judge;
  readonly #headers: Readonly<Record<string, string>>;
  #simulation: Readonly<Record<string, string>> | null = null;

  constructor(origin: string, document: Document, ledger: Ledger, judge: Judge, token: string) {
    this.#origin = origin;
    this.#document = document;
    this.#ledger = ledger;
    this.#judge = judge;
    this.#headers = { authorization: `Bearer ${token}` };
  }

  /** The answer, which is as the document says: an error is thrown otherwise. */
  async call(call: Call, request: Request = {}): Promise<Answered> {
    const { body, headers, end } = request;
    const response = await fetch(this.#urlOf(call, request), {
      method: call.method,
      headers: {
        ...this.#headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const [text] = await Promise.all([response.text(), response.ok ? end?.() : undefined]);
    return this.#take(call, response.status, (name) => response.headers.get(name), text);
  }

  /** Tries to open a socket that will be refused. */
  async upgrade(call: Call, request: Request): Promise<Answered> {
    const socket = new WebSocket(this.#urlOf(call, request).replace('http:', 'ws:'), {
      headers: { ...this.#headers, ...request.headers },
    });
    socket.on('error', () => {});
    const { promise, resolve, reject } = Promise.withResolvers<Answered>();
    socket.on('open', () => {
      socket.terminate();
      reject(new Error(`${call.path}: the socket opened`));
    });
    socket.on('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (data) => {
        text += String(data);
      });
      response.on('end', () => {
        const header = (name: string): string | null => [response.headers[name] ?? null].flat()[0] ?? null;
        Promise.resolve()
          .then(() => this.#take(call, response.statusCode ?? 0, header, text))
          .then(resolve, reject);
      });
    });
    return promise;
  }

  /** Makes what the parameters of this call name, if it has any, and waits until it is done or, if `body` is given, not. */
  async made(call: Call, body?: object): Promise<Record<string, string>> {
    const [collection = ''] = call.path.split('/{');
    const create = callsOf(this.#document).find(({ method, path }) => method === 'POST' && path === collection);
    const parameter = /\{(\w+)\}/.exec(call.path)?.[1];
    if (create === undefined || parameter === undefined) return {};
    const isSimulation = collection === SIMULATIONS;
    if (isSimulation) await this.#endSimulation();
    const [, first] = this.examples(create)[0] ?? ['', {}];
    const answer = await this.call(create, { body: JSON.stringify(body ?? first) });
    const place =
      answer.status === 409 ? (first as { name: string }).name : (answer.header('location')?.split('/').at(-1) ?? '');
    const params = { [parameter]: place };
    if (isSimulation) this.#simulation = params;
    else if (body === undefined) await this.finished(collection, params);
    return params;
  }

  examples({ operation }: Call): [string, unknown][] {
    return examplesOf(operation.requestBody?.content);
  }

  async finished(collection: string, params: Record<string, string>): Promise<void> {
    const get = callsOf(this.#document).find(
      ({ method, path }) => method === 'GET' && path.startsWith(`${collection}/{`) && path.endsWith('}'),
    );
    for (;;) {
      const job =
        get === undefined ? {} : ((await this.call(get, { params })).json() as { finishedAt?: string | null });
      if (job.finishedAt !== null) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async #endSimulation(): Promise<void> {
    const remove = callsOf(this.#document).find(
      ({ method, path }) => method === 'DELETE' && path.startsWith(SIMULATIONS),
    );
    if (this.#simulation !== null && remove !== undefined) await this.call(remove, { params: this.#simulation });
    this.#simulation = null;
  }

  #urlOf({ path, operation: { parameters = [] } }: Call, { params = {}, query }: Request): string {
    const needed = parameters.filter((parameter) => parameter.in === 'query' && parameter.required === true);
    const pairs = needed.map(({ name, example }) => `${name}=${example}`);
    const search = query ?? (pairs.length === 0 ? '' : `?${pairs.join('&')}`);
    const filled = path.replaceAll(
      /\{(\w+)\}/g,
      (_, name: string) => params[name] ?? (name === 'index' ? '0' : 'unknown'),
    );
    return `${this.#origin}${filled}${search}`;
  }

  #take(call: Call, status: number, header: (name: string) => string | null, text: string): Answered {
    const type = (header('content-type') ?? '').split(';', 1)[0] ?? '';
    const heard = { status, type, text, header };
    const wrong = this.#judge.answer(call, heard);
    if (wrong !== null) throw new Error(wrong);
    const code = type === 'application/problem+json' ? (JSON.parse(text) as { code: string }).code : null;
    this.#ledger.seen.add(`${call.operation.operationId} ${status} ${code ?? '-'}`);
    return { ...heard, code, json: () => JSON.parse(text) as unknown };
  }
}
