import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const CHILD = fileURLToPath(new URL('./support/exhausting-child.ts', import.meta.url));
const RUNS = 2;
/** MiB. With the young generation that V8 takes by itself, the process ended at one of these each time. */
const LIMITS = [48, 128, 256];

describe('threads of the pool', () => {
  it('one run after the other uses up its memory: each is told, and the process lives', async () => {
    const args = [CHILD, String(RUNS), ...LIMITS.map(String)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout.trim().split('\n')).toEqual(Array.from({ length: RUNS * LIMITS.length }, () => 'WORKER_DIED'));
  });
});
