import type { WebSocket } from 'ws';
import type { App } from '../app.ts';
import { EdgeError } from '../errors.ts';
import { EventSubscriber, type SubscriberOptions } from '../event-subscriber.ts';
import type { JobService } from '../jobs/job-service.ts';
import { IdParams, problems } from '../schemas.ts';

const HEARTBEAT_MS = 30_000;

/** The sockets of the service, of all jobs together. */
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

/** What of a service a socket needs, whatever its jobs are. */
type JobEvents = Pick<JobService<unknown, unknown, unknown>, 'get' | 'log' | 'statusOf' | 'join' | 'leave'>;

/** The socket of one job. */
export function jobEventRoute(app: App, { name, path, tags }: JobPath, jobs: JobEvents, sockets: JobSockets): void {
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
      jobs.get(request.params.id);
      if (request.ws && open.size >= most) throw new EdgeError('TOO_MANY_SUBSCRIBERS');
      done();
    },
    handler: () => {
      throw new EdgeError('UPGRADE_REQUIRED', undefined, { headers: { upgrade: 'websocket', connection: 'upgrade' } });
    },
    wsHandler: (socket, request) => {
      const { id } = request.params as { id: string };
      const subscriber = new EventSubscriber(jobs.log(id), socket, () => jobs.statusOf(id), options);
      const stopHeartbeat = keepAlive(socket);
      jobs.join(id, subscriber);
      open.add(subscriber);
      socket.on('message', (data) => subscriber.receive(String(data)));
      socket.on('error', (error) => request.log.warn({ err: error }, 'socket failed'));
      socket.on('close', () => {
        stopHeartbeat();
        open.delete(subscriber);
        jobs.leave(id, subscriber);
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
