// How fast the explorer goes at the default geometry: new transitions a second, and beside them those that are made again because
// a world has to come to where something new is to be seen. A resumed generator is the least that a transition made for
// real costs; most are known and made without one.
//
// The matrix takes minutes and is not in here: `time npx stallscope explore --matrix --threads 2` was 3 min 9 s and 172 s of CPU on two
// cores that others used as well, for 20 million transitions.

import { explore as ask } from '../src/explore/explore.ts';
import type { QuestionInput } from '../src/explore/question.ts';
import { questionOf } from '../src/explore/question.ts';
import { goal, type Section } from './section.ts';

const GOAL = 200_000;
const ROUNDS = 5;
/** A search that ends before has warmed up and little more: its row is told, and counts for nothing. */
const COUNTED_MIN = 10_000;
const RESUMES = 5_000_000;

const cases: readonly (readonly [title: string, input: QuestionInput])[] = [
  ['collapse, range', { operations: ['madv-collapse'] }],
  ['truncate', { operations: ['truncate'] }],
  ['collapse of shmem, range', { operations: ['madv-collapse'], backing: 'shmem' }],
  ['collapse and truncate, no vCPU', { operations: ['madv-collapse', 'truncate'], guest: [[]] }],
  ['collapse and truncate', { operations: ['madv-collapse', 'truncate'], scheme: 'post-collapse/promote' }],
  ['collapse and migration', { operations: ['madv-collapse', 'migrate-pages'] }],
  ['fork and munmap, two vCPUs', { operations: ['fork', 'munmap'], backing: 'anonymous', guest: 2 }],
];

const limits = { schedules: 1_000_000, transitions: 400_000, depth: 2000 };

interface Round {
  readonly ms: number;
  readonly transitions: number;
  readonly replayed: number;
  readonly text: string;
}

function search(input: QuestionInput): Round {
  const question = questionOf(input);
  const started = performance.now();
  const result = ask(question, { search: 'exhaustive', seed: 1, limits, minimizeBudget: 0 });
  const ms = performance.now() - started;
  const { transitions, replayed, schedules, states, complete } = result;
  return {
    ms,
    transitions,
    replayed,
    text: `${schedules} schedules, ${states} states${complete ? '' : ', not to the end'}`,
  };
}

function resumesPerSecond(): number {
  const numbers = (function* count(): Generator<number, void, void> {
    for (let number = 0; ; number++) yield number;
  })();
  const started = performance.now();
  for (let n = 0; n < RESUMES; n++) numbers.next();
  return (RESUMES * 1000) / (performance.now() - started);
}

const perSecond = (rate: number): string => Math.round(rate).toLocaleString('en');

export const explore: Section = {
  name: 'explore',
  title: `Exploration: transitions a second on one core, best of ${ROUNDS}`,
  run(print) {
    const counted: { readonly fresh: number; readonly all: number }[] = [];
    for (const [title, input] of cases) {
      const rounds = Array.from({ length: ROUNDS }, () => search(input));
      const best = rounds.reduce((a, b) => (a.ms < b.ms ? a : b));
      const fresh = (best.transitions * 1000) / best.ms;
      const again = (best.replayed * 1000) / best.ms;
      const counts = best.transitions >= COUNTED_MIN;
      if (counts) counted.push({ fresh, all: fresh + again });
      const resumes = Math.round(resumesPerSecond() / fresh);
      print(
        `  ${title.padEnd(32)} ${perSecond(fresh)} new, ${perSecond(again)} repeated; one new for ${resumes} resumes of a generator; ` +
          `${best.ms.toFixed(0)} ms, ${best.text}${counts ? '' : '; too short to count'}`,
      );
    }
    const mean = Math.exp(counted.reduce((sum, { fresh }) => sum + Math.log(fresh), 0) / counted.length);
    const newAlone = counted.filter(({ fresh }) => fresh >= GOAL).length;
    const least = Math.min(...counted.map(({ all }) => all));
    print(
      `  new ones alone: ${newAlone} of the ${counted.length} that count at ${perSecond(GOAL)} or more, geometric mean ${perSecond(mean)}`,
    );
    print(`  each at least ${perSecond(GOAL)} transitions a second, repeated ones counted: ${goal(least >= GOAL)}`);
  },
};
