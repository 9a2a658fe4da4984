// Measurements as jobs. They run one after the other, since two on one host would each be what disturbs the other.

import type { FastifyBaseLogger } from 'fastify';
import { whatIsMissing } from '../host/availability.ts';
import { HostError } from '../host/host-error.ts';
import { hostFacts } from '../host/host-facts.ts';
import { measureInProcess } from '../host/host-process.ts';
import type { MeasurementPlan } from '../host/measurement-plan.ts';
import { type MeasurementResult, measurementResult } from '../host/measurement-result.ts';
import { EdgeError } from './errors.ts';
import type { JobStore } from './jobs/job.ts';
import { type JobContext, type JobKind, JobService } from './jobs/job-service.ts';

export type MeasurementSpec = Readonly<Record<string, unknown>>;
export type MeasurementService = JobService<MeasurementPlan, MeasurementSpec, MeasurementResult>;

/** What measures; tests give another one, where there is no KVM. */
export interface MeasuringHost {
  /** Null, or what is missing. */
  readonly missing: () => string | null;
  readonly measure: typeof measureInProcess;
}

const thisHost: MeasuringHost = { missing: whatIsMissing, measure: measureInProcess };

const UNFINISHED_MAX = 16;
const LOGS_MAX = 8;

export function measurementService(
  store: JobStore<MeasurementSpec, MeasurementResult>,
  logger: FastifyBaseLogger,
  host: MeasuringHost = thisHost,
): MeasurementService {
  const kind: JobKind<MeasurementPlan, MeasurementResult> = {
    name: 'measurement',
    tooMany: 'TOO_MANY_MEASUREMENTS',
    atOnce: 1,
    limits: { unfinished: UNFINISHED_MAX, logs: LOGS_MAX },
    assertPossible() {
      const missing = host.missing();
      if (missing !== null) throw new EdgeError('HOST_CANNOT_MEASURE', `${missing}.`);
    },
    // Those that count; those that were dropped, or for which there was no time, are missing at the end.
    steps: ({ places, repetitions }) => places.length * repetitions,
    labels: () => ({ scenario: null, schemes: [] }),
    carryOut: (plan, context) => carryOut(host, plan, context),
    asEdgeError: (error) =>
      error instanceof HostError ? new EdgeError('HOST_CANNOT_MEASURE', error.message, { cause: error }) : null,
  };
  return new JobService(kind, store, logger);
}

async function carryOut({ measure }: MeasuringHost, plan: MeasurementPlan, context: JobContext) {
  const { signal, log, advance } = context;
  let before = 0;
  const onRepetition = (done: number): void => {
    if (done <= before) return;
    before = done;
    log.append({ topic: 'progress', repetitions: advance(done) });
  };
  return measurementResult(await measure(plan, { signal, onRepetition }), hostFacts());
}
