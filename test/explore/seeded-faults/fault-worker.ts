// A thread that loads the model with one fault in it and asks it a question. It stands outside of the module graph of the tests:
// there the files would be loaded before the fault is in them.

import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { FaultAnswer, FaultTask } from './ask.ts';
import { applyFault } from './seeded-fault.ts';

const { fault, limits } = workerData as FaultTask;
const root = fileURLToPath(new URL('../../../', import.meta.url));
let applied = 0;
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.startsWith('file:') || fileURLToPath(url) !== root + fault.file) return loaded;
    applied += 1;
    return { ...loaded, source: applyFault(fault, String(loaded.source)) };
  },
});

const { explore } = await import('../../../src/explore/explore.ts');
const { questionOf } = await import('../../../src/explore/question.ts');
const { replay } = await import('../../../src/explore/replay.ts');

const question = questionOf(fault.question);
const { stepChecks = false } = fault;
const result = explore(question, { search: 'exhaustive', seed: 1, limits, all: false, stepChecks });
const replayed = result.findings.map(({ counterexample }) =>
  replay(question, counterexample.schedule, stepChecks).found.map(({ kind }) => kind),
);
const answer: FaultAnswer = { applied, result, replayed };
parentPort?.postMessage(answer);
