export interface InputError {
  /** Dotted path of the field, as `--set` and `overrides` name it; empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

/** A document or request that cannot be run as it stands. Carries every error that was found, not only the first. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly errors: readonly InputError[];

  constructor(subject: string, errors: readonly InputError[]) {
    const lines = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    super(`${subject}: ${lines.join('; ')}`);
    this.errors = errors;
  }
}
