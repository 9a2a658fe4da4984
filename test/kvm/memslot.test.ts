import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Memslot } from '../../src/kvm/memslot.ts';
import { Geometry, gfn, hva, PAGE_SIZE } from '../../src/mm/address.ts';

const pageAddress = (page: number) => hva(page * PAGE_SIZE);

describe('memslot', () => {
  test('overlap: range before, behind, touching, inside, around', () => {
    const slot = new Memslot(gfn(100), 10, pageAddress(50));
    const overlap = (from: number, to: number) => slot.overlap(pageAddress(from), pageAddress(to));
    expect(overlap(40, 50)).toBeNull();
    expect(overlap(60, 70)).toBeNull();
    expect(overlap(49, 51)).toEqual({ first: 100, end: 101 });
    expect(overlap(53, 55)).toEqual({ first: 103, end: 105 });
    expect(overlap(0, 1000)).toEqual({ first: 100, end: 110 });
  });

  test('overlap of a range that cuts pages: takes them whole', () => {
    const slot = new Memslot(gfn(0), 10, pageAddress(50));
    expect(slot.overlap(hva(51 * PAGE_SIZE + 1), hva(52 * PAGE_SIZE + 1))).toEqual({ first: 1, end: 3 });
    expect(slot.overlap(hva(51 * PAGE_SIZE + 1), hva(51 * PAGE_SIZE + 2))).toEqual({ first: 1, end: 2 });
  });

  test('overlap: any slot and range: exactly the frames whose address lies in the range', () => {
    const number = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(
        number(20),
        fc.integer({ min: 1, max: 20 }),
        number(20),
        number(60),
        number(60),
        (base, n, at, a, b) => {
          fc.pre(a < b);
          const slot = new Memslot(gfn(base), n, pageAddress(at));
          const frames = Array.from({ length: n }, (_, i) => base + i).filter((frame) => {
            const page = slot.hva(gfn(frame)) / PAGE_SIZE;
            return page >= a && page < b;
          });
          const found = slot.overlap(pageAddress(a), pageAddress(b));
          if (frames.length === 0) expect(found).toBeNull();
          else expect(found).toEqual({ first: frames[0], end: (frames.at(-1) ?? 0) + 1 });
        },
      ),
    );
  });

  describe('largest level', () => {
    const geometry = new Geometry(4);
    const levels = (slot: Memslot, frames: readonly number[]) => frames.map((f) => slot.maxLevel(gfn(f), geometry));

    test('slot of 1G that is aligned on both sides: 1G', () => {
      expect(levels(new Memslot(gfn(16), 16, pageAddress(160)), [16, 31])).toEqual([3, 3]);
    });

    test('slot that ends inside of a 1G span: 2M, and 4K in what is left', () => {
      expect(levels(new Memslot(gfn(0), 22, pageAddress(0)), [0, 15, 16, 19, 20, 21])).toEqual([3, 3, 2, 2, 1, 1]);
    });

    test('slot that starts inside of a 2M span: 4K up to the boundary', () => {
      expect(levels(new Memslot(gfn(2), 10, pageAddress(2)), [2, 3, 4, 7, 8, 11])).toEqual([1, 1, 2, 2, 2, 2]);
    });

    test('frames and addresses congruent at 2M only, or not at all: 2M, 4K', () => {
      expect(levels(new Memslot(gfn(0), 64, pageAddress(4)), [0, 63])).toEqual([2, 2]);
      expect(levels(new Memslot(gfn(0), 64, pageAddress(1)), [0, 63])).toEqual([1, 1]);
    });
  });
});
