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
import { asyncApiDocument } from './asyncapi/document.ts';
import { SOCKET_PROTOCOL } from './authentication.ts';
import { comparisonService } from './comparison-service.ts';
import { compressAnswers } from './compression.ts';
import { asEdgeError, installErrorHandlers, refuseConnection, sendProblem } from './error-handler.ts';
import { EdgeError } from './errors.ts';
import type { EventSubscriber, SubscriberOptions } from './event-subscriber.ts';
import { explorationService } from './exploration-service.ts';
import { lateFixedAnswer } from './fixed-answer.ts';
import { type GuardOptions, installGuards } from './guards/guards.ts';
import { readJsonBodies } from './guards/json-body.ts';
import { allowStyleOfDocs } from './guards/security-headers.ts';
import { Idempotency } from './idempotency.ts';
import type { JobLimits } from './jobs/job-service.ts';
import { ServiceLibrary } from './library.ts';
import { MapcountTable } from './mapcount-table.ts';
import { type MeasuringHost, measurementService } from './measurement-service.ts';
import { Metrics } from './metrics.ts';
import type { OpenTelemetry } from './open-telemetry.ts';
import { completeDocument } from './openapi/document.ts';
import { openApiDocument } from './openapi.ts';
import { servePage } from './page.ts';
import { RequestLog } from './request-log.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { comparisonDoor, comparisonTraceRoute } from './routes/comparisons.ts';
import { explorationDoor, explorationStepsRoute, explorationTraceRoute } from './routes/explorations.ts';
import { healthRoutes } from './routes/health.ts';
import { historyRoute } from './routes/history.ts';
import { type JobDoor, jobRoutes } from './routes/jobs.ts';
import { libraryRoutes } from './routes/library.ts';
import { measurementDoor } from './routes/measurements.ts';
import { simulationRoutes } from './routes/simulations.ts';
import { sweepDoor } from './routes/sweeps.ts';
import { SimulationAnswers } from './simulations/simulation-answers.ts';
import type { SimulationLimits } from './simulations/simulation-limits.ts';
import { SimulationService } from './simulations/simulation-service.ts';
import { Steps } from './steps.ts';
import type { Store } from './store/store.ts';
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

export interface AppParts extends GuardOptions {
  readonly pool: WorkerPool;
  readonly store: Store;
  readonly logger: FastifyBaseLogger;
  /** Those of comparisons, and of sockets. */
  readonly limits?: Partial<ServiceLimits>;
  /** What measures; this host where it is absent. */
  readonly measuringHost?: MeasuringHost;
  /** Those of live simulations; and another thread for them than the one that runs the model. */
  readonly simulationLimits?: Partial<SimulationLimits>;
  readonly simulationWorkerFile?: URL;
  readonly subscriberOptions?: Partial<SubscriberOptions>;
  readonly timeouts?: Partial<Timeouts>;
  readonly telemetry?: Pick<OpenTelemetry, 'install'> | undefined;
  /** Where the built page is; without it there is none. */
  readonly pageFolder?: string | undefined;
  /** Addresses of proxies that are believed when they say whom they speak for. */
  readonly trustProxy?: string[] | undefined;
}

interface Timeouts {
  /** For the head of a request to come in. */
  readonly headMs: number;
  /** For all of a request to come in. */
  readonly requestMs: number;
  /** A connection on which nothing happens is closed. Longer than any call takes. */
  readonly idleMs: number;
}

const DEFAULT_TIMEOUTS: Timeouts = { headMs: 10_000, requestMs: 30_000, idleMs: 120_000 };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route speaks WebSocket. */
    socket?: true;
    /** It answers for as long as something happens. */
    stream?: true;
  }
}

const BODY_BYTES_MAX = 1024 * 1024;
const SOCKET_MESSAGE_BYTES_MAX = 4 * 1024;

export async function buildApp(parts: AppParts): Promise<App> {
  const { headMs, requestMs, idleMs } = { ...DEFAULT_TIMEOUTS, ...parts.timeouts };
  const app: App = fastify({
    loggerInstance: parts.logger,
    bodyLimit: BODY_BYTES_MAX,
    genReqId: () => randomUUID(),
    logController: new RequestLog(),
    frameworkErrors: (error, request, reply) => void sendProblem(asEdgeError(error), request, reply),
    clientErrorHandler: refuseConnection,
    // What still comes in over open connections is answered as ever; new work is refused, with a problem, by a hook below.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    connectionTimeout: idleMs,
    requestTimeout: requestMs,
    http: {
      headersTimeout: headMs,
      connectionsCheckingInterval: Math.ceil(headMs / 4),
      // Some clients offer HTTP/2 with every first request, and take HTTP/1.1 where nobody takes the offer up.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    trustProxy: parts.trustProxy ?? false,
    routerOptions: { ignoreTrailingSlash: true },
  }).withTypeProvider<TypeBoxTypeProvider>();

  await parts.telemetry?.install(app);

  // JSON is the only thing that a body can be.
  app.removeContentTypeParser('text/plain');
  readJsonBodies(app);
  app.setValidatorCompiler(validate);
  // Answers go out as they are. A result that passed through a schema might lose or reorder fields, and has to be the
  // same, byte for byte, as that of the command line.
  app.setSerializerCompiler(() => JSON.stringify);
  installErrorHandlers(app);

  const { store, logger } = parts;
  const library = new ServiceLibrary((kind) => store.added(kind), logger);
  const idempotency = new Idempotency(store.answers);
  const mapcountTable = new MapcountTable();
  const limits = { ...DEFAULT_LIMITS, ...parts.limits };
  const comparisons = comparisonService(parts.pool, store.jobs('comparison'), logger, limits);
  const explorations = explorationService(parts.pool, store.jobs('exploration'), logger);
  const measurements = measurementService(store.jobs('measurement'), logger, parts.measuringHost);
  const sweeps = sweepService(parts.pool, store.jobs('sweep'), logger);
  const traces = new Traces(parts.pool);
  const steps = new Steps();
  const { simulationLimits, simulationWorkerFile } = parts;
  const simulations = new SimulationService(library, logger, simulationLimits, simulationWorkerFile);

  // Before the listening socket closes: no new work, every socket told, unfinished work put down. This stands
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
      steps.stop(),
    ]);
  });

  await app.register(websocket, {
    options: {
      maxPayload: SOCKET_MESSAGE_BYTES_MAX,
      perMessageDeflate: false,
      // Never the one with the token, which is what the library would answer.
      handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
    },
  });
  // These stand behind it: it has to have seen a request, or it does not end the connection of one that is refused.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    const isSocketRoute = request.routeOptions.config.socket === true;
    done(request.ws && !isSocketRoute ? new EdgeError('ROUTE_NOT_FOUND', 'There is no WebSocket here.') : undefined);
  });
  await installGuards(app, parts);
  app.addHook('preHandler', (request, _reply, done) => {
    done(stopping && request.method === 'POST' ? new EdgeError('STOPPING') : undefined);
  });

  await compressAnswers(app);

  const metrics = new Metrics();
  metrics.watchPool(parts.pool);
  metrics.watchStreams(open);
  metrics.watchJobs([comparisons, sweeps, explorations, measurements]);
  metrics.watchSimulations(simulations);
  metrics.install(app);

  const needsToken = parts.token !== undefined;
  await app.register(swagger, {
    openapi: openApiDocument(needsToken),
    // OpenAPI 3.1 has it.
    convertConstToEnum: false,
    transformObject: (given) => completeDocument('openapiObject' in given ? given.openapiObject : {}, needsToken),
  });
  await app.register(swaggerUi, { routePrefix: '/docs', transformStaticCSP: allowStyleOfDocs });
  const hidden = { schema: { hide: true } };
  app.get(
    '/openapi.json',
    hidden,
    lateFixedAnswer(() => app.swagger()),
  );
  app.get(
    '/asyncapi.json',
    hidden,
    lateFixedAnswer(() => asyncApiDocument(app.swagger())),
  );

  if (parts.pageFolder !== undefined) await servePage(app, parts.pageFolder);
  healthRoutes(app, () => stopping);
  catalogRoutes(app, mapcountTable, simulations.limits);
  libraryRoutes(app, library, idempotency);
  const shared = {
    idempotency,
    sockets: { open, most: limits.subscribers, options: parts.subscriberOptions ?? {}, meter: metrics },
  };
  const doors = {
    comparison: comparisonDoor(comparisons, library),
    sweep: sweepDoor(sweeps, library),
    exploration: explorationDoor(explorations),
    measurement: measurementDoor(measurements),
  };
  jobRoutes(app, doors.comparison, shared);
  comparisonTraceRoute(app, doors.comparison, traces);
  jobRoutes(app, doors.sweep, shared);
  jobRoutes(app, doors.exploration, shared);
  explorationTraceRoute(app, explorations);
  explorationStepsRoute(app, explorations, steps);
  jobRoutes(app, doors.measurement, shared);
  const answers = new SimulationAnswers((id) => simulations.has(id));
  simulationRoutes(app, simulations, { ...shared, idempotency: new Idempotency(answers) });
  historyRoute(app, store);

  takeUp(doors.comparison);
  takeUp(doors.sweep);
  takeUp(doors.exploration);
  takeUp(doors.measurement);
  return app;
}

/** What the process before this one has left of these jobs. */
function takeUp<Plan, Spec, Result>({ service, planOf, invalid }: JobDoor<Plan, Spec, Result>): void {
  service.resume(planOf, invalid);
}
