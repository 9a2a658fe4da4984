// One measurement at a time: two would each be what disturbs the other.

import { closeSync, openSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { HostError } from './host-error.ts';
import { LOCK } from './linux.ts';
import type { System } from './system.ts';

/** Everybody on this host may open it, nobody locks it, and there is nothing to leave behind. */
const LOCKED = '/sys/devices/system/cpu';
const POLL_MS = 20;
const PATIENCE_MS = 30_000;

/** Resolves when no other process of this host measures. Returns how to let the next one go on. */
export async function takeTurn(system: System, patienceMs = PATIENCE_MS): Promise<() => void> {
  const fd = openSync(LOCKED, 'r');
  const deadline = performance.now() + patienceMs;
  while (system.try('flock', fd, LOCK.exclusive | LOCK.nonBlocking) < 0) {
    if (performance.now() > deadline) {
      closeSync(fd);
      throw new HostError(`another measurement is running on this host, for more than ${patienceMs / 1000} s`);
    }
    await setTimeout(POLL_MS);
  }
  return () => closeSync(fd);
}
