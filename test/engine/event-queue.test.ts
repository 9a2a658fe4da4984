import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEAD, EventQueue } from '../../src/engine/event-queue.ts';

interface Pending {
  readonly time: number;
  readonly seq: number;
  readonly entity: number;
  readonly handle: number;
}

/** The queue and beside it the simplest thing that is right: a list kept in order. */
class Compared {
  readonly queue = new EventQueue();
  readonly list: Pending[] = [];
  now = 0;
  private seq = 0;

  push(time: number): void {
    const seq = this.seq++;
    const at = this.list.findLastIndex((other) => other.time <= time) + 1;
    this.list.splice(at, 0, { time, seq, entity: seq, handle: this.queue.push(time, seq) });
  }

  cancel(at: number): void {
    const [cancelled] = this.list.splice(at % this.list.length, 1);
    this.queue.cancel((cancelled as Pending).handle);
  }

  pop(): void {
    const wanted = this.list.shift() as Pending;
    const [time, entity] = this.popLive();
    if (time !== wanted.time || entity !== wanted.entity) {
      throw new Error(`event ${entity} at ${time} came instead of ${wanted.entity} at ${wanted.time}`);
    }
    this.now = wanted.time;
  }

  checkSize(): void {
    const { size, dead, nextTime } = this.queue;
    if (size - dead !== this.list.length) throw new Error(`${size} with ${dead} dead for ${this.list.length}`);
    if ((size === 0) !== (nextTime === Number.POSITIVE_INFINITY))
      throw new Error(`${size} events, next at ${nextTime}`);
  }

  drain(): void {
    while (this.list.length > 0) this.pop();
    this.checkSize();
  }

  private popLive(): [number, number] {
    for (;;) {
      const time = this.queue.nextTime;
      const entity = this.queue.pop();
      if (entity !== DEAD) return [time, entity];
    }
  }
}

type Command = { readonly push: number } | { readonly cancel: number } | { readonly pop: number };

const delays = {
  'a few ns apart': fc.integer({ min: 1, max: 3 }),
  'many ties': fc.constantFrom(0, 1000, 2000),
  'a hundred ns': fc.integer({ min: 1, max: 100 }),
  'mixed over decades': fc.integer({ min: 0, max: 12 }).chain((decade) => fc.integer({ min: 0, max: 10 ** decade })),
  'short ones before a timer in the far future': fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 1, max: 50 }) },
    { weight: 1, arbitrary: fc.constantFrom(60e9, 2 ** 52) },
  ),
};

const commands = (delay: fc.Arbitrary<number>): fc.Arbitrary<Command[]> =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: delay.map((push) => ({ push })) },
      { weight: 2, arbitrary: fc.nat().map((cancel) => ({ cancel })) },
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }).map((pop) => ({ pop })) },
    ),
    { maxLength: 1200, size: 'max' },
  );

describe('event queue', () => {
  for (const [name, delay] of Object.entries(delays)) {
    test(`event queue: push, cancel and pop, ${name}: the order of a sorted list`, () => {
      fc.assert(
        fc.property(commands(delay), (program) => {
          const compared = new Compared();
          for (const command of program) {
            if ('push' in command) compared.push(compared.now + command.push);
            else if (compared.list.length === 0) continue;
            else if ('cancel' in command) compared.cancel(command.cancel);
            else for (let n = Math.min(command.pop, compared.list.length); n > 0; n--) compared.pop();
            compared.checkSize();
          }
          compared.drain();
        }),
        { numRuns: 60 },
      );
    });
  }

  for (const pending of [10, 1000, 20_000, 100_000]) {
    test(`event queue: ${pending} pending, each popped one pushed again: times never decrease, nothing is lost`, () => {
      const queue = new EventQueue();
      const due = new Float64Array(pending);
      let state = 1;
      // A delay of one of six decades.
      const delay = (): number => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor(10 ** ((state >>> 8) % 6) * (1 + (state & 0xff) / 256));
      };
      for (let entity = 0; entity < pending; entity++) {
        const time = delay();
        due[entity] = time;
        queue.push(time, entity);
      }
      let last = 0;
      for (let done = 0; done < 3 * pending; done++) {
        const time = queue.nextTime;
        const entity = queue.pop();
        if (time < last || due[entity] !== time) throw new Error(`event ${entity} at ${time}, after ${last}`);
        last = time;
        const next = time + delay();
        due[entity] = next;
        queue.push(next, entity);
      }
      expect(queue.size).toBe(pending);
      const rest = new Set<number>();
      while (queue.size > 0) rest.add(queue.pop());
      expect(rest.size).toBe(pending);
    });
  }

  test('event queue: a hundred thousand events at one time: in the order of their arrival', () => {
    const queue = new EventQueue();
    queue.push(1, -1);
    for (let entity = 0; entity < 100_000; entity++) queue.push(5_000_000, entity);
    queue.pop();
    for (let entity = 0; entity < 100_000; entity++) {
      if (queue.pop() !== entity) throw new Error(`not ${entity}`);
      // Later arrivals at this time go behind all of them.
      if (entity === 50_000) queue.push(5_000_000, 100_000);
    }
    expect(queue.pop()).toBe(100_000);
    expect(queue.size).toBe(0);
  });

  test('event queue: events put before one another again and again: the order of a sorted list', () => {
    // Each block lies before all others, so every rung is laid below the one before, until there may be no more of them.
    const compared = new Compared();
    for (let block = 40; block > 0; block--) {
      for (let at = 0; at < 60; at++) compared.push(2 ** block + at * 7);
    }
    compared.drain();
  });

  test('event queue: one timer moved a million times: the dead do not pile up', () => {
    const queue = new EventQueue();
    for (let entity = 0; entity < 100; entity++) queue.push(entity * 10, entity);
    let handle = queue.push(1e9, 100);
    for (let moved = 0; moved < 1_000_000; moved++) {
      queue.cancel(handle);
      handle = queue.push(1e9 + (moved % 1000), 100);
    }
    expect(queue.size).toBeLessThan(1000);
    expect(queue.size - queue.dead).toBe(101);
    const order: number[] = [];
    while (queue.size > 0) {
      const entity = queue.pop();
      if (entity !== DEAD) order.push(entity);
    }
    expect(order).toEqual(Array.from({ length: 101 }, (_, at) => at));
  });

  test('event queue: most of several thousand cancelled, wherever they are: the order of what is left', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 1e6 }),
        (draws, span) => {
          const compared = new Compared();
          let state = 1;
          const draw = (bound: number): number => {
            state = (Math.imul(state, 1664525) + 1013904223 + (draws[state % draws.length] ?? 0)) >>> 0;
            return (state >>> 4) % bound;
          };
          for (let round = 0; round < 4; round++) {
            for (let at = 0; at < 800; at++) compared.push(compared.now + draw(span));
            for (let at = 0; at < 50; at++) compared.pop();
            for (let at = 0; at < 600; at++) compared.cancel(draw(1000));
            compared.checkSize();
            for (let at = 0; at < 20; at++) compared.pop();
          }
          compared.drain();
        },
      ),
      { numRuns: 20 },
    );
  });

  test('event queue: emptied and filled again: starts afresh', () => {
    const compared = new Compared();
    for (let round = 0; round < 5; round++) {
      for (let at = 0; at < 300; at++) compared.push(compared.now + ((at * 37) % 101));
      compared.drain();
    }
    expect(compared.queue.nextTime).toBe(Number.POSITIVE_INFINITY);
  });
});
