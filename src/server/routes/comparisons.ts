import Type from 'typebox';
import { type ComparisonRequest, comparisonDocumentSchema, planComparison } from '../../lab/comparison.ts';
import { resultToCsv } from '../../lab/result-csv.ts';
import type { App } from '../app.ts';
import type { ComparisonService } from '../comparison-service.ts';
import { refusing } from '../error-handler.ts';
import { EdgeError } from '../errors.ts';
import type { Idempotency } from '../idempotency.ts';
import type { ServiceLibrary } from '../library.ts';
import { invalidCursor } from '../paging.ts';
import {
  AcceptedSchema,
  ComparisonListQuery,
  ComparisonListSchema,
  ComparisonSchema,
  IdempotencyHeaders,
  IdParams,
  problems,
  ResultQuery,
} from '../schemas.ts';
import type { ComparisonStore, StoredComparison } from '../store.ts';
import { validateObjectBody } from '../validation.ts';

interface Parts {
  readonly comparisons: ComparisonService;
  readonly store: ComparisonStore;
  readonly library: ServiceLibrary;
  readonly idempotency: Idempotency;
}

const tags = ['comparisons'];

export function comparisonRoutes(app: App, { comparisons, store, library, idempotency }: Parts): void {
  app.post(
    '/v1/comparisons',
    {
      validatorCompiler: validateObjectBody,
      schema: {
        tags,
        summary: 'Starts a comparison.',
        headers: IdempotencyHeaders,
        body: Type.Unsafe<ComparisonRequest>(comparisonDocumentSchema),
        response: {
          202: AcceptedSchema,
          ...problems(
            'BODY_MALFORMED',
            'REQUEST_INVALID',
            'BODY_TOO_LARGE',
            'MEDIA_TYPE_UNSUPPORTED',
            'COMPARISON_INVALID',
            'IDEMPOTENCY_KEY_REUSED',
            'TOO_MANY_COMPARISONS',
          ),
        },
      },
    },
    (request, reply) => {
      idempotency.once(request, reply, () => {
        const spec = request.body;
        const plan = refusing('COMPARISON_INVALID', () => planComparison(spec, library));
        const { id, status } = comparisons.submit(plan, spec);
        return { status: 202, location: `/v1/comparisons/${id}`, body: { id, status } };
      });
    },
  );

  app.get(
    '/v1/comparisons',
    {
      schema: {
        tags,
        summary: 'Lists comparisons, newest first.',
        querystring: ComparisonListQuery,
        response: { 200: ComparisonListSchema, ...problems('REQUEST_INVALID') },
      },
    },
    (request) => {
      const page = store.list(request.query);
      if (page === null) throw invalidCursor();
      return { items: page.items.map(summaryOf), nextCursor: page.nextCursor };
    },
  );

  app.get(
    '/v1/comparisons/:id',
    {
      schema: {
        tags,
        summary: 'How far a comparison is, and its result.',
        params: IdParams,
        response: { 200: ComparisonSchema, ...problems('NOT_FOUND') },
      },
    },
    (request) => {
      const comparison = comparisons.get(request.params.id);
      return {
        ...summaryOf(comparison),
        spec: comparison.spec,
        ...(comparison.result === null ? {} : { result: comparison.result }),
        ...(comparison.error === null ? {} : { error: comparison.error }),
      };
    },
  );

  app.delete(
    '/v1/comparisons/:id',
    {
      schema: {
        tags,
        summary: 'Cancels a comparison that is queued or running; deletes one that has finished.',
        params: IdParams,
        response: { 200: AcceptedSchema, 204: Type.Null({ description: 'Deleted.' }), ...problems('NOT_FOUND') },
      },
    },
    (request, reply) => {
      const cancelled = comparisons.remove(request.params.id);
      if (cancelled === null) reply.code(204).send(null);
      else reply.send({ id: cancelled.id, status: cancelled.status });
    },
  );

  app.get(
    '/v1/comparisons/:id/result',
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
            },
          },
          ...problems('REQUEST_INVALID', 'NOT_FOUND', 'RESULT_MISSING', 'NOT_AVAILABLE_YET'),
        },
      },
    },
    (request, reply) => {
      const { status, result } = comparisons.get(request.params.id);
      const { format } = request.query;
      if (format === 'parquet')
        throw new EdgeError('NOT_AVAILABLE_YET', 'Parquet is not available yet; use json or csv.');
      if (result === null) throw new EdgeError('RESULT_MISSING', `The comparison is ${status}.`);
      if (format === 'csv') reply.type('text/csv; charset=utf-8').send(resultToCsv(result));
      // The bytes that the command line prints, but for the newline.
      else reply.type('application/json; charset=utf-8').send(JSON.stringify(result));
    },
  );

  app.get(
    '/v1/comparisons/:id/trace',
    {
      schema: {
        tags,
        summary: 'The trace of one run. Not available yet.',
        params: IdParams,
        response: problems('NOT_FOUND', 'NOT_AVAILABLE_YET'),
      },
    },
    (request) => {
      comparisons.get(request.params.id);
      throw new EdgeError('NOT_AVAILABLE_YET', 'Traces are not available yet; the event socket has the records.');
    },
  );
}

function summaryOf({ id, status, createdAt, finishedAt, progress }: StoredComparison) {
  return { id, status, createdAt, finishedAt, progress };
}
