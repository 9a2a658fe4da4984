// How fast the explorer goes: transitions a second at the default geometry. Those that are done again on the way to a branch are told
// apart from those that are new.

import { explore as ask } from '../src/explore/explore.ts';
import type { QuestionInput } from '../src/explore/question.ts';
import { questionOf } from '../src/explore/question.ts';
import { goal, type Section } from './section.ts';

const GOAL = 200_000;
const ROUNDS = 5;

const cases: readonly (readonly [title: string, input: QuestionInput])[] = [
  ['collapse, range', { operations: ['madv-collapse'] }],
  ['collapse of shmem, range', { operations: ['madv-collapse'], backing: 'shmem' }],
  ['truncate', { operations: ['truncate'] }],
  ['collapse and truncate, no vCPU', { operations: ['madv-collapse', 'truncate'], guest: [[]] }],
  ['collapse and truncate', { operations: ['madv-collapse', 'truncate'], scheme: 'post-collapse/promote' }],
];

export const explore: Section = {
  name: 'explore',
  title: `Exploration: transitions a second on one core, best of ${ROUNDS}`,
  run(print) {
    const limits = { schedules: 5000, transitions: 1_000_000, depth: 2000 };
    const rates = cases.map(([title, input]) => {
      const question = questionOf(input);
      let best = { all: 0, fresh: 0, ms: 0, text: '' };
      for (let round = 0; round < ROUNDS; round++) {
        const started = performance.now();
        const { transitions, replayed, schedules, states, complete } = ask(question, {
          search: 'exhaustive',
          seed: 1,
          limits,
          minimizeBudget: 0,
        });
        const ms = performance.now() - started;
        const all = ((transitions + replayed) * 1000) / ms;
        if (all < best.all) continue;
        const text = `${schedules} schedules, ${states} states${complete ? '' : ', not to the end'}`;
        best = { all, fresh: (transitions * 1000) / ms, ms, text };
      }
      const [all, fresh] = [Math.round(best.all), Math.round(best.fresh)].map((rate) => rate.toLocaleString('en'));
      print(
        `  ${title.padEnd(32)} ${all} (explored ${fresh}, the rest repeated); ${best.ms.toFixed(0)} ms, ${best.text}`,
      );
      return best.all;
    });
    const most = Math.max(...rates);
    print(`  at least ${GOAL.toLocaleString('en')} transitions a second: ${goal(most >= GOAL)}`);
  },
};
