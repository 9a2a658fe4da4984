// The calls that every kind of job has: create, list, get, result, delete, and the socket of its events.

import Type, { type TSchema } from 'typebox';
import { tableToParquet } from '../../lab/parquet.ts';
import { type Table, tableToCsv } from '../../lab/table.ts';
import type { App } from '../app.ts';
import { refusing } from '../error-handler.ts';
import type { EdgeErrorCode } from '../errors.ts';
import type { Idempotency } from '../idempotency.ts';
import type { JobQuery, JobSummary } from '../jobs/job.ts';
import type { JobService } from '../jobs/job-service.ts';
import { invalidCursor, invalidQuery } from '../paging.ts';
import {
  AcceptedSchema,
  FreshQuery,
  IdempotencyHeaders,
  IdParams,
  JobListQuery,
  jobSchemas,
  NoQuery,
  problems,
  ResultQuery,
} from '../schemas.ts';
import { validateObjectBody } from '../validation.ts';
import { type JobSockets, jobEventRoutes, withArticle } from './job-events.ts';

const PARQUET = 'application/vnd.apache.parquet';

/** One kind of job, as its callers see it. */
export interface JobDoor<Plan, Spec, Result> {
  /** "comparison": the calls are those of /v1/comparisons. */
  readonly name: string;
  readonly service: JobService<Plan, Spec, Result>;
  /** What the POST does, as a sentence. */
  readonly starts: string;
  /** What is asked for, as JSON Schema. */
  readonly spec: TSchema;
  /** What progress counts. */
  readonly progress: string;
  /** What it answers, as JSON Schema. */
  readonly result: TSchema;
  /** What its streams tell, as JSON Schema. */
  readonly events: TSchema;
  /** Throws InvalidInput, which becomes the error `invalid`. */
  readonly planOf: (spec: Spec) => Plan;
  readonly invalid: EdgeErrorCode;
  /** What else the POST may answer. */
  readonly refusals: readonly EdgeErrorCode[];
  /** Whoever asks the same gets the same result, unless it is asked for a fresh one. */
  readonly reuses: boolean;
  /** As CSV and Parquet have it. */
  readonly toTable: (result: Result) => Table;
}

export function jobRoutes<Plan, Spec extends object, Result>(
  app: App,
  door: JobDoor<Plan, Spec, Result>,
  { idempotency, sockets }: { readonly idempotency: Idempotency; readonly sockets: JobSockets },
): void {
  const { name, service } = door;
  const path = `/v1/${name}s`;
  const tags = [`${name}s`];
  const schemas = jobSchemas(door);

  app.post(
    path,
    {
      validatorCompiler: validateObjectBody,
      schema: {
        tags,
        summary: door.starts,
        headers: IdempotencyHeaders,
        querystring: door.reuses ? FreshQuery : NoQuery,
        body: schemas.request,
        response: {
          202: AcceptedSchema,
          ...problems(
            'BODY_MALFORMED',
            'REQUEST_INVALID',
            'BODY_TOO_LARGE',
            'MEDIA_TYPE_UNSUPPORTED',
            'IDEMPOTENCY_KEY_REUSED',
            'STORE_FULL',
            'STORE_FAILED',
            door.invalid,
            ...door.refusals,
          ),
        },
      },
    },
    (request, reply) => {
      idempotency.once(request, reply, () => {
        // An object, as the validator has seen to; what is in it is for `planOf` to judge.
        const spec = request.body as Spec;
        const plan = refusing(door.invalid, () => door.planOf(spec));
        const { id, status } = service.submit(plan, spec, request.query);
        return { status: 202, location: `${path}/${id}`, body: { id, status } };
      });
    },
  );

  app.get(
    path,
    {
      schema: {
        tags,
        summary: `Lists ${name}s, newest first, and finds them again.`,
        querystring: JobListQuery,
        response: { 200: schemas.list, ...problems('REQUEST_INVALID') },
      },
    },
    (request) => {
      const page = service.list(listQuery(request.query));
      if (page === null) throw invalidCursor();
      return { items: page.items.map(summaryOf), nextCursor: page.nextCursor };
    },
  );

  app.get(
    `${path}/:id`,
    {
      schema: {
        tags,
        summary: `How far ${withArticle(name)} is, and its result.`,
        params: IdParams,
        response: { 200: schemas.job, ...problems('NOT_FOUND') },
      },
    },
    (request) => {
      const job = service.get(request.params.id);
      const { spec, result, error } = job;
      return {
        ...summaryOf(job),
        spec,
        ...(result === null ? {} : { result }),
        ...(error === null ? {} : { error }),
      };
    },
  );

  app.delete(
    `${path}/:id`,
    {
      schema: {
        tags,
        summary: `Cancels ${withArticle(name)} that is queued or running; deletes one that has finished.`,
        params: IdParams,
        response: {
          200: AcceptedSchema,
          204: Type.Null({ description: 'Deleted.' }),
          ...problems('NOT_FOUND', 'STORE_FULL', 'STORE_FAILED'),
        },
      },
    },
    (request, reply) => {
      const cancelled = service.remove(request.params.id);
      if (cancelled === null) reply.code(204).send(null);
      else reply.send({ id: cancelled.id, status: cancelled.status });
    },
  );

  app.get(
    `${path}/:id/result`,
    {
      schema: {
        tags,
        summary: 'The result alone, as the command line prints it, or as a table.',
        params: IdParams,
        querystring: ResultQuery,
        response: {
          200: {
            description: 'The result.',
            content: {
              'application/json': { schema: door.result },
              'text/csv': { schema: Type.String() },
              [PARQUET]: { schema: Type.String({ contentMediaType: PARQUET }) },
            },
          },
          ...problems('REQUEST_INVALID', 'NOT_FOUND', 'RESULT_MISSING'),
        },
      },
    },
    (request, reply) => {
      const text = service.resultOf(request.params.id);
      const { format } = request.query;
      const table = () => door.toTable(JSON.parse(text) as Result);
      if (format === 'csv') reply.type('text/csv; charset=utf-8').send(tableToCsv(table()));
      else if (format === 'parquet') {
        reply
          .type(PARQUET)
          .header('content-disposition', `attachment; filename="${name}-${request.params.id}.parquet"`)
          .send(tableToParquet(table()));
      }
      // The bytes that the command line prints, but for the newline.
      else reply.type('application/json; charset=utf-8').send(text);
    },
  );

  jobEventRoutes(app, { name, path, tags, events: door.events }, service, sockets);
}

function summaryOf({ id, status, createdAt, finishedAt, progress, scenario, schemes, reused }: JobSummary) {
  return { id, status, createdAt, finishedAt, progress, scenario, schemes, reused };
}

/** Times as the store has them: in UTC, to the millisecond. */
export function listQuery<Query extends JobQuery>(query: Query): Query {
  const { since, until, q } = query;
  // What is searched is JSON, which has none; and the store takes it for the end of the text.
  if (q?.includes('\0')) throw invalidQuery('q', 'must not have the character U+0000');
  return {
    ...query,
    ...(since === undefined ? {} : { since: timeOf('since', since) }),
    ...(until === undefined ? {} : { until: timeOf('until', until) }),
  };
}

/** The format has leap seconds, which no clock here has. */
function timeOf(path: string, text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw invalidQuery(path, `must be a time such as 2026-03-02T12:00:00Z, got ${text}`);
  return time.toISOString();
}
