// Every error that a caller of the API can meet, declared once: code, status and the sentence that never changes.
// What was wrong this time goes into `detail` and `errors`. docs/reference/errors.md lists the same codes, and a
// test holds the two together. A code that is no longer used is never given a new meaning.

import type { InputError } from '../lab/invalid-input.ts';

interface EdgeErrorKind {
  readonly status: number;
  readonly title: string;
}

export const EDGE_ERRORS = {
  BODY_MALFORMED: { status: 400, title: 'The body is not valid JSON.' },
  BODY_TOO_DEEP: { status: 400, title: 'The body is nested deeper than this service takes.' },
  BODY_KEY_FORBIDDEN: { status: 400, title: 'The body has a key that no object may have.' },
  REQUEST_INVALID: { status: 400, title: 'The request does not have the shape that this call takes.' },
  UNAUTHORIZED: { status: 401, title: 'The call needs the bearer token of this service.' },
  ORIGIN_REFUSED: { status: 403, title: 'Pages of this origin may not call this service.' },
  NOT_FOUND: { status: 404, title: 'There is nothing with this id or name.' },
  ROUTE_NOT_FOUND: { status: 404, title: 'There is no such call.' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request took too long to come in.' },
  NAME_TAKEN: { status: 409, title: 'The library has an entry of this name already.' },
  RESULT_MISSING: { status: 409, title: 'It has no result.' },
  SIMULATION_BUSY: { status: 409, title: 'The simulation is advancing, or its time flows.' },
  SIMULATION_ENDED: { status: 409, title: 'The simulation has ended.' },
  NOT_RECORDED: { status: 409, title: 'The simulation keeps no records for a trace.' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is larger than this service takes.' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, title: 'The body has to be application/json.' },
  HOST_REFUSED: { status: 421, title: 'The service does not go by this name.' },
  EXPLORATION_INVALID: { status: 422, title: 'The exploration cannot be made as it was asked for.' },
  COMPARISON_INVALID: { status: 422, title: 'The comparison cannot be run as it was asked for.' },
  MEASUREMENT_INVALID: { status: 422, title: 'The measurement cannot be made as it was asked for.' },
  SIMULATION_INVALID: { status: 422, title: 'The simulation cannot be made or driven as it was asked for.' },
  SIMULATION_TOO_LARGE: { status: 422, title: 'The simulation needs more memory than one may have.' },
  SWEEP_INVALID: { status: 422, title: 'The sweep cannot be run as it was asked for.' },
  SCENARIO_INVALID: { status: 422, title: 'The scenario cannot be run as it is.' },
  PROFILE_INVALID: { status: 422, title: 'The cost profile cannot be used as it is.' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'This Idempotency-Key came before with another body.' },
  UPGRADE_REQUIRED: { status: 426, title: 'This address speaks WebSocket only.' },
  TOO_MANY_COMPARISONS: { status: 429, title: 'As many comparisons are unfinished as this service takes.' },
  TOO_MANY_EXPLORATIONS: { status: 429, title: 'As many explorations are unfinished as this service takes.' },
  TOO_MANY_MEASUREMENTS: { status: 429, title: 'As many measurements are unfinished as this service takes.' },
  TOO_MANY_SIMULATIONS: { status: 429, title: 'There are as many simulations as this service takes.' },
  TOO_MANY_SWEEPS: { status: 429, title: 'As many sweeps are unfinished as this service takes.' },
  TOO_MANY_TRACES: { status: 429, title: 'As many traces are being made as this service makes at once.' },
  TOO_MANY_SUBSCRIBERS: { status: 429, title: 'As many streams are open as this service takes.' },
  RATE_LIMITED: { status: 429, title: 'These are more requests than one client may send.' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The head of the request is larger than this service takes.' },
  INTERNAL: { status: 500, title: 'The service has a bug.' },
  RUN_FAILED: { status: 500, title: 'The model stopped a run with an error.' },
  WORKER_DIED: { status: 500, title: 'The thread of a run died.' },
  INTERRUPTED: { status: 503, title: 'The service ended before it was done.' },
  STORE_FAILED: { status: 503, title: 'The store of the service does not work.' },
  OVERLOADED: { status: 503, title: 'The service has more to do than it can.' },
  STOPPING: { status: 503, title: 'The service is stopping.' },
  HOST_CANNOT_MEASURE: { status: 503, title: 'This host cannot measure.' },
  STORE_FULL: { status: 507, title: 'The store of the service has no room.' },
  LIBRARY_FULL: { status: 507, title: 'The library holds as many added entries as this service takes.' },
} as const satisfies Record<string, EdgeErrorKind>;

export type EdgeErrorCode = keyof typeof EDGE_ERRORS;

/** An RFC 9457 problem, as it goes over the wire and as it stands in a failed comparison. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: EdgeErrorCode;
  readonly detail?: string;
  readonly errors?: readonly InputError[];
}

export class EdgeError extends Error {
  readonly code: EdgeErrorCode;
  readonly errors: readonly InputError[] | undefined;
  /** Response headers that belong to this error, such as Retry-After. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: EdgeErrorCode,
    detail?: string,
    more: { errors?: readonly InputError[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail ?? EDGE_ERRORS[code].title, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'EdgeError';
    this.code = code;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }

  get status(): number {
    return EDGE_ERRORS[this.code].status;
  }

  toProblem(): Problem {
    const { status, title } = EDGE_ERRORS[this.code];
    return {
      type: `urn:stallscope:error:${this.code}`,
      title,
      status,
      code: this.code,
      ...(this.message === title ? {} : { detail: this.message }),
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
  }
}
