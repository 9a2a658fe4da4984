import { FALLOC } from '../linux.ts';
import type { HostOperation } from './host-operation.ts';
import { oneCall } from './one-call.ts';

/** The pages of the file go, and with them all entries. A guest inside of the range faults new ones in. */
export const punchHole: HostOperation = {
  refuses: ({ backing }) => (backing === 'anonymous' ? 'anonymous memory has no file; use backing shmem' : null),
  run: ({ timed, memory, range }) =>
    oneCall(timed, 'fallocate', [memory.fd ?? -1, FALLOC.punchHole | FALLOC.keepSize, range.offset, range.bytes]),
};
