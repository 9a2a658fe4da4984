// Shapes of requests and answers, for validation and for the OpenAPI document. Scenarios and profiles are read by the
// lab, which knows their rules: here they are only objects.

import Type, { type TSchema } from 'typebox';
import type { MapcountConsumer } from '../lab/mapcount-consumers.ts';
import { mapcountSchemes } from '../lab/vocabulary.ts';
import { EDGE_ERRORS, type EdgeErrorCode } from './errors.ts';
import { STATUSES } from './jobs/job.ts';

const closed = { additionalProperties: false } as const;

const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Enum(Object.keys(EDGE_ERRORS)),
    detail: Type.Optional(Type.String()),
    instance: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { $id: 'Problem', description: 'RFC 9457.' },
);

/** Answers of a route for these errors, by status. */
export function problems(...codes: EdgeErrorCode[]): Record<number, unknown> {
  const byStatus = Object.groupBy(codes, (code) => EDGE_ERRORS[code].status);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, group]) => [
      status,
      {
        description: (group ?? []).map((code) => `${code}: ${EDGE_ERRORS[code].title}`).join(' '),
        content: { 'application/problem+json': { schema: ProblemSchema } },
      },
    ]),
  );
}

export const NameParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) });
export const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'The same key with the same body gets the first answer again; with another body it is refused.',
    }),
  ),
});

const StatusSchema = Type.Enum([...STATUSES]);

export const AcceptedSchema = Type.Object({ id: Type.String(), status: StatusSchema });

/** Answers about one kind of job, for the OpenAPI document: what is answered is what the service has. */
export function jobSchemas(spec: TSchema, progress: string) {
  const summary = {
    id: Type.String(),
    status: StatusSchema,
    createdAt: Type.String({ format: 'date-time' }),
    finishedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
    progress: Type.Object({ done: Type.Integer(), total: Type.Integer() }, { description: progress }),
  };
  const result = Type.Object(
    {},
    { additionalProperties: true, description: 'Only if it succeeded. See docs/reference/api.md.' },
  );
  return {
    job: Type.Unsafe<object>(
      Type.Object({ ...summary, spec, result: Type.Optional(result), error: Type.Optional(ProblemSchema) }),
    ),
    list: Type.Unsafe<object>(
      Type.Object({
        items: Type.Array(Type.Object(summary)),
        nextCursor: Type.Union([Type.String(), Type.Null()]),
      }),
    ),
  };
}

export const JobListQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    cursor: Type.Optional(Type.String({ maxLength: 128, description: 'nextCursor of the page before.' })),
    status: Type.Optional(StatusSchema),
  },
  closed,
);

export const LibraryListSchema = Type.Object({
  items: Type.Array(Type.Object({ name: Type.String(), description: Type.String() })),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});

export const LibraryListQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 100 }),
    cursor: Type.Optional(Type.String({ maxLength: 128, description: 'nextCursor of the page before.' })),
  },
  closed,
);

const MapcountCellSchema = Type.Object({
  works: Type.Boolean({ description: 'Whether what the description says is so.' }),
  result: Type.String({ description: 'What the consumer has seen.' }),
});

export const MapcountTableSchema = Type.Object({
  consumers: Type.Array(
    Type.Object({
      consumer: Type.String(),
      description: Type.String({ description: 'What is so if the consumer works.' }),
      cells: Type.Unsafe<MapcountConsumer['cells']>(
        Type.Object(Object.fromEntries(mapcountSchemes.map(({ id }) => [id, MapcountCellSchema])), {
          description: 'By mapcount scheme.',
        }),
      ),
    }),
  ),
});

export const ResultQuery = Type.Object({ format: Type.Enum(['json', 'csv', 'parquet'], { default: 'json' }) }, closed);
