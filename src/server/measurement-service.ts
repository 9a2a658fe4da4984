// The life of a measurement: queued, running, and then succeeded, failed or cancelled. They run one after the other, since two on
// one host would each be what disturbs the other.

import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { whatIsMissing } from '../host/availability.ts';
import { HostError } from '../host/host-error.ts';
import { hostFacts } from '../host/host-facts.ts';
import { measureInProcess } from '../host/host-process.ts';
import type { MeasurementPlan } from '../host/measurement-plan.ts';
import { type MeasurementResult, measurementResult } from '../host/measurement-result.ts';
import { EdgeError, type Problem } from './errors.ts';
import { type ComparisonStatus, isFinished } from './store.ts';

/** What measures; tests give another one, where there is no KVM. */
export interface MeasuringHost {
  /** Null, or what is missing. */
  readonly missing: () => string | null;
  readonly measure: typeof measureInProcess;
}

const thisHost: MeasuringHost = { missing: whatIsMissing, measure: measureInProcess };

export interface StoredMeasurement {
  readonly id: string;
  /** Counts down, so that the newest is the first by it; never comes twice, so that a cursor outlives a deletion. */
  readonly order: number;
  readonly status: ComparisonStatus;
  /** Wall-clock times, ISO 8601. */
  readonly createdAt: string;
  readonly finishedAt: string | null;
  /** Repetitions that count; those that were dropped, or for which there was no time, are missing at the end. */
  readonly progress: { readonly done: number; readonly total: number };
  /** As it was asked for. */
  readonly spec: unknown;
  /** Set if and only if it succeeded. */
  readonly result: MeasurementResult | null;
  /** Set if and only if it failed. */
  readonly error: Problem | null;
}

const UNFINISHED_MAX = 16;
const FINISHED_MAX = 64;

export class MeasurementService {
  readonly #host: MeasuringHost;
  readonly #logger: FastifyBaseLogger;
  /** In the order in which they came. */
  readonly #measurements = new Map<string, StoredMeasurement>();
  /** Of those that are unfinished. */
  readonly #aborts = new Map<string, AbortController>();
  /** Ends with the last of those that have come so far. */
  #turn: Promise<void> = Promise.resolve();
  #nextOrder = Number.MAX_SAFE_INTEGER;

  constructor(logger: FastifyBaseLogger, host: MeasuringHost = thisHost) {
    this.#logger = logger;
    this.#host = host;
  }

  /** Takes a measurement in and returns at once. */
  submit(plan: MeasurementPlan, spec: unknown): StoredMeasurement {
    const missing = this.#host.missing();
    if (missing !== null) throw new EdgeError('HOST_CANNOT_MEASURE', `${missing}.`);
    if (this.#aborts.size >= UNFINISHED_MAX) {
      throw new EdgeError(
        'TOO_MANY_MEASUREMENTS',
        `${this.#aborts.size} measurements are queued or running. Wait for one to finish, or cancel one.`,
        { headers: { 'retry-after': '5' } },
      );
    }
    const measurement: StoredMeasurement = {
      id: randomUUID(),
      order: this.#nextOrder--,
      status: 'queued',
      createdAt: new Date().toISOString(),
      finishedAt: null,
      progress: { done: 0, total: plan.places.length * plan.repetitions },
      spec,
      result: null,
      error: null,
    };
    const { id } = measurement;
    const abort = new AbortController();
    this.#measurements.set(id, measurement);
    this.#aborts.set(id, abort);
    this.#logger.info({ measurement: id, operation: plan.operation }, 'measurement queued');
    this.#turn = this.#turn.then(() => this.#carryOut(id, plan, abort.signal));
    return measurement;
  }

  get(id: string): StoredMeasurement {
    const measurement = this.#measurements.get(id);
    if (measurement === undefined) throw new EdgeError('NOT_FOUND', `There is no measurement ${id}.`);
    return measurement;
  }

  /** Newest first. */
  list(): StoredMeasurement[] {
    return [...this.#measurements.values()].reverse();
  }

  /** Cancels it if it is unfinished, else forgets it. Returns the cancelled one, or null if it is gone. */
  remove(id: string): StoredMeasurement | null {
    if (isFinished(this.get(id).status)) {
      this.#measurements.delete(id);
      return null;
    }
    this.#cancel(id);
    return this.get(id);
  }

  /** Cancels everything that is unfinished. Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    for (const id of [...this.#aborts.keys()]) this.#cancel(id);
    await this.#turn;
  }

  #cancel(id: string): void {
    const abort = this.#aborts.get(id);
    this.#finish(id, { status: 'cancelled' });
    abort?.abort();
  }

  /** Never rejects: what goes wrong becomes the outcome of this measurement. */
  async #carryOut(id: string, plan: MeasurementPlan, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#change(id, { status: 'running' });
    const { total } = this.get(id).progress;
    let before = 0;
    const onRepetition = (done: number): void => {
      // What comes behind a cancellation is not told any more.
      if (signal.aborted || done <= before) return;
      before = done;
      this.#change(id, { progress: { done, total } });
    };
    try {
      const measurement = await this.#host.measure(plan, { signal, onRepetition });
      if (!signal.aborted)
        this.#finish(id, { status: 'succeeded', result: measurementResult(measurement, hostFacts()) });
    } catch (error) {
      if (!signal.aborted) this.#fail(id, error);
    }
  }

  #fail(id: string, error: unknown): void {
    const edgeError =
      error instanceof HostError
        ? new EdgeError('HOST_CANNOT_MEASURE', error.message, { cause: error })
        : new EdgeError('INTERNAL', undefined, { cause: error });
    this.#logger.error({ measurement: id, err: edgeError }, 'measurement failed');
    this.#finish(id, { status: 'failed', error: edgeError.toProblem() });
  }

  #finish(id: string, outcome: Partial<StoredMeasurement> & { readonly status: ComparisonStatus }): void {
    this.#aborts.delete(id);
    this.#change(id, { ...outcome, finishedAt: new Date().toISOString() });
    this.#evictFinished();
    this.#logger.info({ measurement: id, status: outcome.status }, 'measurement finished');
  }

  #change(id: string, change: Partial<StoredMeasurement>): void {
    this.#measurements.set(id, { ...this.get(id), ...change });
  }

  #evictFinished(): void {
    const finished = [...this.#measurements.values()].filter(({ status }) => isFinished(status));
    for (const { id } of finished.slice(0, Math.max(0, finished.length - FINISHED_MAX))) this.#measurements.delete(id);
  }
}
