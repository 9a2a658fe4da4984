// Shapes of requests and answers, for validation and for the OpenAPI document. Scenarios and profiles are read by the
// lab, which knows their rules: here they are only objects.

import Type, { type TSchema } from 'typebox';
import type { MapcountConsumer } from '../lab/mapcount-consumers.ts';
import { costProfileSchema } from '../lab/profile.ts';
import { scenarioDocumentSchema } from '../lab/scenario-schema.ts';
import { mapcountSchemes } from '../lab/vocabulary.ts';
import { EDGE_ERRORS, type EdgeErrorCode } from './errors.ts';
import { STATUSES } from './jobs/job.ts';
import { named, replacing } from './openapi/components.ts';
import { word } from './result-schemas/fields.ts';

const closed = { additionalProperties: false } as const;

const ProblemSchema = named(
  'Problem',
  Type.Object(
    {
      type: Type.String({ description: 'urn:stallscope:error: and the code.' }),
      title: Type.String({ description: 'The sentence of the code, always the same.' }),
      status: Type.Integer(),
      code: Type.Enum(Object.keys(EDGE_ERRORS), { description: 'docs/reference/errors.md has them all.' }),
      detail: Type.Optional(Type.String({ description: 'What was wrong this time.' })),
      instance: Type.Optional(Type.String({ description: 'Path of the request.' })),
      errors: Type.Optional(
        Type.Array(Type.Object({ path: Type.String(), message: Type.String() }), {
          description: 'Each field that was wrong.',
        }),
      ),
    },
    { description: 'RFC 9457.' },
  ),
);

const NextCursor = Type.Union([Type.String(), Type.Null()], { description: 'Null: this was the last page.' });

/** Answers of a route for these errors, by status. */
export function problems(...codes: EdgeErrorCode[]): Record<number, unknown> {
  const byStatus = Object.groupBy(codes, (code) => EDGE_ERRORS[code].status);
  return Object.fromEntries(Object.entries(byStatus).map(([status, group]) => [status, problemOf(group ?? [])]));
}

function problemOf(codes: readonly EdgeErrorCode[]) {
  const schema = { allOf: [ProblemSchema], type: 'object', properties: { code: { type: 'string', enum: codes } } };
  return {
    description: codes.map((code) => `${code}: ${EDGE_ERRORS[code].title}`).join(' '),
    content: { 'application/problem+json': { schema } },
  };
}

export const NameParams = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 64, description: 'As the list gives it.' }),
});
export const IdParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64, description: 'As the POST gave it.' }),
});

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'The same key with the same body gets the first answer again; with another body it is refused.',
    }),
  ),
});

const StatusSchema = word(STATUSES);
const id = Type.String({ examples: ['0f8fad5b-d9cb-469f-a165-70867728950e'] });

export const AcceptedSchema = named('AcceptedJob', Type.Object({ id, status: StatusSchema }));

interface JobSchemas {
  /** "comparison". */
  readonly name: string;
  readonly spec: TSchema;
  /** What progress counts. */
  readonly progress: string;
  readonly result: TSchema;
}

/** Answers about one kind of job, for the OpenAPI document: what is answered is what the service has. */
export function jobSchemas({ name, spec, progress, result }: JobSchemas) {
  const Name = name.slice(0, 1).toUpperCase() + name.slice(1);
  const request = named(`${Name}Request`, replacing(spec, scenarioDocumentSchema, ScenarioSchema));
  const summary = {
    id,
    status: StatusSchema,
    createdAt: Type.String({ format: 'date-time' }),
    finishedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
    progress: Type.Object({ done: Type.Integer(), total: Type.Integer() }, { description: progress }),
    scenario: Type.Union([Type.String(), Type.Null()], { description: 'Name of the scenario, where there is one.' }),
    schemes: Type.Array(Type.String(), { description: 'Notifier schemes that it is about.' }),
    reused: Type.Boolean({ description: 'The result was there already: an earlier request had asked the same.' }),
  };
  const job = Type.Object({
    ...summary,
    status: word(STATUSES, undefined, 'succeeded'),
    spec: request,
    result: Type.Optional(result),
    error: Type.Optional(ProblemSchema),
  });
  const list = Type.Object({
    items: Type.Array(named(`${Name}Summary`, Type.Object(summary))),
    nextCursor: NextCursor,
  });
  return {
    request: Type.Unsafe<object>(request),
    job: Type.Unsafe<object>(named(Name, job)),
    list: Type.Unsafe<object>(named(`${Name}List`, list)),
  };
}

export const HistorySchema = named(
  'History',
  Type.Object({
    items: Type.Array(
      named(
        'HistoryItem',
        Type.Object({
          id,
          kind: Type.String({ description: 'comparison, sweep, exploration or measurement.' }),
          status: StatusSchema,
          createdAt: Type.String({ format: 'date-time' }),
          finishedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
          progress: Type.Object({ done: Type.Integer(), total: Type.Integer() }),
          scenario: Type.Union([Type.String(), Type.Null()]),
          schemes: Type.Array(Type.String()),
          reused: Type.Boolean(),
        }),
      ),
    ),
    nextCursor: NextCursor,
  }),
);

export const JobListQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Entries of a page.' }),
    cursor: Type.Optional(Type.String({ maxLength: 128, description: 'nextCursor of the page before.' })),
    status: Type.Optional(word(STATUSES, 'Only those that are so.')),
    scenario: Type.Optional(Type.String({ maxLength: 64, description: 'Name of the scenario.' })),
    scheme: Type.Optional(Type.String({ maxLength: 64, description: 'One of its notifier schemes.' })),
    q: Type.Optional(
      Type.String({
        minLength: 3,
        maxLength: 100,
        description: 'Stands in the name of the scenario, in a scheme or in the request, in any case of letters.',
      }),
    ),
    since: Type.Optional(Type.String({ format: 'date-time', description: 'Created at this time or later.' })),
    until: Type.Optional(Type.String({ format: 'date-time', description: 'Created before this time.' })),
  },
  closed,
);

export const FreshQuery = Type.Object(
  {
    fresh: Type.Boolean({ default: false, description: 'Compute it even if there is a result for the same request.' }),
  },
  closed,
);
export const NoQuery = Type.Object({}, closed);

export const LibraryListSchema = named(
  'LibraryList',
  Type.Object({
    items: Type.Array(Type.Object({ name: Type.String(), description: Type.String() })),
    nextCursor: NextCursor,
  }),
);

/** A library document goes out as it was written, so it is described as it may be written. */
export const ScenarioSchema = named('Scenario', scenarioDocumentSchema);
export const CostProfileSchema = named('CostProfile', costProfileSchema);

const TraceEvent = Type.Object(
  { ph: Type.String({ description: 'What kind of event it is, which says what else it has.' }) },
  { additionalProperties: true },
);

export const TraceSchema = named(
  'ChromeTrace',
  Type.Object(
    {
      displayTimeUnit: Type.String({ examples: ['ns'] }),
      otherData: Type.Optional(
        Type.Object({}, { additionalProperties: true, description: 'What it is a trace of, and what is left out.' }),
      ),
      traceEvents: Type.Array(TraceEvent),
    },
    { description: 'The trace format that Chrome and Perfetto read.' },
  ),
);

export const LibraryListQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 100, description: 'Entries of a page.' }),
    cursor: Type.Optional(Type.String({ maxLength: 128, description: 'nextCursor of the page before.' })),
  },
  closed,
);

const MapcountCellSchema = Type.Object({
  works: Type.Boolean({ description: 'Whether what the description says is so.' }),
  result: Type.String({ description: 'What the consumer has seen.' }),
});

export const MapcountTableSchema = named(
  'MapcountTable',
  Type.Object({
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
  }),
);

export const ResultQuery = Type.Object(
  { format: Type.Enum(['json', 'csv', 'parquet'], { default: 'json', description: 'How the result is written.' }) },
  closed,
);
