import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Simulation } from '../../src/engine/simulation.ts';
import { Invalidation } from '../../src/kvm/invalidation.ts';
import { gfn } from '../../src/mm/address.ts';

const invalidation = () => new Invalidation(new Simulation({ seed: 1 }));
/** Which of the frames 0..limit a fault may not map. */
const refused = (inv: Invalidation, limit: number) =>
  Array.from({ length: limit }, (_, frame) => frame).filter((frame) => inv.retryGfn(inv.mmuInvalidateSeq, gfn(frame)));

describe('invalidation', () => {
  test('one section: its frames and no others are refused, until it ends', () => {
    const inv = invalidation();
    inv.begin(gfn(2), gfn(5));
    expect(refused(inv, 8)).toEqual([2, 3, 4]);
    inv.end();
    expect(refused(inv, 8)).toEqual([]);
    expect([inv.mmuInvalidateInProgress, inv.mmuInvalidateSeq]).toEqual([0, 1]);
  });

  test('two sections: everything between them is refused as well, until both have ended', () => {
    const inv = invalidation();
    inv.begin(gfn(0), gfn(1));
    inv.begin(gfn(6), gfn(7));
    expect(refused(inv, 9)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    inv.end();
    expect(refused(inv, 9)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    inv.end();
    expect(refused(inv, 9)).toEqual([]);
  });

  test('a new section after all have ended: starts a hull of its own', () => {
    const inv = invalidation();
    inv.begin(gfn(0), gfn(8));
    inv.end();
    inv.begin(gfn(3), gfn(4));
    expect(refused(inv, 8)).toEqual([3]);
  });

  test('a fault that looked before some section closed: is thrown away, wherever it is', () => {
    const inv = invalidation();
    const seq = inv.mmuInvalidateSeq;
    inv.begin(gfn(0), gfn(1));
    expect(inv.retryGfn(seq, gfn(7))).toBe(false);
    inv.end();
    expect(inv.retryGfn(seq, gfn(7))).toBe(true);
    expect(inv.retryGfn(inv.mmuInvalidateSeq, gfn(7))).toBe(false);
  });

  test('a range of frames: is invalidated if any of it is', () => {
    const inv = invalidation();
    inv.begin(gfn(4), gfn(6));
    expect(inv.isInvalidating(gfn(0), 4)).toBe(false);
    expect(inv.isInvalidating(gfn(0), 5)).toBe(true);
    expect(inv.isInvalidating(gfn(5), 100)).toBe(true);
    expect(inv.isInvalidating(gfn(6), 100)).toBe(false);
  });

  test('an end without a start: stops the run', () => {
    expect(() => invalidation().end()).toThrow(/pairs with a start/);
  });

  test('any order of starts and ends: count, sequence and hull are those of a plain list', () => {
    const step = fc.record({ open: fc.boolean(), first: fc.nat(20), pages: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const inv = invalidation();
        let open = 0;
        let closed = 0;
        // Every section since the count was 0 last, closed or not.
        let hull: [number, number][] = [];
        for (const { open: opens, first, pages } of steps) {
          if (opens) {
            inv.begin(gfn(first), gfn(first + pages));
            hull.push([first, first + pages]);
            open += 1;
          } else if (open > 0) {
            inv.end();
            open -= 1;
            closed += 1;
            if (open === 0) hull = [];
          }
          expect([inv.mmuInvalidateInProgress, inv.mmuInvalidateSeq]).toEqual([open, closed]);
          const low = Math.min(...hull.map(([from]) => from));
          const high = Math.max(...hull.map(([, to]) => to));
          const expected = Array.from({ length: 30 }, (_, frame) => frame).filter((f) => f >= low && f < high);
          expect(refused(inv, 30)).toEqual(expected);
        }
      }),
    );
  });
});
