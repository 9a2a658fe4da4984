// A worker thread of the pool: one exploration, with its clock. The search itself knows no time.

import { explore } from '../explore/explore.ts';
import { type ExplorationAnswer, type ExplorationTask, PROGRESS_MS_MIN } from './exploration-messages.ts';

export default function exploreInWorker({ exploration, stopped, port }: ExplorationTask): ExplorationAnswer {
  const { question, options, timeMs } = exploration;
  const startedAtMs = performance.now();
  let toldAtMs = startedAtMs;
  try {
    const result = explore(question, {
      ...options,
      onProgress(progress) {
        const nowMs = performance.now();
        if (nowMs - toldAtMs < PROGRESS_MS_MIN) return;
        toldAtMs = nowMs;
        port.postMessage(progress);
      },
      stop: () => Atomics.load(stopped, 0) !== 0 || (timeMs !== null && performance.now() - startedAtMs >= timeMs),
    });
    return { kind: 'explored', result };
  } catch (error) {
    return error instanceof Error
      ? { kind: 'error', message: error.message, stack: error.stack ?? error.message }
      : { kind: 'error', message: String(error), stack: String(error) };
  } finally {
    port.close();
  }
}
