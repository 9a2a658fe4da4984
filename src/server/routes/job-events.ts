// What happens in a job, as a stream: by WebSocket, and by Server-Sent Events for clients that have none.

import type { FastifyReply } from 'fastify';
import Type, { type TSchema } from 'typebox';
import type { WebSocket } from 'ws';
import type { App } from '../app.ts';
import { describedBy } from '../asyncapi/document.ts';
import { EdgeError } from '../errors.ts';
import type { EventLog } from '../event-log.ts';
import { EventSubscriber, type FrameSink, type StreamMeter, type SubscriberOptions } from '../event-subscriber.ts';
import { IdParams, problems } from '../schemas.ts';
import { SocketSink } from '../socket-sink.ts';
import { END_ID, SseSink } from '../sse-sink.ts';
import { StreamHeaders, StreamQuery, topicsOf } from '../stream-query.ts';

const PING_MS = 30_000;
const EVENT_STREAM = 'text/event-stream; charset=utf-8';

/** The streams of the service, of all jobs and simulations together. */
export interface JobSockets {
  /** Subscribers of all open ones. */
  readonly open: Set<EventSubscriber>;
  readonly most: number;
  readonly options: Partial<SubscriberOptions>;
  readonly meter?: StreamMeter | undefined;
}

interface JobPath {
  readonly name: string;
  readonly path: string;
  readonly tags: string[];
  /** What it tells, as JSON Schema. */
  readonly events: TSchema;
}

/** What of a service a stream needs, whatever it has: jobs, or simulations. */
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

/** "an exploration". */
export const withArticle = (name: string): string => `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;

/** Both streams of one kind of job, or of what else has events. */
export function jobEventRoutes(app: App, job: JobPath, source: EventSource, sockets: JobSockets): void {
  socketRoute(app, job, source, sockets);
  sseRoute(app, job, source, sockets);
}

function socketRoute(app: App, { name, path, tags, events }: JobPath, source: EventSource, sockets: JobSockets): void {
  app.route({
    method: 'GET',
    url: `${path}/:id/events`,
    config: { socket: true },
    schema: {
      tags,
      summary: `WebSocket: what happens in ${withArticle(name)}, and its progress. See /asyncapi.json.`,
      params: IdParams,
      ...describedBy(events),
      response: problems('NOT_FOUND', 'UPGRADE_REQUIRED', 'TOO_MANY_SUBSCRIBERS'),
    },
    // Refused before the upgrade, so that the client sees a status and a problem instead of a socket that closes.
    preHandler: (request, _reply, done) => {
      source.get(request.params.id);
      if (request.ws) assertRoom(sockets);
      done();
    },
    handler: () => {
      throw new EdgeError('UPGRADE_REQUIRED', undefined, { headers: { upgrade: 'websocket', connection: 'upgrade' } });
    },
    wsHandler: (socket, request) => {
      const { id } = request.params as { id: string };
      const { subscriber, leave } = follow(source, id, new SocketSink(socket), sockets);
      const stopPings = keepAlive(socket);
      socket.on('message', (data) => {
        if (subscriber.receive(String(data))) source.named?.(id);
      });
      socket.on('error', (error) => request.log.warn({ err: error }, 'socket failed'));
      socket.on('close', () => {
        stopPings();
        leave();
      });
    },
  });
}

function sseRoute(app: App, { name, path, tags }: JobPath, source: EventSource, sockets: JobSockets): void {
  app.get(
    `${path}/:id/stream`,
    {
      config: { stream: true },
      schema: {
        tags,
        summary: `Server-Sent Events: what happens in ${withArticle(name)}, and its progress. See docs/reference/api.md.`,
        params: IdParams,
        querystring: StreamQuery,
        headers: StreamHeaders,
        response: {
          200: { description: 'Until it ends.', content: { 'text/event-stream': { schema: Type.String() } } },
          204: Type.Null({ description: 'The client has seen the end.' }),
          ...problems('REQUEST_INVALID', 'NOT_FOUND', 'TOO_MANY_SUBSCRIBERS'),
        },
      },
    },
    (request, reply): void => {
      const { id } = request.params;
      const lastEventId = request.headers['last-event-id'];
      const topics = topicsOf(request.query.topics);
      source.get(id);
      // Anything else than 204 makes a browser come back for ever.
      if (lastEventId === END_ID) {
        reply.code(204).send(null);
        return;
      }
      // Who asks for the head alone would wait for it until the stream ends.
      if (request.method === 'HEAD') {
        reply.type(EVENT_STREAM).send('');
        return;
      }
      assertRoom(sockets);
      const sink = openSse(reply);
      const { subscriber, leave } = follow(source, id, sink, sockets);
      reply.raw.on('error', (error) => request.log.warn({ err: error }, 'stream failed'));
      reply.raw.on('close', leave);
      const sinceSeq = lastEventId ? Number(lastEventId) : request.query.sinceSeq;
      subscriber.subscribe({ topics, sinceSeq });
      if (topics !== undefined) source.named?.(id);
    },
  );
}

/** Takes the answer out of Fastify's hands, with the headers that it has so far. */
function openSse(reply: FastifyReply): SseSink {
  reply.hijack();
  const headers = Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined);
  for (const [header, value] of headers) reply.raw.setHeader(header, value as string | number | string[]);
  reply.raw.writeHead(200, {
    'content-type': EVENT_STREAM,
    'cache-control': 'no-store, no-transform',
    // A proxy that collects an answer before it hands it on would hold it for ever.
    'x-accel-buffering': 'no',
    connection: 'close',
  });
  return new SseSink(reply.raw);
}

function follow(
  source: EventSource,
  id: string,
  sink: FrameSink,
  { open, options, meter }: JobSockets,
): { subscriber: EventSubscriber; leave: () => void } {
  const subscriber = new EventSubscriber(source.log(id), sink, () => source.statusOf(id), options, meter);
  source.join(id, subscriber);
  open.add(subscriber);
  return {
    subscriber,
    leave() {
      open.delete(subscriber);
      source.leave(id, subscriber);
      subscriber.dispose();
    },
  };
}

function assertRoom({ open, most }: JobSockets): void {
  if (open.size >= most) throw new EdgeError('TOO_MANY_SUBSCRIBERS');
}

/** Ends a socket whose other end has gone without a word. */
function keepAlive(socket: WebSocket): () => void {
  let answered = true;
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, PING_MS);
  socket.on('pong', () => {
    answered = true;
  });
  return () => clearInterval(timer);
}
