import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { release } from 'node:os';
import { whatIsMissing } from '../../src/host/availability.ts';
import { HostError } from '../../src/host/host-error.ts';
import { measureInProcess } from '../../src/host/host-process.ts';
import type { Measurement, PlaceSample } from '../../src/host/measure.ts';
import { type MeasurementRequest, planMeasurement } from '../../src/host/measurement-plan.ts';
import { System } from '../../src/host/system.ts';
import type { Window } from '../../src/host/window.ts';
import { quantile } from '../../src/lab/statistics.ts';

/** Why no system call can be made from here; null if they can. */
const noCalls: string | null =
  process.platform === 'linux' && process.arch === 'x64'
    ? await System.load().then(
        () => null,
        (error: Error) => error.message,
      )
    : 'this is not Linux on x64';

/** Why no guest can run here; null if one can. Tests that need one are skipped with it. */
export const noGuest: string | null = whatIsMissing() ?? noCalls ?? noCollapse();

/** Why no memory can be brought into a state that a test wants. */
export const noSystem: string | null = noCalls ?? noCollapse();

function noCollapse(): string | null {
  if (!existsSync('/sys/kernel/mm/transparent_hugepage')) return 'this kernel has no transparent huge pages';
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 1) ? null : 'this kernel is older than 6.1 and has no MADV_COLLAPSE';
}

/** A short measurement in a process of its own. */
export function measured(request: MeasurementRequest): Promise<Measurement> {
  const short = { memoryBytes: 8 * 2 ** 20, repetitions: 12, timeNs: 1.5e9 };
  return measureInProcess(planMeasurement({ ...short, ...request }));
}

/** Above this part of the control's time the machine stalls guests by itself, and an operation cannot be told from it. */
const BUSY_SHARE = 0.15;

/** What a measurement says that this machine, just now, cannot make. */
export const isBusy = (message: string): boolean => /too busy|another measurement/.test(message);

/** The same, where the machine is quiet enough to say anything; else the test is skipped, with the reason. */
export async function measuredInQuiet(
  skip: (reason: string) => never,
  request: MeasurementRequest,
): Promise<Measurement> {
  const measurement = await measured(request).catch((error: unknown) => {
    if (error instanceof HostError && isBusy(error.message)) return skip(error.message);
    throw error;
  });
  const share = Math.max(...measurement.samples.map((sample) => stalledShare(sample, 'control')));
  if (share > BUSY_SHARE)
    skip(`this machine is busy: its guests stand still for ${Math.round(100 * share)} % of a control`);
  return measurement;
}

/** Part of a stretch of time in which the guest stood still, the median over the repetitions. */
export function stalledShare(sample: PlaceSample, part: 'control' | 'operation' | 'during operation'): number {
  const shares = sample.repetitions.map(({ control, operation, time }) => {
    if (part === 'control') return shareOf(control, control);
    return shareOf(operation, part === 'operation' ? operation : time);
  });
  return quantile(shares, 0.5);
}

function shareOf({ gaps }: Window, { start, end }: { readonly start: bigint; readonly end: bigint }): number {
  const stalled = gaps.flat().reduce((sum, { from, to }) => {
    const overlap = (to < end ? to : end) - (from > start ? from : start);
    return overlap > 0n ? sum + overlap : sum;
  }, 0n);
  return Number(stalled) / Number(end - start);
}

/** Sum over the mapping that holds this address, in bytes: "AnonHugePages", "ShmemPmdMapped", "Rss". */
export function smaps(address: number, field: string): number {
  let inside = false;
  for (const line of readFileSync('/proc/self/smaps', 'latin1').split('\n')) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line) ?? [];
    if (from !== undefined && to !== undefined) {
      inside = Number.parseInt(from, 16) <= address && address < Number.parseInt(to, 16);
    } else if (inside && line.startsWith(`${field}:`)) {
      return Number(/\d+/.exec(line)?.[0]) * 1024;
    }
  }
  throw new Error(`no mapping at ${address.toString(16)}`);
}

/** Number of the frame that is mapped here; 0: none, or it is not for us to know. */
export function frameOf(address: number): number {
  const entry = Buffer.alloc(8);
  const fd = openSync('/proc/self/pagemap', 'r');
  try {
    readSync(fd, entry, 0, 8, (address / 4096) * 8);
  } finally {
    closeSync(fd);
  }
  return Number(entry.readBigUInt64LE() & ((1n << 55n) - 1n));
}

/** A calibration takes half a minute on a machine that does nothing else. */
export const CALIBRATION_TIMEOUT_MS = 180_000;
