// What a measurement leaves behind: nothing, however it has ended. MEASURE_RUNS makes more of them: `npm run leftovers`.

import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { HostError } from '../../src/host/host-error.ts';
import { measureInProcess } from '../../src/host/host-process.ts';
import { type MeasurementPlan, type MeasurementRequest, planMeasurement } from '../../src/host/measurement-plan.ts';
import { belongings } from '../support/belongings.ts';
import { allProcesses, childrenOf, factsOf, hasGuest } from '../support/processes.ts';
import { noGuest } from './support.ts';

const RUNS = Number(process.env.MEASURE_RUNS ?? 40);
const LONGEST_MS = 10_000 + 5_000 * RUNS;

const short = { memoryBytes: 4 * 2 ** 20, repetitions: 1, timeNs: 1e8, tailNs: 1e5 };
const long = { memoryBytes: 4 * 2 ** 20, repetitions: 1_000, timeNs: 6e10 };

const requests: readonly MeasurementRequest[] = [
  { operation: 'madv-collapse', kernelEvents: true },
  { operation: 'uffdio-continue' },
  { operation: 'fork' },
  { operation: 'madv-collapse', backing: 'shmem' },
  { operation: 'mprotect', folios: '2m' },
  { operation: 'munmap' },
  { operation: 'punch-hole', folios: '2m', mapped: '4k' },
  { operation: 'madv-dontneed', places: ['inside', 'no-slot'], kernelEvents: true },
];

type Ending = 'done' | 'cancelled' | 'killed' | 'left its memory' | 'too many vCPUs' | 'machine too busy' | 'lacks';

/** What is done to the n-th measurement. Each of them with each of the requests, sooner or later. */
const ways: readonly ((request: MeasurementRequest) => Promise<Ending>)[] = [
  (request) => endingOf(planMeasurement({ ...short, ...request })),
  (request) => cancelledWhen(request, async () => {}),
  (request) => endingOf(planMeasurement({ ...short, ...request })),
  (request) => killedWhen(request, untilGuest),
  (request) => endingOf({ ...planMeasurement({ ...short, ...request }), vcpus: 100_000 }),
  (request) => cancelledWhen(request, untilGuest),
  // The guest is sent to where it has no memory, with everything up and running.
  (request) => endingOf({ ...planMeasurement({ ...short, ...request, operation: 'nothing' }), ...beyond }),
  (request) => killedWhen(request, () => setTimeout(100)),
  (request) => cancelledWhen(request, untilProgress),
];
const beyond = { places: ['outside'], rangeBytes: short.memoryBytes } as const;

interface Started {
  readonly pid: number;
  readonly progress: Promise<void>;
}

const untilProgress = ({ progress }: Started): Promise<void> => progress;

async function untilGuest({ pid }: Started): Promise<void> {
  while (factsOf(pid) !== null && !hasGuest(pid)) await setTimeout(5);
}

async function endingOf(plan: MeasurementPlan, options: Parameters<typeof measureInProcess>[1] = {}): Promise<Ending> {
  try {
    await measureInProcess(plan, options);
    return 'done';
  } catch (error) {
    if (error === options.signal?.reason) return 'cancelled';
    if (!(error instanceof HostError)) throw error;
    if (/ended early \(SIGKILL\)/.test(error.message)) return 'killed';
    if (/left its memory/.test(error.message)) return 'left its memory';
    if (/vCPUs need \d+ CPUs/.test(error.message)) return 'too many vCPUs';
    return /too busy|another measurement|does not go on|did not start/.test(error.message)
      ? 'machine too busy'
      : 'lacks';
  }
}

async function cancelledWhen(request: MeasurementRequest, moment: (started: Started) => Promise<void>) {
  const controller = new AbortController();
  const ending = start(request, controller.signal);
  await Promise.race([moment(ending), ending.outcome]);
  controller.abort(new Error('enough'));
  return ending.outcome;
}

async function killedWhen(request: MeasurementRequest, moment: (started: Started) => Promise<void>) {
  const ending = start(request, new AbortController().signal);
  await Promise.race([moment(ending), ending.outcome]);
  if (factsOf(ending.pid) !== null) process.kill(ending.pid, 'SIGKILL');
  return ending.outcome;
}

function start(request: MeasurementRequest, signal: AbortSignal): Started & { readonly outcome: Promise<Ending> } {
  const before = new Set(childrenOf(process.pid));
  const { promise: progress, resolve } = Promise.withResolvers<void>();
  const outcome = endingOf(planMeasurement({ ...long, ...request }), { signal, onRepetition: () => resolve() });
  const pid = childrenOf(process.pid).find((child) => !before.has(child));
  if (pid === undefined) throw new Error('no process was started');
  return { pid, progress, outcome };
}

describe('measureInProcess', () => {
  it(
    `${RUNS} in a row, ended in all ways: no process, thread, mapping or file is left`,
    async ({ skip }) => {
      if (noGuest !== null) skip(noGuest);
      // The first one loads what stays: threads of the runtime among it.
      await endingOf(planMeasurement({ ...short, operation: 'nothing' }));
      const before = belongings();
      const sessions = new Set<number>();
      const endings: Partial<Record<Ending, number>> = {};
      for (let run = 0; run < RUNS; run++) {
        const way = ways[run % ways.length];
        const request = requests[run % requests.length];
        const ending = way!(request!);
        for (const child of childrenOf(process.pid)) sessions.add(child);
        const how = await ending;
        endings[how] = (endings[how] ?? 0) + 1;
        // Its process is not only told to go: it is gone when the outcome is here.
        expect(childrenOf(process.pid), `after run ${run}: ${how}`).toEqual(before.children);
      }
      expect(belongings()).toEqual(before);
      expect(sessions.size).toBe(RUNS);
      // The child of a fork that is measured may outlive a parent that was killed, by as long as its own end takes.
      const left = () => allProcesses().filter(({ session, isZombie }) => sessions.has(session) && !isZombie);
      for (let round = 0; round < 100 && left().length > 0; round++) await setTimeout(10);
      expect(left()).toEqual([]);
      for (const how of ['cancelled', 'killed', 'left its memory', 'too many vCPUs'])
        expect(endings).toHaveProperty([how]);
      if (endings.done === undefined) skip('this machine is too busy to finish a measurement');
    },
    LONGEST_MS,
  );
});
