import Type, { type Static } from 'typebox';
import type { ComparisonPlan, ComparisonRequest, RunSpec } from '../../lab/comparison.ts';
import { comparisonDocumentSchema, planComparison } from '../../lab/comparison.ts';
import type { InputError } from '../../lab/invalid-input.ts';
import type { ComparisonResult } from '../../lab/result.ts';
import { resultTable } from '../../lab/result-table.ts';
import { TRACE_RECORDS_LIMIT, TRACE_RECORDS_MAX } from '../../lab/trace-records.ts';
import type { App } from '../app.ts';
import type { ComparisonService } from '../comparison-service.ts';
import { refusing } from '../error-handler.ts';
import { EdgeError } from '../errors.ts';
import type { ServiceLibrary } from '../library.ts';
import { ComparisonResultSchema } from '../result-schemas/comparison.ts';
import { ComparisonEventSchema } from '../result-schemas/events.ts';
import { IdParams, problems } from '../schemas.ts';
import { abandoned, sendTrace, traceContent } from '../trace-reply.ts';
import type { Traces } from '../traces.ts';
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
  toTable: resultTable,
});

const RunQuery = Type.Object(
  {
    scheme: Type.Optional(Type.String({ maxLength: 64, description: 'Notifier scheme. Absent: the first.' })),
    mapcount: Type.Optional(Type.String({ maxLength: 64, description: 'Mapcount scheme. Absent: the first.' })),
    repetition: Type.Integer({ minimum: 0, default: 0, description: 'Counts from 0; its seed is seed + repetition.' }),
    records: Type.Integer({
      minimum: 1,
      maximum: TRACE_RECORDS_LIMIT,
      default: TRACE_RECORDS_MAX,
      description: 'Records of the run that the trace has at most: the first ones. A stall takes some ten of them.',
    }),
  },
  { additionalProperties: false },
);

export function comparisonTraceRoute(
  app: App,
  { service, planOf }: ReturnType<typeof comparisonDoor>,
  traces: Traces,
): void {
  app.get(
    '/v1/comparisons/:id/trace',
    {
      schema: {
        tags: ['comparisons'],
        summary:
          'The trace of one run, for Perfetto. The run is made once more for it, whether the comparison has come to it or not.',
        params: IdParams,
        querystring: RunQuery,
        response: {
          200: traceContent,
          ...problems(
            'REQUEST_INVALID',
            'NOT_FOUND',
            'COMPARISON_INVALID',
            'TOO_MANY_TRACES',
            'RUN_FAILED',
            'WORKER_DIED',
            'STOPPING',
          ),
        },
      },
    },
    async (request, reply) => {
      const { spec } = service.get(request.params.id);
      const run = runOf(
        refusing('COMPARISON_INVALID', () => planOf(spec)),
        request.query,
      );
      const { scenario, scheme, mapcount, seed } = run;
      const stream = await traces.of(run, request.query.records, abandoned(reply));
      return sendTrace(reply, stream, [scenario.name, scheme, mapcount, `seed-${seed}`]);
    },
  );
}

/** Throws if the comparison has no such run. */
function runOf(plan: ComparisonPlan, { scheme, mapcount, repetition }: Static<typeof RunQuery>): RunSpec {
  const errors: InputError[] = [];
  const { schemes, mapcounts, repetitions, runs, seed } = plan;
  const mustBeOne = (path: string, value: string | undefined, known: readonly string[]): void => {
    if (value === undefined || known.includes(value)) return;
    errors.push({ path, message: `must be one of this comparison's, which are ${known.join(', ')}, got ${value}` });
  };
  mustBeOne('scheme', scheme, schemes);
  mustBeOne('mapcount', mapcount, mapcounts);
  if (repetition >= repetitions) {
    errors.push({ path: 'repetition', message: `must be from 0 to ${repetitions - 1}, got ${repetition}` });
  }
  const found = runs.find(
    (run) =>
      run.scheme === (scheme ?? schemes[0]) &&
      run.mapcount === (mapcount ?? mapcounts[0]) &&
      run.seed === seed + repetition,
  );
  if (errors.length > 0 || found === undefined) {
    throw new EdgeError('REQUEST_INVALID', 'The comparison has no such run.', { errors });
  }
  return found;
}
