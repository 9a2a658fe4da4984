import type { MeasurementPlan } from '../../host/measurement-plan.ts';
import { measurementDocumentSchema, readMeasurementRequest } from '../../host/measurement-request.ts';
import type { MeasurementResult } from '../../host/measurement-result.ts';
import { resultTable } from '../../lab/result-table.ts';
import type { MeasurementService, MeasurementSpec } from '../measurement-service.ts';
import { MeasurementEventSchema } from '../result-schemas/events.ts';
import { MeasurementResultSchema } from '../result-schemas/measurement.ts';
import type { JobDoor } from './jobs.ts';

export const measurementDoor = (
  service: MeasurementService,
): JobDoor<MeasurementPlan, MeasurementSpec, MeasurementResult> => ({
  name: 'measurement',
  service,
  starts: "Starts a measurement on this host's own KVM.",
  spec: measurementDocumentSchema,
  progress: 'Repetitions that count.',
  result: MeasurementResultSchema,
  events: MeasurementEventSchema,
  planOf: readMeasurementRequest,
  invalid: 'MEASUREMENT_INVALID',
  refusals: ['TOO_MANY_MEASUREMENTS', 'HOST_CANNOT_MEASURE'],
  reuses: false,
  toTable: resultTable,
});
