import Type from 'typebox';
import type { App } from '../app.ts';
import { EdgeError } from '../errors.ts';
import { problems } from '../schemas.ts';

const StatusOk = Type.Object({ status: Type.Literal('ok') });

export function healthRoutes(app: App, isStopping: () => boolean): void {
  app.get(
    '/healthz',
    {
      logLevel: 'warn',
      schema: { tags: ['health'], summary: 'The process answers.', security: [], response: { 200: StatusOk } },
    },
    () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      logLevel: 'warn',
      schema: {
        tags: ['health'],
        summary: 'The service takes work.',
        security: [],
        response: { 200: StatusOk, ...problems('STOPPING') },
      },
    },
    () => {
      if (isStopping()) throw new EdgeError('STOPPING');
      return { status: 'ok' as const };
    },
  );
}
