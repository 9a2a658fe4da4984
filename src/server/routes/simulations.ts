// The calls that make, drive and end live simulations. Those that look inside stand in simulation-looks.ts.

import Type, { type Static, type TSchema } from 'typebox';
import { InvalidInput } from '../../lab/invalid-input.ts';
import { readBySchema } from '../../lab/schema-reader.ts';
import type { App } from '../app.ts';
import { refusing, refusingLater } from '../error-handler.ts';
import type { EdgeErrorCode } from '../errors.ts';
import type { Idempotency } from '../idempotency.ts';
import { SimulationEventSchema } from '../result-schemas/events.ts';
import { IdempotencyHeaders, IdParams, JobListQuery, problems } from '../schemas.ts';
import type { SimulationView } from '../simulations/live-session.ts';
import type { SimulationService } from '../simulations/simulation-service.ts';
import { validateObjectBody } from '../validation.ts';
import { type JobSockets, jobEventRoutes } from './job-events.ts';
import { simulationLookRoutes } from './simulation-looks.ts';
import {
  AdvanceBody,
  AdvancedSchema,
  CreateBody,
  OperateBody,
  OperationStartedSchema,
  PaceBody,
  SimulationListSchema,
  StateSchema,
  WaitField,
} from './simulation-schemas.ts';

const PATH = '/v1/simulations';
const tags = ['simulations'];
const NS_PER_MS = 1e6;

const { limit, cursor } = JobListQuery.properties;
const ListQuery = Type.Object({ limit, cursor }, { additionalProperties: false });

const BODY_ERRORS: readonly EdgeErrorCode[] = [
  'BODY_MALFORMED',
  'REQUEST_INVALID',
  'BODY_TOO_LARGE',
  'MEDIA_TYPE_UNSUPPORTED',
  'IDEMPOTENCY_KEY_REUSED',
  'SIMULATION_INVALID',
];

interface Shared {
  readonly idempotency: Idempotency;
  readonly sockets: JobSockets;
}

export function simulationRoutes(app: App, simulations: SimulationService, { idempotency, sockets }: Shared): void {
  app.post(
    PATH,
    {
      validatorCompiler: validateObjectBody,
      schema: {
        tags,
        summary: 'Makes a live simulation, at virtual time 0.',
        headers: IdempotencyHeaders,
        body: CreateBody,
        response: {
          201: StateSchema,
          ...problems(...BODY_ERRORS, 'SIMULATION_TOO_LARGE', 'TOO_MANY_SIMULATIONS', 'RUN_FAILED', 'WORKER_DIED'),
        },
      },
    },
    (request, reply) =>
      idempotency.onceDone(request, reply, async () => {
        const view = await simulations.create(request.body);
        return { status: 201, location: `${PATH}/${view.id}`, body: view };
      }),
  );

  app.get(
    PATH,
    {
      schema: {
        tags,
        summary: 'Lists live simulations, newest first.',
        querystring: ListQuery,
        response: { 200: SimulationListSchema, ...problems('REQUEST_INVALID') },
      },
    },
    async (request) => {
      const { items, nextCursor } = await simulations.list(request.query);
      return { items: items.map(summaryOf), nextCursor };
    },
  );

  app.get(
    `${PATH}/:id`,
    {
      schema: {
        tags,
        summary: 'How a live simulation stands.',
        params: IdParams,
        response: { 200: StateSchema, ...problems('NOT_FOUND') },
      },
    },
    (request) => simulations.find(request.params.id).view(),
  );

  app.delete(
    `${PATH}/:id`,
    {
      schema: {
        tags,
        summary: 'Ends a live simulation at once, whatever it does.',
        params: IdParams,
        response: { 204: Type.Null({ description: 'Ended.' }), ...problems('NOT_FOUND') },
      },
    },
    (request, reply) => {
      simulations.remove(request.params.id);
      reply.code(204).send(null);
    },
  );

  app.post(
    `${PATH}/:id/operations`,
    {
      validatorCompiler: validateObjectBody,
      schema: {
        tags,
        summary: 'Starts an operation at the present virtual time, in a thread of its own.',
        params: IdParams,
        headers: IdempotencyHeaders,
        body: OperateBody,
        response: { 202: OperationStartedSchema, ...problems(...BODY_ERRORS, 'NOT_FOUND', 'SIMULATION_ENDED') },
      },
    },
    (request, reply) =>
      idempotency.onceDone(request, reply, async () => {
        const started = simulations.find(request.params.id).call('operate', request.body);
        return { status: 202, location: undefined, body: await refusingLater('SIMULATION_INVALID', started) };
      }),
  );

  app.post(
    `${PATH}/:id/advance`,
    {
      validatorCompiler: validateObjectBody,
      schema: {
        tags,
        summary: 'Moves virtual time. 200 when the goal is reached, 202 while it goes on after `wait`.',
        params: IdParams,
        headers: IdempotencyHeaders,
        body: AdvanceBody,
        response: {
          200: AdvancedSchema,
          202: AdvancedSchema,
          ...problems(...BODY_ERRORS, 'NOT_FOUND', 'SIMULATION_BUSY', 'SIMULATION_ENDED'),
        },
      },
    },
    (request, reply) =>
      idempotency.onceDone(request, reply, async () => {
        const session = simulations.find(request.params.id);
        const { wait, ...goal } = request.body;
        const waitNs = read(WaitBody, wait === undefined ? {} : { wait }).wait;
        const { outcome, view } = await refusingLater('SIMULATION_INVALID', session.advance(goal, waitNs / NS_PER_MS));
        return { status: outcome === null ? 202 : 200, location: undefined, body: { outcome, ...view } };
      }),
  );

  app.post(
    `${PATH}/:id/pace`,
    {
      validatorCompiler: validateObjectBody,
      schema: {
        tags,
        summary: 'Lets virtual time flow, at a ratio to real time; 0 pauses.',
        params: IdParams,
        headers: IdempotencyHeaders,
        body: PaceBody,
        response: {
          200: StateSchema,
          ...problems(...BODY_ERRORS, 'NOT_FOUND', 'SIMULATION_BUSY', 'SIMULATION_ENDED'),
        },
      },
    },
    (request, reply) =>
      idempotency.onceDone(request, reply, async () => {
        const session = simulations.find(request.params.id);
        const { speed } = read(PaceBody, request.body);
        return { status: 200, location: undefined, body: await session.paced(speed) };
      }),
  );

  app.post(
    `${PATH}/:id/pause`,
    {
      schema: {
        tags,
        summary: 'Ends an advance and a flow: time stands.',
        params: IdParams,
        response: { 200: StateSchema, ...problems('NOT_FOUND', 'SIMULATION_ENDED') },
      },
    },
    (request) => simulations.find(request.params.id).paced(0),
  );

  simulationLookRoutes(app, simulations);
  const events = { name: 'live simulation', path: PATH, tags, events: SimulationEventSchema };
  jobEventRoutes(app, events, simulations, sockets);
}

const WaitBody = Type.Object({ wait: WaitField }, { additionalProperties: false });

function read<S extends TSchema>(schema: S, document: unknown): Static<S> {
  return refusing('SIMULATION_INVALID', () => {
    const { value, errors, unlisted } = readBySchema(schema, document);
    if (errors.length > 0) throw new InvalidInput('simulation', errors, unlisted);
    return value as Static<S>;
  });
}

function summaryOf(view: SimulationView) {
  const { id, createdAt, status, ended, endMessage, scenario, scheme, mapcount, seed, simTimeNs, events } = view;
  return { id, createdAt, status, ended, endMessage, scenario, scheme, mapcount, seed, simTimeNs, events };
}
