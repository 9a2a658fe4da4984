import { describe, expect, test } from 'vitest';
import { explore } from '../../src/explore/explore.ts';
import { InvalidQuestion, questionOf } from '../../src/explore/question.ts';
import { replay } from '../../src/explore/replay.ts';
import { ask, idleGuest, kindsOf, wide } from '../support/exploration.ts';

const hazardous = { operations: ['madv-collapse'], scheme: 'post-collapse/zap', backing: 'shmem' } as const;
const sound = { operations: ['madv-collapse'], scheme: 'range' } as const;

describe('verdicts', () => {
  test('a limit of schedules · met before the end · incomplete, never safe', () => {
    const result = ask(sound, { limits: { ...wide, schedules: 3 } });
    expect([result.verdict, result.complete, result.endedBy]).toEqual(['incomplete', false, 'schedules']);
  });

  test('a limit of depth · shorter than any schedule · incomplete', () => {
    const result = ask(sound, { limits: { ...wide, depth: 20 } });
    expect([result.verdict, result.endedBy]).toEqual(['incomplete', 'depth']);
  });

  test('stop · asked for at once · incomplete, by whoever stopped it', () => {
    const result = ask({ ...sound, operations: ['madv-collapse', 'truncate'] }, { stop: () => true });
    expect([result.verdict, result.endedBy]).toEqual(['incomplete', 'stopped']);
  });

  test.each(['pct', 'random'] as const)('%s · a sound question · incomplete, however many schedules', (search) => {
    expect(ask(sound, { search, limits: { ...wide, schedules: 200 } }).verdict).toBe('incomplete');
  });

  test('pct · a guest that must come late · found', () => {
    const result = ask(hazardous, { search: 'pct', limits: { ...wide, schedules: 300 } });
    expect([result.verdict, kindsOf(result, 'hazard')]).toEqual(['unsafe', ['guest-uses-freed-page', 'lost-write']]);
  });

  test('random · a count that is wrong whoever comes when · found', () => {
    const input = { operations: ['truncate'], mapcount: 'hstate-entry' } as const;
    const result = ask(input, { search: 'random', limits: { ...wide, schedules: 50 } });
    expect([result.verdict, kindsOf(result, 'hazard')]).toEqual(['unsafe', ['removed-while-mapped']]);
  });

  test('all: false · the first hazard · ends the search', () => {
    const result = ask(hazardous, { all: false });
    expect([result.verdict, result.endedBy, result.complete]).toEqual(['unsafe', 'first-hazard', false]);
  });
});

describe('counterexamples', () => {
  test('replayed · the same schedule · the same finding, step for step', () => {
    const result = ask(hazardous);
    for (const { kind, counterexample } of result.findings) {
      const told = replay(result.question, counterexample.schedule);
      expect(told.found.map((found) => found.kind)).toContain(kind);
      expect(told.steps).toEqual(counterexample.steps);
    }
  });

  test('a lost write · its last switch · from the collapse to the guest that writes behind the copy', () => {
    const { counterexample } = ask(hazardous);
    expect([counterexample?.preemptions, counterexample?.minimality]).toEqual([1, 'fewest-preemptions']);
    expect(counterexample?.tasks).toEqual(['madv-collapse', 'vcpu0']);
    expect(counterexample?.steps.at(-1)?.effects.join()).toContain('guest-uses-freed-page');
  });

  test('stop · asked for when the search has ended · ends the minimizing: the schedule as it was found', () => {
    // The first hazard comes before the search asks for the first time whether to stop.
    const hgm = { version: 'v2', protection: 'version-locks' } as const;
    const input = { operations: ['madv-collapse', 'truncate'], hgm, guest: idleGuest } as const;
    const told = [false, true].map((stopped) => {
      let asked = 0;
      const stop = (): boolean => {
        asked += 1;
        return stopped;
      };
      const { endedBy, counterexample, findings } = ask(input, { all: false, stop });
      return { asked, endedBy, minimality: counterexample?.minimality, kinds: findings.map(({ kind }) => kind) };
    });
    const [gone, ended] = told;
    expect(gone?.asked).toBeGreaterThan(1);
    expect(gone).toMatchObject({ endedBy: 'first-hazard', minimality: 'fewest-preemptions' });
    expect(ended).toEqual({ ...gone, asked: 1, minimality: 'as-found' });
  });

  test('a schedule of another question · replayed · refused at the task that cannot go on', () => {
    expect(() => replay(questionOf(sound), [7])).toThrow('schedule[0]: task 7 cannot go on there');
  });
});

describe('determinism', () => {
  test.each(['exhaustive', 'pct', 'random'] as const)('%s · asked twice · the same bytes', (search) => {
    const options = { search, seed: 7, limits: { ...wide, schedules: 100 } } as const;
    const twice = [1, 2].map(() => JSON.stringify(explore(questionOf(hazardous), options)));
    expect(twice[0]).toBe(twice[1]);
  });

  test('progress · told or not · the same result', () => {
    const seen: number[] = [];
    const watched = ask({ operations: ['truncate'] }, { onProgress: ({ schedules }) => seen.push(schedules) });
    expect(JSON.stringify(watched)).toBe(JSON.stringify(ask({ operations: ['truncate'] })));
  });
});

describe('questions', () => {
  const errorsOf = (input: Parameters<typeof questionOf>[0]): string[] => {
    try {
      questionOf(input);
    } catch (error) {
      if (error instanceof InvalidQuestion) return error.errors.map(({ path }) => path);
      throw error;
    }
    return [];
  };

  test.each([
    [{ operations: [] }, 'operations'],
    [{ operations: ['truncate'], backing: 'anonymous' }, 'operations[0].operation'],
    [{ operations: [{ operation: 'munmap', pages: { first: 1, count: 2 } }] }, 'operations[0].pages'],
    [{ operations: ['munmap'], mapped: '1g' }, 'mapped'],
    [{ operations: ['munmap'], guest: 4 }, 'guest'],
    [{ operations: ['munmap'], holes: [9] }, 'holes'],
  ] as const)('%o · what is wrong with it · the field by name', (input, path) => {
    expect(errorsOf(input)).toEqual([path]);
  });
});
