import { getSystemErrorMap } from 'node:util';

/** Ends the message of whoever finds that a measurement is not possible at all. */
export const STILL_WORKS = 'All that is simulated works without it.';

/** What this host lacks, or refuses. A measurement cannot be made, and everything else still works. */
export class HostError extends Error {
  override readonly name: string = 'HostError';
}

/** A system call that failed although nothing known was missing. */
export class SystemCallError extends HostError {
  override readonly name = 'SystemCallError';
  readonly errno: number;

  constructor(call: string, errno: number) {
    super(`${call}: ${errnoName(errno)}: ${getSystemErrorMap().get(-errno)?.[1] ?? 'unknown error'}`);
    this.errno = errno;
  }
}

/** 22 to "EINVAL". */
export function errnoName(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[0] ?? `errno ${errno}`;
}
