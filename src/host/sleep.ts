import { setImmediate, setTimeout } from 'node:timers/promises';

const NEVER = new Int32Array(new SharedArrayBuffer(4));

/** Short sleeps keep their length by blocking the thread, one turn of the event loop between; long ones are timers. */
export async function sleepMs(ms: number): Promise<void> {
  if (ms >= 1) {
    await setTimeout(ms);
    return;
  }
  Atomics.wait(NEVER, 0, 0, ms);
  await setImmediate();
}
