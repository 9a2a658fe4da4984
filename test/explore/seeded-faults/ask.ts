import { Worker } from 'node:worker_threads';
import type { ExplorationLimits, ExplorationResult } from '../../../src/explore/exploration-types.ts';
import type { SeededFault } from './seeded-fault.ts';

export interface FaultTask {
  readonly fault: Omit<SeededFault, 'expects'>;
  readonly limits: ExplorationLimits;
}

export interface FaultAnswer {
  /** How often the file with the fault was loaded. */
  readonly applied: number;
  readonly result: ExplorationResult;
  /** For each finding of the result: the kinds that its counterexample shows when it is gone once more. */
  readonly replayed: readonly (readonly string[])[];
}

/** Asks the question of a fault, with the fault in the model, in a thread of its own. */
export function askWithFault(task: FaultTask): Promise<FaultAnswer> {
  return new Promise((resolve, reject) => {
    // Without the arguments of this process: its loaders are not for the thread.
    const worker = new Worker(new URL('./fault-worker.ts', import.meta.url), { workerData: task, execArgv: [] });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with ${code} and said nothing`)));
  });
}
