import { errnoName } from '../host-error.ts';
import type { CallName } from '../system.ts';
import type { TimedCalls, TimedResult } from '../timed-call.ts';
import type { OperationTime } from './host-operation.ts';

/** An operation that is one system call. */
export function oneCall(timed: TimedCalls, name: CallName, args: readonly number[]): OperationTime {
  return asOperation(timed.run(name, args));
}

export function asOperation({ result, start, end }: TimedResult): OperationTime {
  return { start, end, errno: result < 0 ? errnoName(-result) : null };
}
