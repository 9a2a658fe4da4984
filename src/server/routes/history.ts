// Jobs of all kinds in one list.

import Type from 'typebox';
import type { App } from '../app.ts';
import { invalidCursor } from '../paging.ts';
import { HistorySchema, JobListQuery, problems } from '../schemas.ts';
import type { Store } from '../store/store.ts';
import { listQuery } from './jobs.ts';

export function historyRoute(app: App, store: Store): void {
  app.get(
    '/v1/history',
    {
      schema: {
        tags: ['history'],
        summary: 'Lists comparisons, explorations and measurements together, newest first, and finds them again.',
        querystring: JobListQuery,
        response: { 200: Type.Unsafe<object>(HistorySchema), ...problems('REQUEST_INVALID') },
      },
    },
    (request) => {
      const page = store.history(listQuery(request.query));
      if (page === null) throw invalidCursor();
      return page;
    },
  );
}
