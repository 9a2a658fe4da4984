// Scenarios and cost profiles: the same three calls for both.

import type { TSchema } from 'typebox';
import Type from 'typebox';
import type { App } from '../app.ts';
import { EdgeError, type EdgeErrorCode } from '../errors.ts';
import type { Idempotency } from '../idempotency.ts';
import type { ServiceLibrary, Shelf } from '../library.ts';
import { pageOf } from '../paging.ts';
import {
  CostProfileSchema,
  IdempotencyHeaders,
  LibraryListQuery,
  LibraryListSchema,
  NameParams,
  problems,
  ScenarioSchema,
} from '../schemas.ts';
import { validateObjectBody } from '../validation.ts';

export function libraryRoutes(app: App, library: ServiceLibrary, idempotency: Idempotency): void {
  shelfRoutes(app, '/v1/scenarios', library.scenarios, ScenarioSchema, 'SCENARIO_INVALID', idempotency);
  shelfRoutes(app, '/v1/profiles', library.profiles, CostProfileSchema, 'PROFILE_INVALID', idempotency);
}

function shelfRoutes(
  app: App,
  url: string,
  shelf: Shelf,
  documentSchema: TSchema,
  invalid: EdgeErrorCode,
  idempotency: Idempotency,
): void {
  const tags = ['library'];
  const { kind } = shelf;

  app.get(
    url,
    {
      schema: {
        tags,
        summary: `Lists the ${kind}s by name.`,
        querystring: LibraryListQuery,
        response: { 200: LibraryListSchema, ...problems('REQUEST_INVALID') },
      },
    },
    (request) => pageOf(shelf.list(), ({ name }) => name, request.query),
  );

  app.get(
    `${url}/:name`,
    {
      schema: {
        tags,
        summary: `A ${kind} as it was written.`,
        params: NameParams,
        response: { 200: documentSchema, ...problems('NOT_FOUND') },
      },
    },
    (request, reply) => {
      const document = shelf.get(request.params.name);
      if (document === null) throw new EdgeError('NOT_FOUND', `There is no ${kind} "${request.params.name}".`);
      reply.send(document);
    },
  );

  app.post(
    url,
    {
      validatorCompiler: validateObjectBody,
      schema: {
        tags,
        summary: `Adds a ${kind} under its name, for good.`,
        headers: IdempotencyHeaders,
        body: Type.Unsafe<Record<string, unknown>>(documentSchema),
        response: {
          201: documentSchema,
          ...problems(
            'BODY_MALFORMED',
            'REQUEST_INVALID',
            'NAME_TAKEN',
            'BODY_TOO_LARGE',
            'MEDIA_TYPE_UNSUPPORTED',
            invalid,
            'IDEMPOTENCY_KEY_REUSED',
            'LIBRARY_FULL',
            'STORE_FULL',
            'STORE_FAILED',
          ),
        },
      },
    },
    (request, reply) => {
      idempotency.once(request, reply, () => {
        const name = shelf.add(request.body);
        return { status: 201, location: `${url}/${name}`, body: request.body };
      });
    },
  );
}
