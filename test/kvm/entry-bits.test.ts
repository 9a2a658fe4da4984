import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EntryBits } from '../../src/kvm/entry-bits.ts';

describe('entry bits', () => {
  test('any bits set and cleared: the next one and their number are those of a plain array', () => {
    const steps = fc.array(fc.record({ at: fc.nat(511), on: fc.boolean() }), { maxLength: 100 });
    fc.assert(
      fc.property(fc.constantFrom(2, 4, 31, 32, 33, 512), steps, fc.nat(511), (entries, list, from) => {
        const bits = new EntryBits(entries);
        const plain: boolean[] = new Array(entries).fill(false);
        for (const { at, on } of list) {
          const index = at % entries;
          const [before] = [plain.includes(true)];
          plain[index] = on;
          expect(bits.set(index, on)).toBe(before !== plain.includes(true));
        }
        const start = from % entries;
        const found = plain.indexOf(true, start);
        expect(bits.next(start)).toBe(found === -1 ? entries : found);
        expect(bits.count).toBe(plain.filter((is) => is).length);
      }),
    );
  });

  test('all set, all cleared: the last entry is the last one found', () => {
    for (const entries of [3, 32, 512]) {
      const bits = new EntryBits(entries);
      bits.setAll();
      expect([bits.next(entries - 1), bits.next(entries), bits.count]).toEqual([entries - 1, entries, entries]);
      bits.clearAll();
      expect([bits.next(0), bits.count]).toEqual([entries, 0]);
    }
  });
});
