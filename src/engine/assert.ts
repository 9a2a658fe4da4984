// Asserts state what must hold whatever the input is. A broken one is a bug of the model or of the engine, so the
// run is over: it throws, and the run that meets it ends as failed.

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Messages of asserts in hot code are constants, so that a condition that holds builds no string. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Closes a switch over a union: the compiler refuses a member without a case. */
export function assertNever(value: never): never {
  throw new AssertionError(`unexpected value: ${JSON.stringify(value)}`);
}
