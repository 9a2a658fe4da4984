import { PROT, PROT_RW } from '../linux.ts';
import type { HostOperation } from './host-operation.ts';
import { oneCall } from './one-call.ts';

/** Read only, and writable again at once: a write of the guest between the two leaves KVM_RUN with EFAULT. */
export const mprotect: HostOperation = {
  refuses: () => null,
  run({ timed, memory, range }) {
    const address = memory.address + range.offset;
    const closed = oneCall(timed, 'mprotect', [address, range.bytes, PROT.read]);
    const opened = oneCall(timed, 'mprotect', [address, range.bytes, PROT_RW]);
    return { start: closed.start, end: opened.end, errno: closed.errno ?? opened.errno };
  },
};
