// Where the kernel lists its events. Where tracefs is mounted and readable it is read there. Else it is mounted for this
// process alone, detached: in no namespace, at no path, and gone with the descriptor, however the process ends.

import { readdirSync } from 'node:fs';
import { errnoName, HostError } from '../host-error.ts';
import { PAGE } from '../linux.ts';
import { Mapping } from '../mapping.ts';
import type { System } from '../system.ts';

const MOUNTED = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
const CLOSE_ON_EXEC = 1;
const FSCONFIG_CMD_CREATE = 6;

export interface Tracefs {
  /** Folder with a folder for each group of events. */
  readonly events: string;
  close(): void;
}

/** Throws a HostError that says why there is none. */
export function openTracefs(system: System): Tracefs {
  for (const path of MOUNTED) {
    const events = `${path}/events`;
    if (hasEntries(events)) return { events, close: () => {} };
  }
  const fd = mountDetached(system);
  return { events: `/proc/self/fd/${fd}/events`, close: () => void system.try('close', fd) };
}

function mountDetached(system: System): number {
  const name = Mapping.anonymous(system, PAGE);
  try {
    name.write(0, new TextEncoder().encode('tracefs\0'));
    const context = must('fsopen', system.try('fsopen', name.address, CLOSE_ON_EXEC));
    try {
      must('fsconfig', system.try('fsconfig', context, FSCONFIG_CMD_CREATE, 0, 0, 0));
      return must('fsmount', system.try('fsmount', context, CLOSE_ON_EXEC, 0));
    } finally {
      system.try('close', context);
    }
  } finally {
    name.unmap();
  }
}

function must(call: string, result: number): number {
  if (result >= 0) return result;
  throw new HostError(`tracefs is not readable here and cannot be mounted (${call}: ${errnoName(-result)})`);
}

function hasEntries(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}
