import fc from 'fast-check';
import { expect, test } from 'vitest';
import { play, programs } from './programs.ts';

test('engine: random programs, each run twice: the same rows', () => {
  fc.assert(
    fc.property(programs, (program) => {
      expect(play(program)).toEqual(play(program));
    }),
    { numRuns: 200 },
  );
});

test('engine: a program in slices of any length: the same rows as in one', () => {
  const rows = (played: ReturnType<typeof play>): readonly string[] =>
    played.log.filter((row) => !row.endsWith(' until'));
  fc.assert(
    fc.property(programs, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 10 }), (program, lengths) => {
      let untilNs = 0;
      const slices = lengths.map((length) => {
        untilNs += length;
        return { untilNs };
      });
      const sliced = play(program, { limits: [...slices, {}] });
      const whole = play(program);
      // A slice that ends idle, or in a deadlock, says so early.
      const ends = /(idle|deadlock)$/;
      expect(rows(sliced).filter((row) => !ends.test(row))).toEqual(rows(whole).filter((row) => !ends.test(row)));
      expect(sliced.events).toBe(whole.events);
      expect(sliced.outcome).toEqual(whole.outcome);
    }),
    { numRuns: 200 },
  );
});
