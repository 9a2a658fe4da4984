import type { ComparisonPlan, ComparisonRequest } from '../../lab/comparison.ts';
import { comparisonDocumentSchema, planComparison } from '../../lab/comparison.ts';
import type { ComparisonResult } from '../../lab/result.ts';
import { resultToCsv } from '../../lab/result-csv.ts';
import type { App } from '../app.ts';
import type { ComparisonService } from '../comparison-service.ts';
import { EdgeError } from '../errors.ts';
import type { ServiceLibrary } from '../library.ts';
import { ComparisonResultSchema } from '../result-schemas/comparison.ts';
import { ComparisonEventSchema } from '../result-schemas/events.ts';
import { IdParams, problems } from '../schemas.ts';
import type { JobDoor } from './jobs.ts';

export const comparisonDoor = (
  service: ComparisonService,
  library: ServiceLibrary,
): JobDoor<ComparisonPlan, ComparisonRequest, ComparisonResult> => ({
  name: 'comparison',
  service,
  starts: 'Starts a comparison.',
  spec: comparisonDocumentSchema,
  progress: 'Runs.',
  result: ComparisonResultSchema,
  events: ComparisonEventSchema,
  planOf: (spec) => planComparison(spec, library),
  invalid: 'COMPARISON_INVALID',
  refusals: ['TOO_MANY_COMPARISONS'],
  reuses: true,
  toCsv: resultToCsv,
});

export function comparisonTraceRoute(app: App, comparisons: ComparisonService): void {
  app.get(
    '/v1/comparisons/:id/trace',
    {
      schema: {
        tags: ['comparisons'],
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
