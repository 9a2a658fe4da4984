import type { components } from './api-types.ts';

export type Problem = components['schemas']['Problem'];

/** What the service refused, or failed at, as an exception. `code` says what it is; the rest of the problem is in `problem`. */
export class ProblemError extends Error {
  readonly problem: Problem;
  readonly status: number;
  readonly code: Problem['code'];
  /** Seconds after which the service thinks it worth another try, if it said so. */
  readonly retryAfter: number | null;
  /** The log of the service knows the request by it. */
  readonly requestId: string | null;

  constructor(problem: Problem, headers: Headers = new Headers()) {
    super(`${problem.code}: ${problem.detail ?? problem.title}`);
    this.name = 'ProblemError';
    this.problem = problem;
    this.status = problem.status;
    this.code = problem.code;
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    this.retryAfter = Number.isNaN(seconds) ? null : seconds;
    this.requestId = headers.get('x-request-id');
  }
}

/** The service answered with something that is none of its own, such as the page of a proxy. */
export class UnexpectedAnswer extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(`The answer ${status} is no problem of this service: ${text.slice(0, 200)}`);
    this.name = 'UnexpectedAnswer';
    this.status = status;
  }
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'status' in value && 'title' in value;
}
