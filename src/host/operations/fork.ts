import type { HostOperation } from './host-operation.ts';
import { asOperation } from './one-call.ts';

const ANY_CHILD = -1;

/**
 * The process with the VM makes a child, which ends at once. Private memory becomes read only to be copied on write, all
 * of it, whatever the range is: also that of the process which measures.
 */
export const fork: HostOperation = {
  refuses: ({ backing }, place) => {
    if (backing !== 'anonymous') return 'shared memory is not copied by fork; use backing anonymous';
    return place === 'inside' || place === 'whole' ? null : 'fork works on all memory; use the places inside or whole';
  },
  run: ({ timed }) => asOperation(timed.run('fork', [], { childExits: true })),
  // This process has no other children.
  restore({ system }) {
    while (system.try('wait4', ANY_CHILD, 0, 0, 0) > 0);
  },
};
