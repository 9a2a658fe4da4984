import Type from 'typebox';
import { explorationCatalog } from '../../explore/exploration-catalog.ts';
import { catalog } from '../../lab/catalog.ts';
import type { App } from '../app.ts';
import { fixedAnswer, lateFixedAnswer } from '../fixed-answer.ts';
import type { MapcountTable } from '../mapcount-table.ts';
import { keptMatrix } from '../matrix.ts';
import { CatalogSchema } from '../result-schemas/catalog.ts';
import { MatrixSchema } from '../result-schemas/matrix.ts';
import { MapcountTableSchema, problems } from '../schemas.ts';
import { type SimulationLimits, simulationCatalog } from '../simulations/simulation-limits.ts';

export function catalogRoutes(app: App, mapcountTable: MapcountTable, limits: SimulationLimits): void {
  const words = { ...catalog(), explorations: explorationCatalog(), simulations: simulationCatalog(limits) };
  app.get(
    '/v1/catalog',
    {
      schema: {
        tags: ['library'],
        summary:
          'The words that scenarios, comparisons and explorations use, which of them this version can run, and the limits of live simulations.',
        response: { 200: CatalogSchema },
      },
    },
    fixedAnswer(words),
  );

  app.get(
    '/v1/catalog/mapcounts',
    {
      schema: {
        tags: ['library'],
        summary: 'What each consumer of the mapcount makes of a huge page in 4K leaves, by mapcount scheme.',
        response: { 200: MapcountTableSchema, ...problems('WORKER_DIED', 'STOPPING') },
      },
    },
    async () => ({ consumers: await mapcountTable.consumers() }),
  );

  app.get(
    '/v1/catalog/matrix',
    {
      schema: {
        tags: ['library'],
        summary:
          'The matrix of verdicts: operations that meet, by notifier scheme with its handler, mapcount scheme and kernel, and the exploration that asks each cell anew.',
        response: { 200: Type.Unsafe<object>(MatrixSchema) },
      },
    },
    lateFixedAnswer(keptMatrix),
  );
}
