// Runs loops beside the operating thread, on another CPU.

import { parentPort, workerData } from 'node:worker_threads';
import { pinTo } from '../cpus.ts';
import { System } from '../system.ts';
import { type LoopArguments, type LoopName, Loops, type LoopTime } from './loops.ts';

export interface LoopTask {
  readonly name: LoopName;
  readonly args: LoopArguments;
}

/** `begins` comes right before the loop. */
export type LoopMessage = { readonly kind: 'begins' } | { readonly kind: 'ended'; readonly time: LoopTime };

const system = await System.load();
pinTo(system, (workerData as { cpu: number }).cpu);
const loops = new Loops(system);

parentPort?.on('message', ({ name, args }: LoopTask) => {
  parentPort?.postMessage({ kind: 'begins' } satisfies LoopMessage);
  const time = loops.run(name, args);
  parentPort?.postMessage({ kind: 'ended', time } satisfies LoopMessage);
});
