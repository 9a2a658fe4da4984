import fc from 'fast-check';
import { bufferTime, debounceTime } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { virtualTimeScheduler } from '../../src/engine/rxjs-scheduler.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { play, programs } from './programs.ts';

const budgets = fc.record({
  events: fc.integer({ min: 1, max: 200 }),
  untilNs: fc.integer({ min: 0, max: 200 }),
  simulatedNs: fc.integer({ min: 0, max: 300 }),
});

describe('elapse and spend', () => {
  test('elapse: random programs with and without inline advance: the same rows, outcome, time and number of events', () => {
    let inlined = 0;
    fc.assert(
      fc.property(programs, fc.integer({ min: 0, max: 5 }), (program, wakeUpNs) => {
        const inline = play(program, { wakeUpNs });
        const queued = play(program, { wakeUpNs, inlineAdvance: false });
        expect(inline).toEqual(queued);
        inlined += program.length === 1 ? 1 : 0;
      }),
      { numRuns: 400 },
    );
    // A single process always finds the queue empty: the comparison is not of two equal ways.
    expect(inlined).toBeGreaterThan(0);
  });

  test('elapse: random programs cut by budgets and slices: the same cuts with and without inline advance', () => {
    fc.assert(
      fc.property(programs, budgets, (program, { events, untilNs, simulatedNs }) => {
        const limits = [
          { untilNs, events },
          { simulatedNs: simulatedNs + untilNs, events: events * 2 },
          { events: 5000 },
        ];
        expect(play(program, { limits })).toEqual(play(program, { limits, inlineAdvance: false }));
      }),
      { numRuns: 300 },
    );
  });

  test('elapse: random programs that until() stops after so many rows: it stops at the same event', () => {
    fc.assert(
      fc.property(programs, fc.integer({ min: 1, max: 60 }), (program, rows) => {
        const stopAfterRows = (inlineAdvance: boolean): unknown => {
          let seen = 0;
          return play(program, {
            inlineAdvance,
            prepare: (sim) => {
              sim.records.channel<string>('log').listen(() => {
                seen++;
              });
            },
            limits: [{ until: () => seen >= rows }],
          });
        };
        expect(stopAfterRows(true)).toEqual(stopAfterRows(false));
      }),
      { numRuns: 200 },
    );
  });

  test('observers: random programs under operators that use timers: the same run as unobserved', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const observed = play(program, {
          prepare: (sim) => {
            const scheduler = virtualTimeScheduler(sim);
            const stream$ = sim.records.channel<string>('log').stream$;
            stream$.pipe(bufferTime(100, scheduler)).subscribe();
            stream$.pipe(debounceTime(2, scheduler)).subscribe(() => {
              throw new Error('an observer that throws');
            });
          },
        });
        expect(observed).toEqual(play(program));
      }),
      { numRuns: 200 },
    );
  });

  test('elapse: somebody is due at exactly that time: false, and he goes first', () => {
    const sim = new Simulation({ seed: 1 });
    const log: string[] = [];
    sim.spawn(
      'other',
      (function* (): Process {
        yield 10;
        log.push(`other ${sim.now}`);
      })(),
    );
    sim.spawn(
      'walker',
      (function* (): Process {
        expect(sim.elapse(9)).toBe(true);
        expect(sim.now).toBe(9);
        expect(sim.elapse(1)).toBe(false);
        expect(sim.now).toBe(9);
        yield 1;
        log.push(`walker ${sim.now}`);
      })(),
    );
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect(log).toEqual(['other 10', 'walker 10']);
  });

  test('elapse: somebody is ready at the present instant: false', () => {
    const sim = new Simulation({ seed: 1 });
    const seen: boolean[] = [];
    function* walker(): Process {
      seen.push(sim.elapse(1));
      yield 1;
    }
    sim.spawn('a', walker());
    sim.spawn('b', walker());
    sim.run();
    // When b runs, a waits for 1 ns as well, and goes first.
    expect(seen).toEqual([false, false]);
  });

  test('elapse: outside of a run: false, and time stands still', () => {
    const sim = new Simulation({ seed: 1 });
    expect(sim.elapse(5)).toBe(false);
    sim.run();
    expect(sim.elapse(5)).toBe(false);
    expect(sim.now).toBe(0);
  });
});
