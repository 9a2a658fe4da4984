import { planSweep, type SweepPlan, type SweepRequest, sweepDocumentSchema } from '../../lab/sweep.ts';
import { type SweepResult, sweepTable } from '../../lab/sweep-result.ts';
import type { ServiceLibrary } from '../library.ts';
import { SweepEventSchema } from '../result-schemas/events.ts';
import { SweepResultSchema } from '../result-schemas/sweep.ts';
import type { SweepService } from '../sweep-service.ts';
import type { JobDoor } from './jobs.ts';

export const sweepDoor = (
  service: SweepService,
  library: ServiceLibrary,
): JobDoor<SweepPlan, SweepRequest, SweepResult> => ({
  name: 'sweep',
  service,
  starts: 'Starts a sweep: a comparison at every point of a grid of parameters.',
  spec: sweepDocumentSchema,
  result: SweepResultSchema,
  events: SweepEventSchema,
  progress: 'Runs, of all points.',
  planOf: (spec) => planSweep(spec, library),
  invalid: 'SWEEP_INVALID',
  refusals: ['TOO_MANY_SWEEPS'],
  reuses: true,
  toTable: sweepTable,
});
