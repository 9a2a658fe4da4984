import Type from 'typebox';
import { catalog } from '../../lab/catalog.ts';
import type { App } from '../app.ts';

export function catalogRoutes(app: App): void {
  // The words do not change while the service runs.
  const words = catalog();
  app.get(
    '/v1/catalog',
    {
      schema: {
        tags: ['library'],
        summary: 'The words that scenarios and comparisons use, and which of them this version can run.',
        response: { 200: Type.Object({}, { additionalProperties: true }) },
      },
    },
    () => words,
  );
}
