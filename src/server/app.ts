// The HTTP and WebSocket interface. What it needs comes in as arguments, so that tests build it on what they like.

import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import websocket from '@fastify/websocket';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import { bearerToken } from './authentication.ts';
import { type ComparisonStore, comparisonService } from './comparison-service.ts';
import { asEdgeError, installErrorHandlers, refuseConnection, sendProblem } from './error-handler.ts';
import { EdgeError } from './errors.ts';
import { DEFAULT_SUBSCRIBER_OPTIONS, type EventSubscriber, type SubscriberOptions } from './event-subscriber.ts';
import { explorationService } from './exploration-service.ts';
import { Idempotency } from './idempotency.ts';
import type { JobLimits } from './jobs/job-service.ts';
import { ServiceLibrary } from './library.ts';
import { MapcountTable } from './mapcount-table.ts';
import { type MeasuringHost, measurementService } from './measurement-service.ts';
import { openApiDocument } from './openapi.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { comparisonDoor, comparisonTraceRoute } from './routes/comparisons.ts';
import { explorationDoor, explorationTraceRoute } from './routes/explorations.ts';
import { healthRoutes } from './routes/health.ts';
import { jobRoutes } from './routes/jobs.ts';
import { libraryRoutes } from './routes/library.ts';
import { measurementDoor } from './routes/measurements.ts';
import { simulationRoutes } from './routes/simulations.ts';
import { sweepDoor } from './routes/sweeps.ts';
import type { SimulationLimits } from './simulations/simulation-limits.ts';
import { SimulationService } from './simulations/simulation-service.ts';
import { sweepService } from './sweep-service.ts';
import { Traces } from './traces.ts';
import { validate } from './validation.ts';
import type { WorkerPool } from './worker-pool.ts';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

interface ServiceLimits extends JobLimits {
  /** Sockets, of all jobs and simulations together. */
  readonly subscribers: number;
}

const DEFAULT_LIMITS: ServiceLimits = { unfinished: 64, logs: 8, subscribers: 256 };

export interface AppParts {
  readonly pool: WorkerPool;
  readonly store: ComparisonStore;
  readonly logger: FastifyBaseLogger;
  /** Asked of every caller, except for health. */
  readonly token?: string | undefined;
  /** Those of comparisons, and of sockets. */
  readonly limits?: Partial<ServiceLimits>;
  /** What measures; this host where it is absent. */
  readonly measuringHost?: MeasuringHost;
  /** Those of live simulations; and another thread for them than the one that runs the model. */
  readonly simulationLimits?: Partial<SimulationLimits>;
  readonly simulationWorkerFile?: URL;
  readonly subscriberOptions?: Partial<SubscriberOptions>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route speaks WebSocket. */
    socket?: true;
  }
}

const BODY_BYTES_MAX = 1024 * 1024;
const SOCKET_MESSAGE_BYTES_MAX = 64 * 1024;

export async function buildApp(parts: AppParts): Promise<App> {
  const app: App = fastify({
    loggerInstance: parts.logger,
    bodyLimit: BODY_BYTES_MAX,
    genReqId: () => randomUUID(),
    frameworkErrors: (error, request, reply) => void sendProblem(asEdgeError(error), request, reply),
    clientErrorHandler: refuseConnection,
    // A request that came in before the stop is answered; a new one is told to go elsewhere.
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true },
  }).withTypeProvider<TypeBoxTypeProvider>();

  // JSON is the only thing that a body can be.
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(validate);
  // Answers go out as they are. A result that passed through a schema might lose or reorder fields, and has to be the
  // same, byte for byte, as that of the command line.
  app.setSerializerCompiler(() => JSON.stringify);
  installErrorHandlers(app);

  const library = new ServiceLibrary();
  const idempotency = new Idempotency();
  const mapcountTable = new MapcountTable();
  const limits = { ...DEFAULT_LIMITS, ...parts.limits };
  const comparisons = comparisonService(parts.pool, parts.store, parts.logger, limits);
  const explorations = explorationService(parts.pool, parts.logger);
  const measurements = measurementService(parts.logger, parts.measuringHost);
  const sweeps = sweepService(parts.pool, parts.logger);
  const traces = new Traces(parts.pool);
  const { simulationLimits, simulationWorkerFile } = parts;
  const simulations = new SimulationService(library, parts.logger, simulationLimits, simulationWorkerFile);

  // Before the listening socket closes: no new work, every socket told, unfinished work cancelled. This stands
  // in front of the WebSocket plugin, which would otherwise close the sockets first, without a word.
  const open = new Set<EventSubscriber>();
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
    for (const subscriber of open) subscriber.goAway();
    traces.stop();
    await Promise.all([
      comparisons.stop(),
      sweeps.stop(),
      explorations.stop(),
      measurements.stop(),
      simulations.stop(),
      mapcountTable.stop(),
    ]);
  });

  await app.register(websocket, { options: { maxPayload: SOCKET_MESSAGE_BYTES_MAX, perMessageDeflate: false } });
  // These stand behind it: it has to have seen a request, or it does not end the connection of one that is refused.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    const isSocketRoute = request.routeOptions.config.socket === true;
    done(request.ws && !isSocketRoute ? new EdgeError('ROUTE_NOT_FOUND', 'There is no WebSocket here.') : undefined);
  });
  if (parts.token !== undefined) app.addHook('onRequest', bearerToken(parts.token));
  app.addHook('preHandler', (request, _reply, done) => {
    done(stopping && request.method === 'POST' ? new EdgeError('STOPPING') : undefined);
  });

  await app.register(swagger, { openapi: openApiDocument(parts.token !== undefined) });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());

  healthRoutes(app, () => stopping);
  catalogRoutes(app, mapcountTable, simulations.limits);
  libraryRoutes(app, library, idempotency);
  const options = { ...DEFAULT_SUBSCRIBER_OPTIONS, ...parts.subscriberOptions };
  const shared = { idempotency, sockets: { open, most: limits.subscribers, options } };
  const comparison = comparisonDoor(comparisons, library);
  jobRoutes(app, comparison, shared);
  comparisonTraceRoute(app, comparison, traces);
  jobRoutes(app, sweepDoor(sweeps, library), shared);
  jobRoutes(app, explorationDoor(explorations), shared);
  explorationTraceRoute(app, explorations);
  jobRoutes(app, measurementDoor(measurements), shared);
  simulationRoutes(app, simulations, shared);
  return app;
}
