// A day of use in a minute: a thousand live simulations, each made, driven, watched and deleted before the next, in a
// process of its own, whose memory has to be afterwards what it was before.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { goal, type Section } from './section.ts';

const COUNT = 1000;
const MINUTE_MS = 60_000;
/** What the collectors may still hold of the last ones, and what an allocator does not give back. */
const RSS_GROWTH_MIB = 32;
const HEAP_GROWTH_MIB = 4;

interface Memory {
  readonly rssMib: number;
  readonly heapMib: number;
}

interface Day {
  readonly count: number;
  readonly events: number;
  readonly ms: number;
  readonly before: Memory;
  readonly after: Memory;
}

export const simulationsDay: Section = {
  name: 'simulations-day',
  title: `${COUNT} live simulations, one after the other, each watched through a socket`,
  run(print) {
    const child = fileURLToPath(new URL('./one-day.ts', import.meta.url));
    const args = ['--expose-gc', child, String(COUNT)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`one-day.ts failed: ${stderr}`);
    const { count, events, ms, before, after } = JSON.parse(stdout) as Day;
    const each = (ms / count).toFixed(1);
    print(
      `  ${(ms / 1000).toFixed(1)} s, ${each} ms each, ${events} events over sockets (in a minute: ${goal(ms <= MINUTE_MS)})`,
    );
    const rows = [
      ['resident', before.rssMib, after.rssMib, RSS_GROWTH_MIB],
      ['heap', before.heapMib, after.heapMib, HEAP_GROWTH_MIB],
    ] as const;
    for (const [what, was, is, most] of rows) {
      const bound = `at most ${most} MiB more: ${goal(is - was <= most)}`;
      print(
        `  ${what.padEnd(9)} ${was.toFixed(1).padStart(6)} MiB before, ${is.toFixed(1).padStart(6)} MiB after (${bound})`,
      );
    }
  },
};
