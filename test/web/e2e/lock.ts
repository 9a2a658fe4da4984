// One process at a time, among those that run test files side by side.

import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PAUSE_MS = 100;

export async function withLock<T>(name: string, act: () => Promise<T>): Promise<T> {
  const file = join(tmpdir(), `stallscope-${name}.lock`);
  while (!takeLock(file)) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  try {
    return await act();
  } finally {
    rmSync(file, { force: true });
  }
}

function takeLock(file: string): boolean {
  try {
    const lock = openSync(file, 'wx');
    writeSync(lock, String(process.pid));
    closeSync(lock);
    return true;
  } catch {
    // That of a process that is gone is nobody's; the next round takes it.
    if (!isHeld(file)) rmSync(file, { force: true });
    return false;
  }
}

function isHeld(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // It may be between its creation and its number.
    return pid === 0 || process.kill(pid, 0);
  } catch {
    return false;
  }
}
