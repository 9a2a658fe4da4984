import {
  bufferTime,
  debounceTime,
  delay,
  interval,
  map,
  mergeMap,
  of,
  repeat,
  sampleTime,
  take,
  timer,
  toArray,
  windowTime,
} from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import type { RecordChannel } from '../../src/engine/records.ts';
import { virtualTimeScheduler } from '../../src/engine/rxjs-scheduler.ts';
import { Simulation } from '../../src/engine/simulation.ts';

/** A run that publishes its time every 10 ns, up to 100. */
function ticking(): { readonly sim: Simulation; readonly ticks: RecordChannel<number> } {
  const sim = new Simulation({ seed: 1 });
  const ticks = sim.records.channel<number>('tick');
  sim.spawn(
    'ticker',
    (function* (): Process {
      for (let n = 0; n < 10; n++) {
        yield* sim.spend(10);
        ticks.publish(sim.now);
      }
    })(),
  );
  return { sim, ticks };
}

describe('operators in virtual time', () => {
  test('rxjs scheduler: bufferTime: a buffer every 35 simulated ns', () => {
    const { sim, ticks } = ticking();
    const buffers: unknown[] = [];
    ticks.stream$
      .pipe(bufferTime(35, virtualTimeScheduler(sim)))
      .subscribe((buffer) => buffers.push([sim.now, buffer]));
    expect(sim.run()).toEqual({ kind: 'idle' });
    sim.records.complete();
    expect(buffers).toEqual([
      [35, [10, 20, 30]],
      // Armed at 35, before the tick of 70 was scheduled.
      [70, [40, 50, 60]],
      [100, [70, 80, 90, 100]],
    ]);
  });

  test('rxjs scheduler: windowTime: windows of 50 simulated ns', () => {
    const { sim, ticks } = ticking();
    const windows: number[][] = [];
    ticks.stream$
      .pipe(
        windowTime(50, virtualTimeScheduler(sim)),
        mergeMap((window$) => window$.pipe(toArray())),
      )
      .subscribe((window) => windows.push(window));
    sim.run();
    sim.records.complete();
    // The window that ends at 50 was armed before the tick of 50 was scheduled.
    expect(windows).toEqual([[10, 20, 30, 40], [50, 60, 70, 80, 90], [100]]);
  });

  test('rxjs scheduler: delay, sampleTime and debounceTime: at their simulated times', () => {
    const { sim, ticks } = ticking();
    const scheduler = virtualTimeScheduler(sim);
    const delayed: unknown[] = [];
    const sampled: unknown[] = [];
    const settled: unknown[] = [];
    ticks.stream$.pipe(take(2), delay(25, scheduler)).subscribe((tick) => delayed.push([sim.now, tick]));
    ticks.stream$.pipe(sampleTime(45, scheduler)).subscribe((tick) => sampled.push([sim.now, tick]));
    ticks.stream$.pipe(take(3), debounceTime(20, scheduler)).subscribe((tick) => settled.push([sim.now, tick]));
    sim.run();
    expect(delayed).toEqual([
      [35, 10],
      [45, 20],
    ]);
    expect(sampled).toEqual([
      [45, 40],
      [90, 80],
    ]);
    // The source completes at 30, and debounceTime then hands out what it has.
    expect(settled).toEqual([[30, 30]]);
  });

  test('rxjs scheduler: timer, interval and of: created on the simulated clock', () => {
    const { sim } = ticking();
    const scheduler = virtualTimeScheduler(sim);
    const log: unknown[] = [];
    timer(15, scheduler).subscribe(() => log.push(['timer', sim.now]));
    interval(30, scheduler)
      .pipe(
        take(2),
        map((n) => n + 1),
      )
      .subscribe((n) => log.push([`interval ${n}`, sim.now]));
    of(1, 2)
      .pipe(delay(5, scheduler))
      .subscribe((n) => log.push([`of ${n}`, sim.now]));
    expect(scheduler.now()).toBe(0);
    sim.run();
    expect(scheduler.now()).toBe(100);
    expect(log).toEqual([
      ['of 1', 5],
      ['of 2', 5],
      ['timer', 15],
      ['interval 1', 30],
      ['interval 2', 60],
    ]);
  });
});

describe('actions', () => {
  test('rxjs scheduler: an action with a state schedules itself again, then stops', () => {
    const { sim } = ticking();
    const log: unknown[] = [];
    const action = virtualTimeScheduler(sim).schedule<number>(
      function (n) {
        log.push([sim.now, n]);
        if (n < 3) this.schedule(n + 1, n * 10);
      },
      5,
      1,
    );
    sim.run({ untilNs: 20 });
    expect(action.closed).toBe(false);
    sim.run();
    expect(action.closed).toBe(true);
    expect(log).toEqual([
      [5, 1],
      [15, 2],
      [35, 3],
    ]);
  });

  test('rxjs scheduler: without a delay: in order, in this instant, but not in the call', () => {
    const sim = new Simulation({ seed: 1 });
    const log: string[] = [];
    const scheduler = virtualTimeScheduler(sim);
    sim.spawn(
      'process',
      (function* (): Process {
        yield 10;
        scheduler.schedule(() => log.push(`a ${sim.now}`));
        scheduler.schedule(() => log.push(`b ${sim.now}`));
        log.push('scheduled');
        yield 1;
        log.push(`process ${sim.now}`);
      })(),
    );
    sim.run();
    expect(log).toEqual(['scheduled', 'a 10', 'b 10', 'process 11']);
  });

  test('rxjs scheduler: unsubscribed, or scheduled for never: it does not run', () => {
    const { sim } = ticking();
    const scheduler = virtualTimeScheduler(sim);
    let ran = false;
    const work = (): void => {
      ran = true;
    };
    scheduler.schedule(work, 50).unsubscribe();
    scheduler.schedule(work, Number.POSITIVE_INFINITY);
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect(ran).toBe(false);
  });

  test('rxjs scheduler: work throws: kept with the errors of observers, and the run goes on', () => {
    const { sim } = ticking();
    const broken = new Error('broken');
    virtualTimeScheduler(sim).schedule(() => {
      throw broken;
    }, 5);
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect(sim.now).toBe(100);
    expect(sim.records.errors).toEqual([{ channel: 'rxjs scheduler', error: broken }]);
  });
});

describe('observers do not change the run', () => {
  test('rxjs scheduler: a timer that never ends: the run ends as without it, with as many events', () => {
    const plain = ticking().sim;
    plain.run();
    const { sim } = ticking();
    interval(3, virtualTimeScheduler(sim)).subscribe();
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect([sim.now, sim.events]).toEqual([plain.now, plain.events]);
  });

  test('rxjs scheduler: a loop of timers without delay: the run ends as failed instead of hanging', () => {
    const { sim } = ticking();
    of(1)
      .pipe(delay(0, virtualTimeScheduler(sim)), repeat())
      .subscribe();
    const outcome = sim.run({ events: 1000 });
    expect(outcome.kind === 'failed' && outcome.error.message).toContain('observers');
  });
});
