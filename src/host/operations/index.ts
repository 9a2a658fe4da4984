import type { HostOperationId } from '../vocabulary.ts';
import { fork } from './fork.ts';
import type { HostOperation } from './host-operation.ts';
import { madvCollapse } from './madv-collapse.ts';
import { madvDontneed } from './madv-dontneed.ts';
import { mprotect } from './mprotect.ts';
import { munmap } from './munmap.ts';
import { nothing } from './nothing.ts';
import { punchHole } from './punch-hole.ts';
import { uffdioContinue } from './uffdio-continue.ts';

export const operationsById: Readonly<Record<HostOperationId, HostOperation>> = {
  nothing,
  'madv-collapse': madvCollapse,
  'madv-dontneed': madvDontneed,
  mprotect,
  munmap,
  'punch-hole': punchHole,
  fork,
  'uffdio-continue': uffdioContinue,
};
