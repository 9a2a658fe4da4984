import type { WebSocket } from 'ws';
import type { App } from '../app.ts';
import { EdgeError } from '../errors.ts';
import type { EventLog } from '../event-log.ts';
import { EventSubscriber, type SubscriberOptions } from '../event-subscriber.ts';
import { IdParams, problems } from '../schemas.ts';

const HEARTBEAT_MS = 30_000;

/** The sockets of the service, of all jobs and simulations together. */
export interface JobSockets {
  /** Subscribers of all open ones. */
  readonly open: Set<EventSubscriber>;
  readonly most: number;
  readonly options: SubscriberOptions;
}

interface JobPath {
  readonly name: string;
  readonly path: string;
  readonly tags: string[];
}

/** What of a service a socket needs, whatever it has: jobs, or simulations. */
export interface EventSource {
  /** Throws NOT_FOUND. */
  get(id: string): unknown;
  log(id: string): EventLog;
  statusOf(id: string): string;
  join(id: string, subscriber: EventSubscriber): void;
  leave(id: string, subscriber: EventSubscriber): void;
  /** A subscriber has named the topics that it wants. */
  named?(id: string): void;
}

/** The socket of one job, or of what else has events. */
export function jobEventRoute(app: App, { name, path, tags }: JobPath, source: EventSource, sockets: JobSockets): void {
  const { open, most, options } = sockets;
  app.route({
    method: 'GET',
    url: `${path}/:id/events`,
    config: { socket: true },
    schema: {
      tags,
      summary: `WebSocket: what happens in a ${name}, and its progress. See docs/reference/api.md.`,
      params: IdParams,
      response: problems('NOT_FOUND', 'UPGRADE_REQUIRED', 'TOO_MANY_SUBSCRIBERS'),
    },
    // Refused before the upgrade, so that the client sees a status and a problem instead of a socket that closes.
    preHandler: (request, _reply, done) => {
      source.get(request.params.id);
      if (request.ws && open.size >= most) throw new EdgeError('TOO_MANY_SUBSCRIBERS');
      done();
    },
    handler: () => {
      throw new EdgeError('UPGRADE_REQUIRED', undefined, { headers: { upgrade: 'websocket', connection: 'upgrade' } });
    },
    wsHandler: (socket, request) => {
      const { id } = request.params as { id: string };
      const subscriber = new EventSubscriber(source.log(id), socket, () => source.statusOf(id), options);
      const stopHeartbeat = keepAlive(socket);
      source.join(id, subscriber);
      open.add(subscriber);
      socket.on('message', (data) => {
        if (subscriber.receive(String(data))) source.named?.(id);
      });
      socket.on('error', (error) => request.log.warn({ err: error }, 'socket failed'));
      socket.on('close', () => {
        stopHeartbeat();
        open.delete(subscriber);
        source.leave(id, subscriber);
        subscriber.dispose();
      });
    },
  });
}

/** Ends a socket whose other end has gone without a word, or reads so slowly that it does not even answer a ping. */
function keepAlive(socket: WebSocket): () => void {
  let answered = true;
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, HEARTBEAT_MS);
  socket.on('pong', () => {
    answered = true;
  });
  return () => clearInterval(timer);
}
