import type { WebSocket } from 'ws';
import type { App } from '../app.ts';
import type { ComparisonService } from '../comparison-service.ts';
import { EdgeError } from '../errors.ts';
import { EventSubscriber, type SubscriberOptions } from '../event-subscriber.ts';
import { IdParams, problems } from '../schemas.ts';

const HEARTBEAT_MS = 30_000;

/** The socket of a comparison. `open` holds the subscribers of all open ones. */
export function comparisonEventRoutes(
  app: App,
  comparisons: ComparisonService,
  open: Set<EventSubscriber>,
  options: SubscriberOptions,
): void {
  app.route({
    method: 'GET',
    url: '/v1/comparisons/:id/events',
    config: { socket: true },
    schema: {
      tags: ['comparisons'],
      summary: 'WebSocket: records and progress of a comparison. See docs/reference/api.md.',
      params: IdParams,
      response: problems('NOT_FOUND', 'UPGRADE_REQUIRED', 'TOO_MANY_SUBSCRIBERS'),
    },
    // Refused before the upgrade, so that the client sees a status and a problem instead of a socket that closes.
    preHandler: (request, _reply, done) => {
      comparisons.get(request.params.id);
      if (request.ws && !comparisons.hasRoomForSubscriber) throw new EdgeError('TOO_MANY_SUBSCRIBERS');
      done();
    },
    handler: () => {
      throw new EdgeError('UPGRADE_REQUIRED', undefined, { headers: { upgrade: 'websocket', connection: 'upgrade' } });
    },
    wsHandler: (socket, request) => {
      const { id } = request.params as { id: string };
      const subscriber = new EventSubscriber(comparisons.log(id), socket, () => comparisons.statusOf(id), options);
      const stopHeartbeat = keepAlive(socket);
      comparisons.join(id, subscriber);
      open.add(subscriber);
      socket.on('message', (data) => subscriber.receive(String(data)));
      socket.on('error', (error) => request.log.warn({ err: error }, 'socket failed'));
      socket.on('close', () => {
        stopHeartbeat();
        open.delete(subscriber);
        comparisons.leave(id, subscriber);
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
