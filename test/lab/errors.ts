import { type InputError, InvalidInput } from '../../src/lab/invalid-input.ts';

/** The errors of a call that must refuse its input. */
export function errorsOf(call: () => unknown): readonly InputError[] {
  try {
    call();
  } catch (error) {
    if (error instanceof InvalidInput) return error.errors;
    throw error;
  }
  throw new Error('nothing was refused');
}

export const pathsOf = (call: () => unknown): string[] => errorsOf(call).map(({ path }) => path);
