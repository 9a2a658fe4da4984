// The calls that every kind of job has: create, list, get, result, delete, and the socket of its events.

import Type, { type TSchema } from 'typebox';
import { tableToParquet } from '../../lab/parquet.ts';
import { type Table, tableToCsv } from '../../lab/table.ts';
import type { App } from '../app.ts';
import { refusing } from '../error-handler.ts';
import { EdgeError, type EdgeErrorCode } from '../errors.ts';
import type { Idempotency } from '../idempotency.ts';
import type { StoredJob } from '../jobs/job.ts';
import type { JobService } from '../jobs/job-service.ts';
import { invalidCursor } from '../paging.ts';
import {
  AcceptedSchema,
  IdempotencyHeaders,
  IdParams,
  JobListQuery,
  jobSchemas,
  problems,
  ResultQuery,
} from '../schemas.ts';
import { validateObjectBody } from '../validation.ts';
import { type JobSockets, jobEventRoute } from './job-events.ts';

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
  /** Throws InvalidInput, which becomes the error `invalid`. */
  readonly planOf: (spec: Spec) => Plan;
  readonly invalid: EdgeErrorCode;
  /** What else the POST may answer. */
  readonly refusals: readonly EdgeErrorCode[];
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
  const schemas = jobSchemas(door.spec, door.progress);

  app.post(
    path,
    {
      validatorCompiler: validateObjectBody,
      schema: {
        tags,
        summary: door.starts,
        headers: IdempotencyHeaders,
        body: Type.Unsafe<object>(door.spec),
        response: {
          202: AcceptedSchema,
          ...problems(
            'BODY_MALFORMED',
            'REQUEST_INVALID',
            'BODY_TOO_LARGE',
            'MEDIA_TYPE_UNSUPPORTED',
            'IDEMPOTENCY_KEY_REUSED',
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
        const { id, status } = service.submit(plan, spec);
        return { status: 202, location: `${path}/${id}`, body: { id, status } };
      });
    },
  );

  app.get(
    path,
    {
      schema: {
        tags,
        summary: `Lists ${name}s, newest first.`,
        querystring: JobListQuery,
        response: { 200: schemas.list, ...problems('REQUEST_INVALID') },
      },
    },
    (request) => {
      const page = service.list(request.query);
      if (page === null) throw invalidCursor();
      return { items: page.items.map(summaryOf), nextCursor: page.nextCursor };
    },
  );

  app.get(
    `${path}/:id`,
    {
      schema: {
        tags,
        summary: `How far a ${name} is, and its result.`,
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
        summary: `Cancels a ${name} that is queued or running; deletes one that has finished.`,
        params: IdParams,
        response: { 200: AcceptedSchema, 204: Type.Null({ description: 'Deleted.' }), ...problems('NOT_FOUND') },
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
              'application/json': { schema: Type.Object({}, { additionalProperties: true }) },
              'text/csv': { schema: Type.String() },
              [PARQUET]: { schema: Type.String({ contentMediaType: PARQUET }) },
            },
          },
          ...problems('REQUEST_INVALID', 'NOT_FOUND', 'RESULT_MISSING'),
        },
      },
    },
    (request, reply) => {
      const { status, result } = service.get(request.params.id);
      const { format } = request.query;
      if (result === null) throw new EdgeError('RESULT_MISSING', `The ${name} is ${status}.`);
      if (format === 'csv') reply.type('text/csv; charset=utf-8').send(tableToCsv(door.toTable(result)));
      else if (format === 'parquet') {
        reply
          .type(PARQUET)
          .header('content-disposition', `attachment; filename="${name}-${request.params.id}.parquet"`)
          .send(tableToParquet(door.toTable(result)));
      }
      // The bytes that the command line prints, but for the newline.
      else reply.type('application/json; charset=utf-8').send(JSON.stringify(result));
    },
  );

  jobEventRoute(app, { name, path, tags }, service, sockets);
}

function summaryOf({ id, status, createdAt, finishedAt, progress }: StoredJob) {
  return { id, status, createdAt, finishedAt, progress };
}
