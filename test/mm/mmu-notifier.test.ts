import { describe, expect, test } from 'vitest';
import { Simulation } from '../../src/engine/simulation.ts';
import { hva } from '../../src/mm/address.ts';
import { type MmuNotification, MmuNotifierChain } from '../../src/mm/mmu-notifier.ts';
import { type MmEvent, MmEvents } from '../../src/mm/records.ts';
import type { Row } from '../support/world.ts';

const A = hva(0);
const B = hva(4096);
const C = hva(8192);

const chained = () => {
  const sim = new Simulation({ seed: 1 });
  const events = new MmEvents(sim.records, 0);
  const chain = new MmuNotifierChain(sim, events);
  const rows: Row[] = [];
  const log = (what: string) => rows.push([sim.now, sim.current.name, what]);
  /** A secondary MMU that takes `ns` for every notification. */
  const slow = (name: string, ns: number) => (notification: MmuNotification) =>
    notification.waitUntil(
      (function* answer() {
        log(`${name} begins ${notification.type}`);
        yield ns;
        log(`${name} ends`);
      })(),
    );
  const run = () => {
    const outcome = sim.run();
    if (outcome.kind === 'failed') throw outcome.error;
    return outcome.kind;
  };
  return { sim, chain, events, rows, log, slow, run };
};

describe('notifier chain', () => {
  test('two subscribers with waitUntil: answer one after the other, in order of subscription, in the thread of mm', () => {
    const { sim, chain, rows, log, slow, run } = chained();
    chain.register(slow('first', 30));
    chain.register(slow('second', 10));
    sim.spawn(
      'mm',
      (function* mm() {
        const section = yield* chain.rangeStart('clear', A, B);
        log('start has returned');
        yield 5;
        yield* chain.rangeEnd(section);
        log('end has returned');
      })(),
    );
    run();
    expect(rows).toEqual([
      [0, 'mm', 'first begins invalidate-range-start'],
      [30, 'mm', 'first ends'],
      [30, 'mm', 'second begins invalidate-range-start'],
      [40, 'mm', 'second ends'],
      [40, 'mm', 'start has returned'],
      // Not reversed at the end: the chain is walked the same way again.
      [45, 'mm', 'first begins invalidate-range-end'],
      [75, 'mm', 'first ends'],
      [75, 'mm', 'second begins invalidate-range-end'],
      [85, 'mm', 'second ends'],
      [85, 'mm', 'end has returned'],
    ]);
  });

  test('one subscriber with two processes: both are waited for', () => {
    const { sim, chain, rows, slow, run } = chained();
    chain.register((notification) => {
      slow('a', 10)(notification);
      slow('b', 20)(notification);
    });
    sim.spawn('mm', chain.collapsed(A, B));
    run();
    expect(rows.map(([at, , what]) => [at, what])).toEqual([
      [0, 'a begins collapsed'],
      [10, 'a ends'],
      [10, 'b begins collapsed'],
      [30, 'b ends'],
    ]);
  });

  test('a subscriber that only looks: takes no time, sees type, range and the number of the section', () => {
    const { sim, chain, run } = chained();
    const seen: unknown[] = [];
    chain.notifications$.subscribe(({ type, event, start, end, section }) =>
      seen.push([type, event, start, end, section]),
    );
    sim.spawn(
      'mm',
      (function* mm() {
        const first = yield* chain.rangeStart('clear', A, B);
        const second = yield* chain.rangeStart('unmap', B, C);
        yield* chain.rangeEnd(first);
        yield* chain.rangeEnd(second);
        yield* chain.collapsed(A, C);
      })(),
    );
    run();
    expect(sim.now).toBe(0);
    expect(seen).toEqual([
      ['invalidate-range-start', 'clear', A, B, 1],
      ['invalidate-range-start', 'unmap', B, C, 2],
      ['invalidate-range-end', 'clear', A, B, 1],
      ['invalidate-range-end', 'unmap', B, C, 2],
      ['collapsed', 'clear', A, C, 0],
    ]);
  });

  test('unregistered, and not yet registered: hears nothing', () => {
    const { sim, chain, rows, slow, run } = chained();
    const unregister = chain.register(slow('gone', 1));
    unregister();
    sim.spawn('mm', chain.collapsed(A, B));
    run();
    chain.register(slow('late', 1));
    expect(rows).toEqual([]);
    sim.spawn('mm', chain.collapsed(A, B));
    run();
    expect(rows.map(([, , what]) => what)).toEqual(['late begins collapsed', 'late ends']);
  });

  test('a subscriber throws: the run fails with what it threw', () => {
    const { sim, chain } = chained();
    chain.register(() => {
      throw new Error('out of order');
    });
    sim.spawn(
      'mm',
      (function* mm() {
        yield* chain.collapsed(A, B);
        yield 1;
      })(),
    );
    expect(sim.run()).toMatchObject({ kind: 'failed', error: { message: 'out of order' } });
  });

  test('a process of a subscriber throws: the run fails and names the task of mm', () => {
    const { sim, chain } = chained();
    chain.register((notification) =>
      notification.waitUntil(
        (function* answer() {
          yield 7;
          throw new Error('lost a page');
        })(),
      ),
    );
    sim.spawn('mm', chain.collapsed(A, B));
    const outcome = sim.run();
    expect(outcome.kind === 'failed' && outcome.error.message).toMatch(/"mm" at 7 ns: lost a page/);
  });

  test('waitUntil after the notification: refused, since mm no longer waits', () => {
    const { sim, chain } = chained();
    let kept: MmuNotification | null = null;
    chain.register((notification) => {
      kept = notification;
    });
    sim.spawn('mm', chain.collapsed(A, B));
    sim.run();
    const late = kept as MmuNotification | null;
    expect(late).not.toBeNull();
    expect(() => late?.waitUntil((function* nothing() {})())).toThrow(/while the subscriber is notified/);
  });
});

describe('notifier sections', () => {
  test('stats: two that overlap: time inside of start and time until end has returned add up over both', () => {
    const { sim, chain, slow, run } = chained();
    chain.register(slow('kvm', 10));
    const operation = function* operation(openNs: number) {
      const section = yield* chain.rangeStart('clear', A, B);
      yield openNs;
      yield* chain.rangeEnd(section);
    };
    sim.spawn('first', operation(100));
    sim.spawn('second', operation(1000), { delayNs: 50 });
    run();
    expect(chain.stats).toEqual({ sections: 2, startNs: 20, openNs: 110 + 1010, collapsed: 0 });
  });

  test('openSections: from the call of start to the return of end', () => {
    const { sim, chain, slow, run } = chained();
    chain.register(slow('kvm', 10));
    const open: [number, number][] = [];
    sim.spawn(
      'mm',
      (function* mm() {
        const section = yield* chain.rangeStart('clear', A, B);
        yield 10;
        yield* chain.rangeEnd(section);
      })(),
    );
    sim.spawn(
      'probe',
      (function* probe() {
        for (let i = 0; i < 7; i++) {
          open.push([sim.now, chain.openSections.size]);
          yield 5;
        }
      })(),
    );
    run();
    expect(open).toEqual([
      [0, 1],
      [5, 1],
      [10, 1],
      [15, 1],
      [20, 1],
      [25, 1],
      [30, 0],
    ]);
  });

  test('events$: start called, start returned, end returned, each with its time', () => {
    const { sim, chain, events, slow, run } = chained();
    const seen: [number, MmEvent['type']][] = [];
    events.events$.subscribe((event) => seen.push([event.simTimeNs, event.type]));
    chain.register(slow('kvm', 10));
    sim.spawn(
      'mm',
      (function* mm() {
        const section = yield* chain.rangeStart('clear', A, B);
        yield 5;
        yield* chain.rangeEnd(section);
        yield* chain.collapsed(A, B);
      })(),
    );
    run();
    expect(seen).toEqual([
      [0, 'range-start'],
      [10, 'range-started'],
      [25, 'range-end'],
      [25, 'collapsed'],
      [35, 'collapsed-handled'],
    ]);
  });

  test('closed twice, or empty: the run fails', () => {
    const twice = chained();
    twice.sim.spawn(
      'mm',
      (function* mm() {
        const section = yield* twice.chain.rangeStart('clear', A, B);
        yield* twice.chain.rangeEnd(section);
        yield* twice.chain.rangeEnd(section);
      })(),
    );
    expect(twice.run).toThrow(/closed once/);
    const empty = chained();
    empty.sim.spawn('mm', empty.chain.collapsed(B, B));
    expect(empty.run).toThrow(/not empty/);
  });
});
