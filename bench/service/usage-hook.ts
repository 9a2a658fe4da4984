// Loaded in front of a server that is measured (`node --import`): says over the channel to its parent what the process uses.

import { isMainThread } from 'node:worker_threads';

/** What the process has used since it started, and holds just now. */
export interface Usage {
  /** Of the thread that answers; those that run the model apart. */
  readonly cpuMs: number;
  readonly rssMib: number;
  readonly heapMib: number;
}

const MIB = 2 ** 20;

if (isMainThread) {
  process.on('message', (what) => {
    // Not where speed is measured: code that was not run since the collection before goes, too, and has to be compiled again.
    if (what === 'after a collection') globalThis.gc?.();
    const { user, system } = process.threadCpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const usage: Usage = { cpuMs: (user + system) / 1000, rssMib: rss / MIB, heapMib: heapUsed / MIB };
    process.send?.(usage);
  });
  // The channel alone keeps no process up.
  process.channel?.unref();
}
