import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReadyRing } from '../../src/engine/ready-ring.ts';

test('ready ring: pushes and shifts in any mixture: first in, first out', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -90, max: 100 }), { maxLength: 60 }), (bursts) => {
      const ring = new ReadyRing();
      const list: number[] = [];
      let pushed = 0;
      for (const burst of bursts) {
        for (let n = 0; n < burst; n++) {
          ring.push(pushed);
          list.push(pushed++);
        }
        for (let n = 0; n < -burst && list.length > 0; n++) expect(ring.shift()).toBe(list.shift());
        expect(ring.length).toBe(list.length);
      }
      while (list.length > 0) expect(ring.shift()).toBe(list.shift());
      expect(ring.head).toBe(ring.tail);
    }),
  );
});
