import { errnoName, HostError } from '../host-error.ts';
import { ERRNO, HUGE_PAGE, MADV, PAGE } from '../linux.ts';
import type { TestMemory } from '../test-memory.ts';
import { Userfaultfd } from '../userfaultfd.ts';
import type { HostOperation } from './host-operation.ts';

const EEXIST = 17;
/** The thread that answers stays awake: how fast it would be woken is a matter of the machine's other work. */
const NO_SLEEP = 0;
/** The guest goes round in far less. */
const LONGEST_MS = 1_000;

/**
 * Demand paging, as post-copy does it: the range leaves the mapping and stays in the file, and each fault of the guest waits
 * until this thread has answered it with UFFDIO_CONTINUE. The operation lasts until all pages are mapped again.
 */
export const uffdioContinue: HostOperation = {
  refuses({ backing }, place) {
    if (backing === 'anonymous') return 'anonymous memory has no minor faults; use backing shmem';
    return place === 'inside' || place === 'whole'
      ? null
      : 'nobody would fetch the pages; use the places inside or whole';
  },
  wakeUps: ({ memory, range }) => range.bytes / pageBytesOf(memory),
  run({ system, timed, memory, range }) {
    const address = memory.address + range.offset;
    const pageBytes = pageBytesOf(memory);
    const userfaultfd = new Userfaultfd(system);
    try {
      userfaultfd.register(address, range.bytes);
      const dropped = timed.run('madvise', [address, range.bytes, MADV.dontneed]);
      if (dropped.result < 0) return { start: dropped.start, end: dropped.end, errno: errnoName(-dropped.result) };
      const missing = new Set(
        Array.from({ length: range.bytes / pageBytes }, (_, index) => address + index * pageBytes),
      );
      const deadline = performance.now() + LONGEST_MS;
      while (missing.size > 0) {
        if (performance.now() > deadline) throw new HostError(`${missing.size} pages were never asked for`);
        for (const fault of userfaultfd.faults(NO_SLEEP)) {
          const page = fault - (fault % pageBytes);
          const result = userfaultfd.continue(page, pageBytes);
          if (result < 0 && result !== -EEXIST && result !== -ERRNO.EFAULT) {
            throw new HostError(`UFFDIO_CONTINUE: ${errnoName(-result)}`);
          }
          missing.delete(page);
        }
      }
      return { start: dropped.start, end: timed.now(), errno: null };
    } finally {
      userfaultfd.close();
    }
  },
};

const pageBytesOf = ({ kind }: TestMemory): number => (kind.backing === 'hugetlb-2m' ? HUGE_PAGE : PAGE);
