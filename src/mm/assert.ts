/** Stops the run: the model itself is wrong. Kernel outcomes are returned, findings are recorded; neither comes here. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`model assertion failed: ${what}`);
}

/** Ends a switch over a closed union. */
export function assertNever(value: never): never {
  throw new Error(`model assertion failed: unexpected ${JSON.stringify(value)}`);
}
