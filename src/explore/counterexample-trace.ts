// A counterexample as a trace: a track for each task, a microsecond for each transition, since no time passes in it.

import { chromeTrace, type TraceSpan } from '../lab/chrome-trace.ts';
import type { Counterexample } from './exploration-types.ts';

const STEP_NS = 1_000;

export function counterexampleTrace(title: string, { tasks, steps }: Counterexample): string {
  const tracks = tasks.map((name, task) => ({
    name,
    spans: steps.flatMap(({ task: of, label, effects }, at): TraceSpan[] =>
      of === task
        ? [
            {
              name: label,
              startNs: at * STEP_NS,
              endNs: (at + 1) * STEP_NS,
              details: { step: at + 1, effects: effects.join('; ') },
            },
          ]
        : [],
    ),
  }));
  return chromeTrace(title, tracks);
}
