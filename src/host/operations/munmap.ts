import type { HostOperation } from './host-operation.ts';
import { oneCall } from './one-call.ts';

/** Of memory that the guest does not touch: with its own memory gone it could not go on. */
export const munmap: HostOperation = {
  refuses: (_, place) =>
    place === 'other-vma' || place === 'no-slot'
      ? null
      : 'a guest whose memory is unmapped cannot go on; use the places other-vma or no-slot',
  prepare({ memory, range }) {
    memory.map();
    memory.makeReady(range);
  },
  run: ({ timed, memory, range }) => oneCall(timed, 'munmap', [memory.address + range.offset, range.bytes]),
  restore: ({ memory }) => memory.map(),
};
