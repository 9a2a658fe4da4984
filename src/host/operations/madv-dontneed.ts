import { MADV } from '../linux.ts';
import type { HostOperation } from './host-operation.ts';
import { oneCall } from './one-call.ts';

/** The entries go, and the pages of anonymous memory. A guest inside of the range faults them in again. */
export const madvDontneed: HostOperation = {
  refuses: () => null,
  run: ({ timed, memory, range }) =>
    oneCall(timed, 'madvise', [memory.address + range.offset, range.bytes, MADV.dontneed]),
};
