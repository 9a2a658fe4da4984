// A transition that has been made before is not made again: what it changed is written down once more. Here it is made again all
// the same, in a world that has gone the same way, and must leave the same behind.

import { expect, test } from 'vitest';
import { setProbe } from '../../src/engine/probe.ts';
import { ExhaustiveSearch, type SearchOptions } from '../../src/explore/exhaustive-search.ts';
import { QuestionRun } from '../../src/explore/explored-run.ts';
import { type QuestionInput, questionOf } from '../../src/explore/question.ts';
import { Recorder } from '../../src/explore/recorder.ts';

const TRANSITIONS = 3_000;

type Compare = NonNullable<SearchOptions['compare']>;

/** How far the search has come. */
function search(input: QuestionInput, compare?: Compare): string {
  const question = questionOf(input);
  const recorder = new Recorder();
  const found: string[] = [];
  const all = new ExhaustiveSearch({
    recorder,
    start: (tell) => new QuestionRun(question, recorder, tell),
    found: ({ kind, message }) => found.push(`${kind}: ${message}`),
    reducesOrder: true,
    hashesStates: true,
    limits: { schedules: 10_000, transitions: TRANSITIONS, depth: 2_000 },
    stop: () => false,
    ...(compare === undefined ? {} : { compare }),
  });
  setProbe(recorder);
  try {
    all.run();
  } finally {
    setProbe(null);
  }
  const { schedules, states, transitions } = all.counts;
  return JSON.stringify({ schedules, states, transitions, found });
}

test.each([
  { operations: ['madv-collapse', 'truncate'], scheme: 'post-collapse/promote', mapcount: 'hstate-entry' },
  { operations: ['madv-collapse', 'munmap'], scheme: 'post-collapse/zap', backing: 'shmem' },
  { operations: ['madv-collapse', 'madv-dontneed'], scheme: 'range', backing: 'anonymous' },
  { operations: ['madv-collapse', 'fork'], scheme: 'post-collapse/cut', backing: 'anonymous' },
  { operations: ['migrate-pages', 'mprotect'], mapped: '2m' },
  { operations: ['uffdio-writeprotect', 'punch-hole'], backing: 'shmem' },
  { operations: ['dirty-log-disable', 'madv-collapse'], scheme: 'narrow' },
  { operations: ['memory-failure', 'truncate'], guest: 2 },
] as const satisfies readonly QuestionInput[])('%o · a known transition · made again, the same', (input) => {
  let compared = 0;
  const different: string[] = [];
  const doubted = search(input, (known, again) => {
    compared += 1;
    const told = [known, again].map((one) => JSON.stringify(one));
    if (told[0] !== told[1]) different.push(told.join(' and '));
  });
  expect(different).toEqual([]);
  expect(compared).toBeGreaterThan(100);
  expect(search(input)).toBe(doubted);
});
