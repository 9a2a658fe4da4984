// A task that holds many locks of one class is asked about its classes, not about each lock. However locks come and go, the runs
// must be those that a look at every one of them would find.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { Task, type Waitable } from '../../src/engine/task.ts';

test('held locks · taken and released in any order · the runs of one class are as they stand in the list', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2), fc.boolean(), fc.nat(20)), { maxLength: 60 }), (steps) => {
      const task = new Task(0, 0, 'task', (function* (): Process {})(), 0, false);
      const held: { lock: Waitable; info: number }[] = [];
      for (const [classIndex, write, which] of steps) {
        const taken = held[which];
        if (taken === undefined) {
          const lock = { lockClass: { name: `class ${classIndex}`, kind: 'sleeping' } } as const;
          const info = classIndex * 2 + (write ? 1 : 0);
          task.pushHeld(lock, info);
          held.push({ lock, info });
        } else {
          task.popHeld(taken.lock, (taken.info & 1) as 0 | 1);
          held.splice(which, 1);
        }
        const runs = held.map((_, at) => {
          let start = at;
          while (start > 0 && (held[start - 1]?.info ?? 0) >> 1 === (held[at]?.info ?? 0) >> 1) start -= 1;
          return start;
        });
        expect(task.heldRunStart.slice(0, task.heldDepth)).toEqual(runs);
      }
    }),
  );
});
