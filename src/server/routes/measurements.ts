import Type from 'typebox';
import { measurementDocumentSchema, readMeasurementRequest } from '../../host/measurement-request.ts';
import type { App } from '../app.ts';
import { refusing } from '../error-handler.ts';
import { EdgeError } from '../errors.ts';
import type { Idempotency } from '../idempotency.ts';
import type { MeasurementService, StoredMeasurement } from '../measurement-service.ts';
import { pageOf } from '../paging.ts';
import {
  AcceptedSchema,
  IdempotencyHeaders,
  IdParams,
  LibraryListQuery,
  MeasurementListSchema,
  MeasurementSchema,
  problems,
} from '../schemas.ts';
import { validateObjectBody } from '../validation.ts';

const tags = ['measurements'];

export function measurementRoutes(app: App, measurements: MeasurementService, idempotency: Idempotency): void {
  app.post(
    '/v1/measurements',
    {
      validatorCompiler: validateObjectBody,
      schema: {
        tags,
        summary: "Starts a measurement on this host's own KVM.",
        headers: IdempotencyHeaders,
        body: Type.Unsafe<Record<string, unknown>>(measurementDocumentSchema),
        response: {
          202: AcceptedSchema,
          ...problems(
            'BODY_MALFORMED',
            'REQUEST_INVALID',
            'BODY_TOO_LARGE',
            'MEDIA_TYPE_UNSUPPORTED',
            'MEASUREMENT_INVALID',
            'IDEMPOTENCY_KEY_REUSED',
            'TOO_MANY_MEASUREMENTS',
            'HOST_CANNOT_MEASURE',
          ),
        },
      },
    },
    (request, reply) => {
      idempotency.once(request, reply, () => {
        const spec = request.body;
        const plan = refusing('MEASUREMENT_INVALID', () => readMeasurementRequest(spec));
        const { id, status } = measurements.submit(plan, spec);
        return { status: 202, location: `/v1/measurements/${id}`, body: { id, status } };
      });
    },
  );

  app.get(
    '/v1/measurements',
    {
      schema: {
        tags,
        summary: 'Lists measurements, newest first.',
        querystring: LibraryListQuery,
        response: { 200: MeasurementListSchema, ...problems('REQUEST_INVALID') },
      },
    },
    (request) => {
      const { items, nextCursor } = pageOf(measurements.list(), ({ order }) => String(order), request.query);
      return { items: items.map(summaryOf), nextCursor };
    },
  );

  app.get(
    '/v1/measurements/:id',
    {
      schema: {
        tags,
        summary: 'How far a measurement is, and its result.',
        params: IdParams,
        response: { 200: MeasurementSchema, ...problems('NOT_FOUND') },
      },
    },
    (request) => {
      const measurement = measurements.get(request.params.id);
      const { spec, result, error } = measurement;
      return {
        ...summaryOf(measurement),
        spec,
        ...(result === null ? {} : { result }),
        ...(error === null ? {} : { error }),
      };
    },
  );

  app.delete(
    '/v1/measurements/:id',
    {
      schema: {
        tags,
        summary: 'Cancels a measurement that is queued or running; deletes one that has finished.',
        params: IdParams,
        response: { 200: AcceptedSchema, 204: Type.Null({ description: 'Deleted.' }), ...problems('NOT_FOUND') },
      },
    },
    (request, reply) => {
      const cancelled = measurements.remove(request.params.id);
      if (cancelled === null) reply.code(204).send(null);
      else reply.send({ id: cancelled.id, status: cancelled.status });
    },
  );

  app.get(
    '/v1/measurements/:id/result',
    {
      schema: {
        tags,
        summary: 'The result alone, in the shape in which the command line prints it.',
        params: IdParams,
        response: {
          200: Type.Unsafe<object>(Type.Object({}, { additionalProperties: true, description: 'The result.' })),
          ...problems('NOT_FOUND', 'RESULT_MISSING'),
        },
      },
    },
    (request) => {
      const { status, result } = measurements.get(request.params.id);
      if (result === null) throw new EdgeError('RESULT_MISSING', `The measurement is ${status}.`);
      return result;
    },
  );
}

function summaryOf({ id, status, createdAt, finishedAt, progress }: StoredMeasurement) {
  return { id, status, createdAt, finishedAt, progress };
}
