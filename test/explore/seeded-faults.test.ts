// Proof that the explorer finds what it is for. Each fault is a change of one file of the model, made as it is loaded; its
// question is asked with the fault and without.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ExplorationQuestion, ExplorationResult } from '../../src/explore/exploration-types.ts';
import { explore } from '../../src/explore/explore.ts';
import { type QuestionInput, questionOf } from '../../src/explore/question.ts';
import { replay } from '../../src/explore/replay.ts';
import { askWithFault } from './seeded-faults/ask.ts';
import { seededFaults } from './seeded-faults/faults.ts';
import { applyFault } from './seeded-faults/seeded-fault.ts';

const limits = { schedules: 20_000, transitions: 400_000, depth: 2_000 };

const answers = new Map<string, ExplorationResult>();

/** The model as it is, searched to the end. Several faults share a question. */
function askWithout(input: QuestionInput, stepChecks = false): ExplorationResult {
  const key = JSON.stringify([input, stepChecks]);
  const options = { search: 'exhaustive', seed: 1, limits, all: true, stepChecks } as const;
  const answer = answers.get(key) ?? explore(questionOf(input), options);
  answers.set(key, answer);
  return answer;
}

/** What a schedule of the faulty model shows in the model as it is; nothing where it takes a task that cannot go on. */
function follow(question: ExplorationQuestion, schedule: readonly number[], stepChecks = false): string[] {
  try {
    return replay(question, schedule, stepChecks).found.map(({ kind }) => kind);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

describe('seeded faults', () => {
  test('are at least twenty, of different names', () => {
    expect(new Set(seededFaults.map(({ name }) => name)).size).toBe(seededFaults.length);
    expect(seededFaults.length).toBeGreaterThanOrEqual(20);
  });

  test.concurrent.each(seededFaults.map((fault) => [fault.name, fault] as const))(
    '%s · explored · found',
    {
      timeout: 120_000,
    },
    async (_, fault) => {
      const { applied, result, replayed } = await askWithFault({ fault, limits });
      expect(applied).toBe(1);

      const at = result.findings.findIndex(({ kind }) => fault.expects.includes(kind));
      const found = result.findings[at];
      if (found === undefined) {
        throw new Error(
          `${result.verdict}: ${result.findings.map(({ kind }) => kind).join(', ')} and none of ${fault.expects.join(', ')}`,
        );
      }
      expect(replayed[at]).toContain(found.kind);

      const without = askWithout(fault.question, fault.stepChecks);
      expect(without.verdict).toBe('safe');
      expect(without.findings.map(({ kind }) => kind)).not.toContain(found.kind);
      expect(follow(without.question, found.counterexample.schedule, fault.stepChecks)).not.toContain(found.kind);
    },
  );
});

describe('applyFault()', () => {
  const fault = { name: 'a fault', file: 'a.ts', edits: [['one', 'two']] } as const;

  test('the text stands there once · applied · changed', () => {
    expect(applyFault(fault, 'one, three')).toBe('two, three');
  });

  test.each([['three'], ['one, one']])('the text stands there never or twice: %s · applied · refused', (source) => {
    expect(() => applyFault(fault, source)).toThrow('a fault: "one" stands');
  });

  test.each(seededFaults.map((one) => [one.name, one] as const))('%s · its file · changes', (_, one) => {
    const source = readFileSync(new URL(`../../${one.file}`, import.meta.url), 'utf8');
    expect(applyFault(one, source)).not.toBe(source);
  });
});
