// The calls that look inside a live simulation. They are answered between two slices, also while it advances.

import Type from 'typebox';
import { InvalidInput } from '../../lab/invalid-input.ts';
import { liveLimits } from '../../lab/live/limits.ts';
import { parseSize } from '../../lab/units.ts';
import type { App } from '../app.ts';
import { refusing, refusingLater } from '../error-handler.ts';
import { EdgeError } from '../errors.ts';
import { version } from '../openapi.ts';
import { IdParams, problems, TraceSchema } from '../schemas.ts';
import type { SimulationService } from '../simulations/simulation-service.ts';
import {
  FolioSchema,
  FoliosSchema,
  LocksSchema,
  MappingsSchema,
  OperationsSchema,
  StallsSchema,
} from './simulation-schemas.ts';

const tags = ['simulations'];
const closed = { additionalProperties: false } as const;

const Limit = Type.Integer({
  minimum: 1,
  maximum: liveLimits.listItems,
  default: 100,
  description: 'Entries of a page.',
});
const From = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  default: 0,
  description: '`next` of the page before.',
});
const FromQuery = Type.Object({ from: From, limit: Limit }, closed);

const StallsQuery = Type.Object(
  {
    from: From,
    limit: Limit,
    vcpu: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535, description: 'Only those of this vCPU.' })),
  },
  closed,
);

const Size = (description: string, fallback?: string) =>
  Type.String({
    pattern: '^\\d+(\\.\\d+)?(B|KiB|MiB|GiB)?$',
    maxLength: 24,
    description,
    ...(fallback === undefined ? { examples: ['2MiB'] } : { default: fallback }),
  });

const MappingsQuery = Type.Object(
  {
    start: Size('Offset in the memory: bytes, or "2MiB".', '0'),
    length: Type.Optional(Size('As start. Absent: up to the end of the memory.')),
    process: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 65_535, description: 'Index of the process. Absent: 0.' }),
    ),
    vm: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535, description: 'Absent: all VMs of the process.' })),
    limit: Limit,
  },
  closed,
);

const FolioParams = Type.Object({
  ...IdParams.properties,
  index: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Number of one of its frames.' }),
});

const LOOK_ERRORS = ['REQUEST_INVALID', 'NOT_FOUND', 'SIMULATION_ENDED'] as const;

export function simulationLookRoutes(app: App, simulations: SimulationService): void {
  const path = '/v1/simulations/:id';

  app.get(
    `${path}/operations`,
    {
      schema: {
        tags,
        summary: 'Its operations, those of the timeline first.',
        params: IdParams,
        querystring: FromQuery,
        response: { 200: OperationsSchema, ...problems(...LOOK_ERRORS) },
      },
    },
    (request) => simulations.find(request.params.id).call('operations', request.query),
  );

  app.get(
    `${path}/stalls`,
    {
      schema: {
        tags,
        summary: 'Closed stall windows, and those that are open now.',
        params: IdParams,
        querystring: StallsQuery,
        response: { 200: StallsSchema, ...problems(...LOOK_ERRORS) },
      },
    },
    (request) => {
      const { from, ...rest } = request.query;
      const asked = simulations.find(request.params.id).call('stalls', { fromIndex: from, ...rest });
      return refusingLater('REQUEST_INVALID', asked);
    },
  );

  app.get(
    `${path}/mappings`,
    {
      schema: {
        tags,
        summary: 'What a process and KVM map, run-length coded.',
        params: IdParams,
        querystring: MappingsQuery,
        response: { 200: MappingsSchema, ...problems(...LOOK_ERRORS) },
      },
    },
    (request) => {
      const { start, length, ...rest } = request.query;
      const range = {
        start: bytes('start', start),
        ...(length !== undefined && { length: bytes('length', length) }),
      };
      const asked = simulations.find(request.params.id).call('mappings', { ...range, ...rest });
      return refusingLater('REQUEST_INVALID', asked);
    },
  );

  app.get(
    `${path}/folios`,
    {
      schema: {
        tags,
        summary: 'Its folios, in order of their frames.',
        params: IdParams,
        querystring: FromQuery,
        response: { 200: FoliosSchema, ...problems(...LOOK_ERRORS) },
      },
    },
    (request) => simulations.find(request.params.id).call('folios', request.query),
  );

  app.get(
    `${path}/folios/:index`,
    {
      schema: {
        tags,
        summary: 'The folio of a frame, with its counts under the mapcount scheme.',
        params: FolioParams,
        response: { 200: FolioSchema, ...problems(...LOOK_ERRORS) },
      },
    },
    async (request) => {
      const { id, index } = request.params;
      const folio = await simulations.find(id).call('folio', index);
      if (folio === null) throw new EdgeError('NOT_FOUND', `No folio has the frame ${index} now.`);
      return folio;
    },
  );

  app.get(
    `${path}/locks`,
    {
      schema: {
        tags,
        summary: 'Locks that somebody holds or waits for.',
        params: IdParams,
        response: { 200: LocksSchema, ...problems('NOT_FOUND', 'SIMULATION_ENDED') },
      },
    },
    async (request) => ({ locks: await simulations.find(request.params.id).call('locks', null) }),
  );

  app.get(
    `${path}/trace`,
    {
      schema: {
        tags,
        summary: 'The newest records as a trace for Perfetto, if the simulation was made with `record`.',
        params: IdParams,
        response: {
          200: {
            description: 'The trace.',
            content: {
              'application/json': { schema: Type.Unsafe<Buffer>(TraceSchema) },
            },
          },
          ...problems('NOT_FOUND', 'NOT_RECORDED', 'SIMULATION_ENDED'),
        },
      },
    },
    async (request, reply) => {
      const session = simulations.find(request.params.id);
      if (!session.isRecorded) {
        throw new EdgeError('NOT_RECORDED', 'Make one with "record": {}, and all of its records are kept for a trace.');
      }
      const trace = await session.call('trace', { version });
      return reply.type('application/json; charset=utf-8').send(Buffer.from(trace.buffer));
    },
  );
}

/** "4096" and "4KiB" are the same. */
function bytes(path: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : parseSize(text);
  if (value !== null && Number.isSafeInteger(value)) return value;
  return refusing('REQUEST_INVALID', () => {
    throw new InvalidInput('querystring', [{ path, message: `must be a whole number of bytes, got "${text}"` }]);
  });
}
