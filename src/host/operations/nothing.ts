import type { HostOperation } from './host-operation.ts';
import { oneCall } from './one-call.ts';

/** The control, as an operation: a system call that touches no memory. What is seen beside it is noise. */
export const nothing: HostOperation = {
  refuses: () => null,
  run: ({ timed }) => oneCall(timed, 'gettid', []),
};
