/** Kernel outcomes that operations return. They are data for the caller, never exceptions. */
export const Errno = {
  EAGAIN: 'EAGAIN',
  EBUSY: 'EBUSY',
  EEXIST: 'EEXIST',
  EFAULT: 'EFAULT',
  EHWPOISON: 'EHWPOISON',
  EINVAL: 'EINVAL',
  EIO: 'EIO',
  ENOENT: 'ENOENT',
  ENOMEM: 'ENOMEM',
} as const;

export type Errno = (typeof Errno)[keyof typeof Errno];

/** 0, or why not: what a kernel function returns. */
export type Result = 0 | Errno;
