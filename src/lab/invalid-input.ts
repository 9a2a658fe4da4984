export interface InputError {
  /** Dotted path of the field, as `--set` and `overrides` name it; empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

/** A hostile document could have as many errors as it has fields; nobody reads more than these. */
export const MOST_ERRORS = 100;

/** A document or request that cannot be run as it stands. Carries the errors that were found, not only the first. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly errors: readonly InputError[];

  /** @param unlisted errors of which nothing is known but that there are so many more */
  constructor(subject: string, errors: readonly InputError[], unlisted = 0) {
    const reported = errors.slice(0, MOST_ERRORS);
    const left = errors.length - reported.length + unlisted;
    if (left > 0) reported.push({ path: '', message: `and ${left} more errors` });
    const lines = reported.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    super(`${subject}: ${lines.join('; ')}`);
    this.errors = reported;
  }
}
