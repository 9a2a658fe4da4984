// Measuring happens in a process of its own. With it go the VM, its mappings and its threads, whatever has happened and
// however it ended; a fork that is measured copies little; and its session can be taken before other work of the machine
// without changing what anything else gets.

import { type ChildProcess, fork } from 'node:child_process';
import { HostError } from './host-error.ts';
import type { Measurement, MeasureOptions } from './measure.ts';
import type { MeasurementPlan } from './measurement-plan.ts';

export type MeasureMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'measured'; readonly measurement: Measurement }
  /** `missing`: the host lacks something; else the measuring is wrong. */
  | { readonly kind: 'failed'; readonly missing: boolean; readonly message: string };

/** Setting up, warming memory and cleaning up, on a machine that is busy with other things. */
const ALLOWANCE_MS = 60_000;

/** Rejects with a HostError if this host cannot do it, with the reason of the signal if that is aborted. */
export function measureInProcess(plan: MeasurementPlan, options: MeasureOptions = {}): Promise<Measurement> {
  options.signal?.throwIfAborted();
  const child = fork(new URL('./measure-child.ts', import.meta.url), {
    // A session of its own, which the child takes before others (see measure-child.ts).
    detached: true,
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), plan.timeNs / 1e6 + ALLOWANCE_MS);
  const abort = (): void => void child.kill('SIGKILL');
  options.signal?.addEventListener('abort', abort, { once: true });
  return outcomeOf(child, plan, options).finally(() => {
    clearTimeout(limit);
    options.signal?.removeEventListener('abort', abort);
    child.kill('SIGKILL');
  });
}

function outcomeOf(child: ChildProcess, plan: MeasurementPlan, { signal, onRepetition }: MeasureOptions) {
  return new Promise<Measurement>((resolve, reject) => {
    child.on('message', (message: MeasureMessage) => {
      if (message.kind === 'progress') onRepetition?.(message.done, message.total);
      else if (message.kind === 'measured') resolve(message.measurement);
      else reject(message.missing ? new HostError(message.message) : new Error(message.message));
    });
    child.on('error', reject);
    child.on('exit', (code, killedBy) => {
      if (signal?.aborted === true) reject(signal.reason);
      else reject(new HostError(`the measuring process ended early (${killedBy ?? `exit code ${code}`})`));
    });
    child.send(plan, (error) => {
      if (error !== null) reject(error);
    });
  });
}
