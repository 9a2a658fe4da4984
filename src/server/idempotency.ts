// A POST that carries an Idempotency-Key is done once: the same key with the same body gets the first answer again, so a client
// that lost the answer may simply ask again. What was done and the answer to it are stored together, before the answer goes
// out: no client has an answer that the service does not know.

import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EdgeError } from './errors.ts';

export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: unknown;
}

export interface RememberedAnswer extends Answer {
  /** What it was an answer to. */
  readonly request: string;
}

/** Where answers are kept. */
export interface Answers {
  /** All of `act` or nothing. */
  transaction<T>(act: () => T): T;
  get(key: string): RememberedAnswer | undefined;
  remember(key: string, request: string, answer: Answer): void;
}

export class Idempotency {
  readonly #answers: Answers;
  /** Requests that have not been answered yet. */
  readonly #underWay = new Map<string, { readonly request: string; readonly done: Promise<Answer> }>();

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** As `once`, for what takes a while: who comes with the same key meanwhile waits for the same answer. */
  async onceDone(request: FastifyRequest, reply: FastifyReply, act: () => Promise<Answer>): Promise<FastifyReply> {
    const header = request.headers['idempotency-key'];
    if (header === undefined) return send(reply, await act());

    const [path] = request.url.split('?');
    const key = `${path} ${header}`;
    const hash = hashOf(request);
    const known = this.#answers.get(key) ?? this.#underWay.get(key);
    if (known !== undefined) {
      if (known.request !== hash) throw new EdgeError('IDEMPOTENCY_KEY_REUSED');
      const answer = 'done' in known ? await known.done : known;
      return send(reply.header('idempotency-replayed', 'true'), answer);
    }
    const done = act();
    this.#underWay.set(key, { request: hash, done });
    try {
      const answer = await done;
      this.#answers.transaction(() => this.#answers.remember(key, hash, answer));
      return send(reply, answer);
    } finally {
      this.#underWay.delete(key);
    }
  }

  /** Sends what `act` answers, or what it answered before. An error is not remembered: the caller may repair and repeat. */
  once(request: FastifyRequest, reply: FastifyReply, act: () => Answer): void {
    const header = request.headers['idempotency-key'];
    if (header === undefined) {
      send(reply, act());
      return;
    }

    const key = `${request.routeOptions.url} ${header}`;
    const hash = hashOf(request);
    const known = this.#answers.get(key);
    if (known !== undefined) {
      if (known.request !== hash) throw new EdgeError('IDEMPOTENCY_KEY_REUSED');
      send(reply.header('idempotency-replayed', 'true'), known);
      return;
    }
    const answer = this.#answers.transaction(() => {
      const done = act();
      this.#answers.remember(key, hash, done);
      return done;
    });
    send(reply, answer);
  }
}

const hashOf = ({ query, body }: FastifyRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([query, body]))
    .digest('base64');

function send(reply: FastifyReply, { status, location, body }: Answer): FastifyReply {
  if (location !== undefined) reply.header('location', location);
  return reply.code(status).send(body);
}
