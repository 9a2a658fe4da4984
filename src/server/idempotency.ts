// A POST that carries an Idempotency-Key is done once: the same key with the same body gets the first answer again,
// so a client that lost the answer may simply ask again.

import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EdgeError } from './errors.ts';

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: unknown;
}

interface RememberedAnswer extends Answer {
  readonly bodyHash: string;
}

const REMEMBERED_MAX = 1024;

export class Idempotency {
  readonly #max: number;
  /** By address and key, oldest first. */
  readonly #answers = new Map<string, RememberedAnswer>();
  /** Requests that have not been answered yet. */
  readonly #underWay = new Map<string, { readonly bodyHash: string; readonly done: Promise<Answer> }>();

  constructor(max: number = REMEMBERED_MAX) {
    this.#max = max;
  }

  /** As `once`, for what takes a while: who comes with the same key meanwhile waits for the same answer. */
  async onceDone(request: FastifyRequest, reply: FastifyReply, act: () => Promise<Answer>): Promise<FastifyReply> {
    const header = request.headers['idempotency-key'];
    if (header === undefined) return send(reply, await act());

    const [path] = request.url.split('?');
    const key = `${path} ${header}`;
    const bodyHash = createHash('sha256').update(JSON.stringify(request.body)).digest('base64');
    const known = this.#answers.get(key) ?? this.#underWay.get(key);
    if (known !== undefined) {
      if (known.bodyHash !== bodyHash) throw new EdgeError('IDEMPOTENCY_KEY_REUSED');
      const answer = 'done' in known ? await known.done : known;
      return send(reply.header('idempotency-replayed', 'true'), answer);
    }
    const done = act();
    this.#underWay.set(key, { bodyHash, done });
    try {
      const answer = await done;
      this.#remember(key, { ...answer, bodyHash });
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
    const bodyHash = createHash('sha256').update(JSON.stringify(request.body)).digest('base64');
    const known = this.#answers.get(key);
    if (known !== undefined) {
      if (known.bodyHash !== bodyHash) throw new EdgeError('IDEMPOTENCY_KEY_REUSED');
      send(reply.header('idempotency-replayed', 'true'), known);
      return;
    }
    const answer = act();
    this.#remember(key, { ...answer, bodyHash });
    send(reply, answer);
  }

  #remember(key: string, answer: RememberedAnswer): void {
    this.#answers.set(key, answer);
    if (this.#answers.size > this.#max) {
      for (const oldest of this.#answers.keys()) {
        this.#answers.delete(oldest);
        break;
      }
    }
  }
}

function send(reply: FastifyReply, { status, location, body }: Answer): FastifyReply {
  if (location !== undefined) reply.header('location', location);
  return reply.code(status).send(body);
}
