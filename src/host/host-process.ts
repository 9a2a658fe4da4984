// Measuring happens in a process of its own. With it go the VM, its mappings and its threads, whatever has happened and
// however it ended; a fork that is measured copies little; and its session can be taken before other work of the machine
// without changing what anything else gets.

import { type ChildProcess, fork } from 'node:child_process';
import type { Calibration } from './calibration/calibrate.ts';
import { HostError } from './host-error.ts';
import type { Measurement, MeasureOptions } from './measure.ts';
import type { MeasurementPlan } from './measurement-plan.ts';

export type HostTask = { readonly kind: 'measure'; readonly plan: MeasurementPlan } | { readonly kind: 'calibrate' };

export type HostMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly outcome: Measurement | Calibration }
  /** `missing`: the host lacks something; else the measuring is wrong. */
  | { readonly kind: 'failed'; readonly missing: boolean; readonly message: string };

/** Setting up, warming memory and cleaning up, on a machine that is busy with other things. */
const ALLOWANCE_MS = 60_000;
/** Of a machine that has nothing else to do, twice. */
const CALIBRATION_MS = 60_000;

/** Rejects with a HostError if this host cannot do it, with the reason of the signal if that is aborted. */
export function measureInProcess(
  plan: MeasurementPlan,
  options: MeasureOptions = {},
  allowanceMs = ALLOWANCE_MS,
): Promise<Measurement> {
  return inProcess<Measurement>({ kind: 'measure', plan }, plan.timeNs / 1e6 + allowanceMs, options);
}

/** Takes half a minute. Rejects as a measurement does. */
export function calibrateInProcess(options: Pick<MeasureOptions, 'signal'> = {}): Promise<Calibration> {
  return inProcess<Calibration>({ kind: 'calibrate' }, CALIBRATION_MS + ALLOWANCE_MS, options);
}

async function inProcess<T extends Measurement | Calibration>(
  task: HostTask,
  limitMs: number,
  options: MeasureOptions,
): Promise<T> {
  options.signal?.throwIfAborted();
  const child = fork(new URL('./host-child.ts', import.meta.url), {
    // A session of its own, which the child takes before others.
    detached: true,
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = goneOf(child);
  const kill = (): void => void child.kill('SIGKILL');
  const late = Promise.withResolvers<never>();
  const limit = setTimeout(() => {
    late.reject(
      new HostError(`the measuring process was not done after ${Math.ceil(limitMs / 1000)} s, and was ended`),
    );
  }, limitMs);
  options.signal?.addEventListener('abort', kill, { once: true });
  try {
    return (await Promise.race([outcomeOf(child, task, options), late.promise])) as T;
  } finally {
    clearTimeout(limit);
    options.signal?.removeEventListener('abort', kill);
    kill();
    // Whoever has the outcome may rely on it that nothing is left: the next one to measure, and one who looks.
    await gone;
  }
}

/** Resolves when the process has been waited for and its channel is closed; at once if it was never there. */
function goneOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined) resolve();
    child.on('close', () => resolve());
  });
}

function outcomeOf(child: ChildProcess, task: HostTask, { signal, onRepetition }: MeasureOptions) {
  return new Promise<Measurement | Calibration>((resolve, reject) => {
    child.on('message', (message: HostMessage) => {
      if (message.kind === 'progress') onRepetition?.(message.done, message.total);
      else if (message.kind === 'done') resolve(message.outcome);
      else reject(message.missing ? new HostError(message.message) : new Error(message.message));
    });
    child.on('error', reject);
    child.on('exit', (code, killedBy) => {
      if (signal?.aborted === true) reject(signal.reason);
      else reject(new HostError(`the measuring process ended early (${killedBy ?? `exit code ${code}`})`));
    });
    child.send(task, (error) => {
      if (error !== null) reject(error);
    });
  });
}
