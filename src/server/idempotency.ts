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

  constructor(max: number = REMEMBERED_MAX) {
    this.#max = max;
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
    this.#answers.set(key, { ...answer, bodyHash });
    if (this.#answers.size > this.#max) {
      for (const oldest of this.#answers.keys()) {
        this.#answers.delete(oldest);
        break;
      }
    }
    send(reply, answer);
  }
}

function send(reply: FastifyReply, { status, location, body }: Answer): void {
  if (location !== undefined) reply.header('location', location);
  reply.code(status).send(body);
}
