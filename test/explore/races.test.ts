// Reference I.4: what can meet the handler of a post-collapse notification, each race as an exploration to its end.

import { describe, expect, test } from 'vitest';
import { setProbe } from '../../src/engine/probe.ts';
import { RandomStream } from '../../src/engine/random.ts';
import { QuestionRun } from '../../src/explore/explored-run.ts';
import type { QuestionInput } from '../../src/explore/question.ts';
import { questionOf } from '../../src/explore/question.ts';
import { Recorder } from '../../src/explore/recorder.ts';
import { ask } from '../support/exploration.ts';
import { answerTo } from './promotion/answer.ts';
import { collapseRaces, unasked } from './promotion/races.ts';

describe('races of the handlers', () => {
  test('asked and not asked · by number · all twelve', () => {
    const numbers = new Set([...collapseRaces.map(({ number }) => number), ...Object.keys(unasked).map(Number)]);
    expect([...numbers].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test.each(collapseRaces.map((one) => [`${one.number}: ${one.words}`, one.how, one] as const))(
    '%s · %s · as the reference says',
    (_, __, one) => {
      expect(answerTo(one)).toEqual([true, one.verdict, one.findings]);
    },
  );
});

describe('a fault in flight', () => {
  test.each([
    ['post-collapse/zap', [0]],
    ['post-collapse/cut', [0]],
    ['post-collapse/promote', [0]],
    ['range', [1]],
  ] as const)('%s · 50 schedules drawn at random · sections closed, each of which sends it back', (scheme, closed) => {
    expect(
      sequencesOf({ operations: ['madv-collapse'], sptes: 'none', backing: 'shmem', folios: '2m', scheme }),
    ).toEqual(closed);
  });

  test('6.1 and 6.12, PTE-mapped THP · a fault in the dip · only mmap_lock (W) keeps it from asking', () => {
    const userfault = { mode: 'minor', answered: false } as const;
    const thp = { operations: ['madv-collapse'], backing: 'shmem', folios: '2m', sptes: 'none', userfault } as const;
    expect((['6.1', '6.12'] as const).map((kernel) => ask({ ...thp, kernel }).verdict)).toEqual(['safe', 'unsafe']);
  });
});

/** What the sequence of KVM has come to, in schedules drawn at random. */
function sequencesOf(input: QuestionInput): number[] {
  const stream = new RandomStream(1, 'schedules');
  const question = questionOf(input);
  const recorder = new Recorder();
  const sequences = new Set<number>();
  setProbe(recorder);
  try {
    for (let schedule = 0; schedule < 50; schedule++) {
      const run = new QuestionRun(question, recorder, () => {});
      for (let { enabled } = run; enabled !== 0; enabled = run.enabled) {
        const tasks = [...new Array(run.taskCount).keys()].filter((task) => (enabled & (1 << task)) !== 0);
        run.advance(tasks[stream.integer(tasks.length)] as number);
      }
      sequences.add(run.world.kvm.invalidation.mmuInvalidateSeq);
    }
  } finally {
    setProbe(null);
  }
  return [...sequences];
}
