// A whole run of hgm-collapse-1g, beside the engine's bare loop of the same Node: events a second and peak memory. Each
// measurement has a process of its own, since peak memory is that of a process.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { millions, type Section } from './section.ts';

const KIB_PER_MIB = 1024;

export const simulation: Section = {
  name: 'simulation',
  title: 'hgm-collapse-1g: one run, after one to warm up',
  run(print) {
    const idle = measureInOwnProcess([]);
    print(`  nothing but the program loaded: ${mib(idle.peakKib)} peak`);
    for (const [what, scheme, ...overrides] of [
      ['6.12, range', 'range'],
      ['6.12, range-chunked', 'range-chunked'],
      ['6.12, post-collapse/promote', 'post-collapse/promote'],
      [
        '6.1 voluntary, range, vCPUs apart',
        'range',
        'machine.kernel=6.1',
        'machine.preemption=voluntary',
        'guest.partitioned=true',
      ],
    ] as const) {
      const { events, ms, peakKib } = measureInOwnProcess([scheme, ...overrides]);
      const rate = millions((events * 1000) / ms);
      print(
        `  ${what.padEnd(36)} ${String(events).padStart(8)} events in ${ms.toFixed(0)} ms, ${rate}, ${mib(peakKib)} peak`,
      );
    }
  },
};

const mib = (kib: number): string => `${Math.round(kib / KIB_PER_MIB)} MiB`;

interface Measured {
  readonly events: number;
  readonly ms: number;
  readonly peakKib: number;
}

function measureInOwnProcess(args: readonly string[]): Measured {
  const child = fileURLToPath(new URL('./one-run.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [child, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`one-run.ts failed: ${stderr}`);
  return JSON.parse(stdout) as Measured;
}
