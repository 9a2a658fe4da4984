// Numbers of the Linux ABI on x86-64. They never change; names and values are those of the kernel's uapi headers.

export const SYS = {
  read: 0,
  close: 3,
  poll: 7,
  mmap: 9,
  mprotect: 10,
  munmap: 11,
  ioctl: 16,
  madvise: 28,
  fork: 57,
  wait4: 61,
  flock: 73,
  ftruncate: 77,
  prctl: 157,
  gettid: 186,
  futex: 202,
  sched_setaffinity: 203,
  sched_getaffinity: 204,
  clock_gettime: 228,
  tgkill: 234,
  openat: 257,
  fallocate: 285,
  perf_event_open: 298,
  memfd_create: 319,
  userfaultfd: 323,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
} as const;

export const AT_FDCWD = -100;
export const O_RDWR = 0o2;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;

export const PROT = { read: 1, write: 2, exec: 4 } as const;
export const PROT_RW = PROT.read | PROT.write;
export const MAP = { shared: 0x01, private: 0x02, fixed: 0x10, anonymous: 0x20, noreserve: 0x4000 } as const;
export const MADV = { dontneed: 4, dontfork: 10, hugepage: 14, populateWrite: 23, collapse: 25 } as const;

export const MFD = { cloexec: 0x1, hugetlb: 0x4, huge2m: 21 << 26 } as const;
export const LOCK = { exclusive: 2, nonBlocking: 4 } as const;
export const FALLOC = { keepSize: 0x1, punchHole: 0x2 } as const;

export const PR_SET_PDEATHSIG = 1;
export const PR_TASK_PERF_EVENTS_DISABLE = 31;
export const PR_TASK_PERF_EVENTS_ENABLE = 32;
export const PR_SET_THP_DISABLE = 41;
export const PR_GET_THP_DISABLE = 42;
export const CLOCK_MONOTONIC_RAW = 4;
export const POLLIN = 1;
export const FUTEX_WAKE_PRIVATE = 0x81;

export const PAGE = 4096;
export const HUGE_PAGE = 2 * 1024 * 1024;

export const ERRNO = { EINTR: 4, EAGAIN: 11, EFAULT: 14, EBUSY: 16 } as const;
