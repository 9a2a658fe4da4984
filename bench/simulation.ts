// A whole run of hgm-collapse-1g, beside the engine's bare loop of the same Node: events a second and peak memory. Each
// measurement has a process of its own, since peak memory is that of a process.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { goal, millions, type Section } from './section.ts';

const KIB_PER_MIB = 1024;
const MEMORY_BOUND_MIB = 1536;

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
    print(
      '  Collapse of 1 GiB in a VM of that size and in one of 64 GiB, all of it mapped with 4K entries on both sides:',
    );
    for (const memory of ['1GiB', '64GiB']) {
      const { events, peakKib } = measureInOwnProcess([
        '--once',
        'range',
        `vm.memory=${memory}`,
        'guest.pattern=idle',
        'timeline.0.range.length=1GiB',
      ]);
      const bound = `at most ${MEMORY_BOUND_MIB} MiB: ${goal(peakKib <= MEMORY_BOUND_MIB * KIB_PER_MIB)}`;
      print(`  ${memory.padStart(7)} ${String(events).padStart(8)} events, ${mib(peakKib)} peak (${bound})`);
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
