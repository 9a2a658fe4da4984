import { describe, expect, test } from 'vitest';
import { PARK, type Process } from '../../src/engine/process.ts';
import { type RunOutcome, Simulation } from '../../src/engine/simulation.ts';

type Row = readonly [number, string];

const failure = (outcome: RunOutcome): string => {
  if (outcome.kind !== 'failed') throw new Error(`the outcome is ${outcome.kind}`);
  return outcome.error.message;
};

describe('time and order', () => {
  test('engine: processes with delays: each runs at its time', () => {
    const sim = new Simulation({ seed: 1 });
    const log: Row[] = [];
    function* walker(name: string, step: number): Process {
      for (let n = 0; n < 3; n++) {
        yield step;
        log.push([sim.now, name]);
      }
    }
    sim.spawn('a', walker('a', 10));
    sim.spawn('b', walker('b', 15));
    expect(sim.run()).toEqual({ kind: 'idle' });
    // At 30 b goes first: it was scheduled at 15, a at 20.
    expect(log).toEqual([
      [10, 'a'],
      [15, 'b'],
      [20, 'a'],
      [30, 'b'],
      [30, 'a'],
      [45, 'b'],
    ]);
    expect(sim.now).toBe(45);
  });

  test('engine: two events at one time: lower seq first', () => {
    const sim = new Simulation({ seed: 1 });
    const log: Row[] = [];
    function* once(name: string): Process {
      log.push([sim.now, name]);
    }
    sim.spawn('late', once('late'), { delayNs: 5 });
    sim.spawn('first', once('first'), { delayNs: 3 });
    sim.spawn('second', once('second'), { delayNs: 3 });
    sim.spawn('now', once('now'));
    sim.run();
    expect(log).toEqual([
      [0, 'now'],
      [3, 'first'],
      [3, 'second'],
      [5, 'late'],
    ]);
  });

  test('engine: work without delay at a time that others waited for: it goes behind them', () => {
    const sim = new Simulation({ seed: 1 });
    const log: Row[] = [];
    function* first(): Process {
      yield 10;
      log.push([sim.now, 'first']);
      yield 0;
      log.push([sim.now, 'first again']);
    }
    function* second(): Process {
      yield 10;
      log.push([sim.now, 'second']);
    }
    sim.spawn('first', first());
    sim.spawn('second', second());
    sim.run();
    expect(log).toEqual([
      [10, 'first'],
      [10, 'second'],
      [10, 'first again'],
    ]);
  });

  test('engine: ten thousand processes with random delays: the order of a list sorted by time and sequence', () => {
    const sim = new Simulation({ seed: 'order' });
    const random = sim.random('delays');
    const scheduled: { time: number; seq: number; name: number }[] = [];
    const log: Row[] = [];
    let seq = 0;
    function* process(name: number): Process {
      for (let n = 0; n < 4; n++) {
        const delay = 1 + random.integer(n === 2 ? 3 : 5000);
        scheduled.push({ time: sim.now + delay, seq: seq++, name });
        yield delay;
        log.push([sim.now, String(name)]);
      }
    }
    for (let name = 0; name < 10_000; name++) sim.spawn(String(name), process(name));
    expect(sim.run().kind).toBe('idle');
    scheduled.sort((a, b) => a.time - b.time || a.seq - b.seq);
    expect(log).toEqual(scheduled.map(({ time, name }) => [time, String(name)]));
  });

  test('engine: run in slices: the same as in one', () => {
    const play = (slices: readonly number[]): Row[] => {
      const sim = new Simulation({ seed: 3 });
      const random = sim.random('delays');
      const log: Row[] = [];
      function* process(name: string): Process {
        for (let n = 0; n < 50; n++) {
          yield* sim.spend(random.integer(20));
          log.push([sim.now, name]);
        }
      }
      for (const name of ['a', 'b', 'c']) sim.spawn(name, process(name));
      for (const untilNs of slices) {
        expect(sim.run({ untilNs })).toEqual({ kind: 'until' });
        expect(sim.now).toBe(untilNs);
      }
      expect(sim.run()).toEqual({ kind: 'idle' });
      return log;
    };
    expect(play([1, 2, 50, 51, 51, 200])).toEqual(play([]));
  });
});

describe('tasks', () => {
  test('engine: join of a task that runs, and of one that has ended: its result, at the time of its end', () => {
    const sim = new Simulation({ seed: 1 });
    const log: unknown[] = [];
    function* child(): Process<string> {
      yield 7;
      return 'done';
    }
    function* parent(): Process {
      const task = sim.spawn('child', child());
      log.push(sim.now, yield* sim.join(task));
      log.push(sim.now, yield* sim.join(task), task.state, task.result);
    }
    sim.spawn('parent', parent());
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect(log).toEqual([0, 'done', 7, 'done', 'ended', 'done']);
  });

  test('engine: several joiners of one task: they go on in the order in which they came', () => {
    const sim = new Simulation({ seed: 1 });
    const log: string[] = [];
    const target = sim.spawn(
      'target',
      (function* (): Process {
        yield 5;
      })(),
    );
    function* joiner(name: string): Process {
      yield* sim.join(target);
      log.push(name);
    }
    for (const name of ['a', 'b', 'c']) sim.spawn(name, joiner(name));
    sim.run();
    expect(log).toEqual(['a', 'b', 'c']);
  });

  test('engine: a parked task is woken, at once and after a delay: it goes on then', () => {
    const sim = new Simulation({ seed: 1 });
    const log: Row[] = [];
    const sleeper = sim.spawn(
      'sleeper',
      (function* (): Process {
        yield* sim.park();
        log.push([sim.now, 'woken']);
        yield PARK;
        log.push([sim.now, 'woken later']);
      })(),
    );
    sim.spawn(
      'waker',
      (function* (): Process {
        yield 10;
        expect(sleeper.state).toBe('parked');
        sim.wake(sleeper);
        expect(sleeper.state).toBe('ready');
        yield 1;
        sim.wake(sleeper, 20);
        expect(sleeper.state).toBe('timed');
      })(),
    );
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect(log).toEqual([
      [10, 'woken'],
      [31, 'woken later'],
    ]);
  });

  test('engine: wake of a task that is not parked: the run fails and says so', () => {
    const sim = new Simulation({ seed: 1 });
    const busy = sim.spawn(
      'busy',
      (function* (): Process {
        yield 100;
      })(),
    );
    sim.spawn(
      'waker',
      (function* (): Process {
        yield 1;
        sim.wake(busy);
      })(),
    );
    expect(failure(sim.run())).toBe('task "waker" at 1 ns: wake: task "busy" is timed, not parked');
  });

  test('engine: current: the running task inside of a process, an assertion outside', () => {
    const sim = new Simulation({ seed: 1 });
    const seen: string[] = [];
    function* who(): Process {
      seen.push(sim.current.name);
      yield 1;
      seen.push(sim.current.name);
    }
    sim.spawn('a', who());
    sim.spawn('b', who());
    const timer = sim.timer(() => {
      expect(() => sim.current).toThrow('no process runs');
    });
    timer.arm(1);
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect(seen).toEqual(['a', 'b', 'a', 'b']);
    expect(() => sim.current).toThrow('no process runs');
  });

  test('engine: tasks(): those that have not ended, in order of their start, although slots are used again', () => {
    const sim = new Simulation({ seed: 1 });
    const names = (): string[] => sim.tasks().map((task) => `${task.id}:${task.name}`);
    function* live(ns: number): Process {
      yield ns;
    }
    sim.spawn('a', live(1));
    sim.spawn('b', live(100));
    sim.run({ untilNs: 10 });
    expect(names()).toEqual(['1:b']);
    sim.spawn('c', live(100));
    expect(names()).toEqual(['1:b', '2:c']);
    sim.run();
    expect(names()).toEqual([]);
  });

  test('engine: cpu: the given one, else the id', () => {
    const sim = new Simulation({ seed: 1 });
    function* nothing(): Process {}
    expect(sim.spawn('a', nothing()).cpu).toBe(0);
    expect(sim.spawn('b', nothing(), { cpu: 7 }).cpu).toBe(7);
    expect(sim.spawn('c', nothing()).cpu).toBe(2);
  });
});

describe('timed waits', () => {
  test('parkUntil: nobody wakes: timeout at the deadline', () => {
    const sim = new Simulation({ seed: 1 });
    const reasons: unknown[] = [];
    sim.spawn(
      'a',
      (function* (): Process {
        reasons.push(yield* sim.parkUntil(30), sim.now);
        reasons.push(yield* sim.parkUntil(30), sim.now);
        reasons.push(yield* sim.parkUntil(31), sim.now);
      })(),
    );
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect(reasons).toEqual(['timeout', 30, 'timeout', 30, 'timeout', 31]);
  });

  test('parkUntil: somebody wakes before: woken, and the deadline passes unseen', () => {
    const sim = new Simulation({ seed: 1 });
    const reasons: unknown[] = [];
    const sleeper = sim.spawn(
      'sleeper',
      (function* (): Process {
        reasons.push(yield* sim.parkUntil(30), sim.now);
        reasons.push(yield* sim.parkUntil(Number.POSITIVE_INFINITY), sim.now);
        reasons.push(yield* sim.parkUntil(100), sim.now);
      })(),
    );
    sim.spawn(
      'waker',
      (function* (): Process {
        yield 10;
        sim.wake(sleeper);
        yield 40;
        sim.wake(sleeper, 3);
      })(),
    );
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect(reasons).toEqual(['woken', 10, 'woken', 53, 'timeout', 100]);
  });

  test('retime: earlier, later, never and now: the deadline is where it was moved to last', () => {
    const sim = new Simulation({ seed: 1 });
    const reasons: unknown[] = [];
    const sleeper = sim.spawn(
      'sleeper',
      (function* (): Process {
        for (let n = 0; n < 4; n++) reasons.push(yield* sim.parkUntil(sim.now + 100), sim.now);
      })(),
    );
    sim.spawn(
      'mover',
      (function* (): Process {
        yield 10;
        sim.retime(sleeper, 20);
        yield 15;
        sim.retime(sleeper, 300);
        sim.retime(sleeper, 200);
        yield 180;
        sim.retime(sleeper, Number.POSITIVE_INFINITY);
        yield 1000;
        sim.retime(sleeper, sim.now);
      })(),
    );
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect(reasons).toEqual(['timeout', 20, 'timeout', 200, 'timeout', 1205, 'timeout', 1305]);
  });

  test('retime: of a task that is not in parkUntil: the run fails and says so', () => {
    const sim = new Simulation({ seed: 1 });
    const parked = sim.spawn(
      'parked',
      (function* (): Process {
        yield* sim.park();
      })(),
    );
    sim.spawn(
      'mover',
      (function* (): Process {
        sim.retime(parked, 10);
        yield 1;
      })(),
    );
    expect(failure(sim.run())).toContain('retime: the task is not in parkUntil');
  });

  test.each(['timeout', 'woken'])('retime: a park after a parkUntil that ended by %s: refused there as well', (end) => {
    const sim = new Simulation({ seed: 1 });
    const parked = sim.spawn(
      'parked',
      (function* (): Process {
        yield* sim.parkUntil(5);
        yield* sim.park();
      })(),
    );
    sim.spawn(
      'mover',
      (function* (): Process {
        yield 1;
        if (end === 'woken') sim.wake(parked);
        yield 10;
        sim.retime(parked, 20);
      })(),
    );
    expect(failure(sim.run())).toContain('retime: the task is not in parkUntil');
  });
});

describe('timers', () => {
  test('timer: armed, moved, disarmed, armed in its own call: fires when it was armed for last', () => {
    const sim = new Simulation({ seed: 1 });
    const log: Row[] = [];
    const moved = sim.timer(() => log.push([sim.now, 'moved']));
    const off = sim.timer(() => log.push([sim.now, 'off']));
    let laps = 0;
    const periodic = sim.timer((timer) => {
      log.push([sim.now, 'periodic']);
      if (++laps < 3) timer.arm(sim.now + 10);
    });
    moved.arm(5);
    moved.arm(25);
    off.arm(7);
    off.disarm();
    off.disarm();
    periodic.arm(10);
    expect([moved.armed, off.armed, periodic.armed]).toEqual([true, false, true]);
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect(log).toEqual([
      [10, 'periodic'],
      [20, 'periodic'],
      [25, 'moved'],
      [30, 'periodic'],
    ]);
    expect([moved.armed, off.armed, periodic.armed]).toEqual([false, false, false]);
  });

  test('timer: armed for the present instant: goes behind what is ready, and only the last arming counts', () => {
    const sim = new Simulation({ seed: 1 });
    const log: Row[] = [];
    const twice = sim.timer(() => log.push([sim.now, 'twice']));
    const never = sim.timer(() => log.push([sim.now, 'never']));
    const later = sim.timer(() => log.push([sim.now, 'later']));
    function* process(name: string, act: () => void): Process {
      yield 10;
      act();
      log.push([sim.now, name]);
      yield 0;
      log.push([sim.now, `${name} again`]);
    }
    sim.spawn(
      'a',
      process('a', () => {
        twice.arm(10);
        never.arm(10);
        later.arm(10);
      }),
    );
    sim.spawn(
      'b',
      process('b', () => {
        twice.arm(10);
        never.disarm();
        later.arm(12);
      }),
    );
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect(log).toEqual([
      [10, 'a'],
      [10, 'b'],
      [10, 'a again'],
      [10, 'twice'],
      [10, 'b again'],
      [12, 'later'],
    ]);
  });

  test('timer: armed for the past or for half a ns: refused', () => {
    const sim = new Simulation({ seed: 1 });
    const timer = sim.timer(() => {});
    expect(() => timer.arm(-1)).toThrow('armed for a time');
    expect(() => timer.arm(0.5)).toThrow('armed for a time');
    expect(() => timer.arm(Number.NaN)).toThrow('armed for a time');
  });

  test('timer: its function throws: the run fails with that error', () => {
    const sim = new Simulation({ seed: 1 });
    sim
      .timer(() => {
        throw new Error('no');
      })
      .arm(3);
    expect(failure(sim.run())).toBe('no');
  });

  test('timer: elapse in its function: time does not pass', () => {
    const sim = new Simulation({ seed: 1 });
    let elapsed: boolean | null = null;
    sim
      .timer(() => {
        elapsed = sim.elapse(5);
      })
      .arm(3);
    sim.run();
    expect(elapsed).toBe(false);
    expect(sim.now).toBe(3);
  });
});

describe('ends of a run', () => {
  function* forever(step: number): Process {
    for (;;) yield step;
  }

  test('run: event budget: ends a loop that lets no time pass, and one that spends inline', () => {
    const zero = new Simulation({ seed: 1 });
    zero.spawn('livelock', forever(0));
    expect(zero.run({ events: 1000 })).toEqual({ kind: 'event-budget', events: 1000 });
    expect(zero.now).toBe(0);

    for (const ns of [0, 1]) {
      const inline = new Simulation({ seed: 1 });
      inline.spawn(
        'spinner',
        (function* (): Process {
          for (;;) if (!inline.elapse(ns)) yield ns;
        })(),
      );
      expect(inline.run({ events: 1000 })).toEqual({ kind: 'event-budget', events: 1000 });
      expect(inline.now).toBe(999 * ns);
    }
  });

  test('run: event budget met, run again with a larger one: goes on where it stopped', () => {
    const sim = new Simulation({ seed: 1 });
    sim.spawn('walker', forever(1));
    expect(sim.run({ events: 10 })).toEqual({ kind: 'event-budget', events: 10 });
    expect(sim.run({ events: 10 })).toEqual({ kind: 'event-budget', events: 10 });
    expect(sim.now).toBe(9);
    expect(sim.run({ events: 15 })).toEqual({ kind: 'event-budget', events: 15 });
    expect(sim.now).toBe(14);
  });

  test('run: simulated-time budget: ends at that time', () => {
    for (const inlineAdvance of [true, false]) {
      const sim = new Simulation({ seed: 1, inlineAdvance });
      sim.spawn(
        'walker',
        (function* (): Process {
          for (;;) yield* sim.spend(7);
        })(),
      );
      expect(sim.run({ simulatedNs: 100 })).toEqual({ kind: 'time-budget', simulatedNs: 100 });
      expect(sim.now).toBe(100);
      expect(sim.events).toBe(15);
    }
  });

  test('run: untilNs and a budget at the same time: it is a pause, not the end of the budget', () => {
    const sim = new Simulation({ seed: 1 });
    sim.spawn('walker', forever(7));
    expect(sim.run({ untilNs: 50, simulatedNs: 50 })).toEqual({ kind: 'until' });
    expect(sim.run({ untilNs: 60, simulatedNs: 55 })).toEqual({ kind: 'time-budget', simulatedNs: 55 });
  });

  test('run: throughIdle, nothing due: time passes up to untilNs, and timers of observers fire on the way', () => {
    const sim = new Simulation({ seed: 1 });
    const fired: number[] = [];
    const sleeper = sim.spawn(
      'sleeper',
      (function* (): Process {
        yield PARK;
        yield 5;
      })(),
      { daemon: true },
    );
    sim.observerTimer(() => fired.push(sim.now)).arm(30);
    expect(sim.run({ untilNs: 20 })).toEqual({ kind: 'idle' });
    expect(sim.now).toBe(0);
    expect(sim.run({ untilNs: 20, throughIdle: true })).toEqual({ kind: 'until' });
    expect([sim.now, sim.events, fired]).toEqual([20, 1, []]);
    expect(sim.run({ untilNs: 50, simulatedNs: 40, throughIdle: true })).toEqual({
      kind: 'time-budget',
      simulatedNs: 40,
    });
    expect([sim.now, fired]).toEqual([40, [30]]);
    sim.wake(sleeper);
    expect(sim.run({ untilNs: 60, throughIdle: true })).toEqual({ kind: 'until' });
    expect([sim.now, sim.events, sleeper.state]).toEqual([60, 3, 'ended']);
  });

  test('run: throughIdle, somebody who is no daemon waits for ever: a deadlock, at the time at which it came', () => {
    const sim = new Simulation({ seed: 1 });
    sim.spawn(
      'sleeper',
      (function* (): Process {
        yield 3;
        yield PARK;
      })(),
    );
    expect(sim.run({ untilNs: 20, throughIdle: true }).kind).toBe('deadlock');
    expect(sim.now).toBe(3);
  });

  test('run: until() says so: stops after that event, inline or not', () => {
    for (const inlineAdvance of [true, false]) {
      const sim = new Simulation({ seed: 1, inlineAdvance });
      let laps = 0;
      sim.spawn(
        'walker',
        (function* (): Process {
          for (;;) {
            yield* sim.spend(10);
            laps++;
          }
        })(),
      );
      expect(sim.run({ until: () => laps === 5 })).toEqual({ kind: 'until' });
      expect([sim.now, laps, sim.events]).toEqual([50, 5, 6]);
    }
  });

  test('run: without any limit: a default budget is there', () => {
    // The budget is too large to be spent here; that it is applied shows in the elapse that it allows.
    const sim = new Simulation({ seed: 1 });
    sim.events = 999_999_990;
    sim.spawn('walker', forever(1));
    expect(sim.run()).toEqual({ kind: 'event-budget', events: 1_000_000_000 });
  });

  test('run: parked daemons only: idle; a parked task that is none: deadlock that names it', () => {
    const sim = new Simulation({ seed: 1 });
    function* sleep(): Process {
      yield* sim.park();
    }
    sim.spawn('server', sleep(), { daemon: true });
    expect(sim.run()).toEqual({ kind: 'idle' });
    sim.spawn('client', sleep());
    const outcome = sim.run();
    expect(outcome).toEqual({
      kind: 'deadlock',
      waiting: [
        { task: 'server', waitingFor: null, heldBy: [], held: [] },
        { task: 'client', waitingFor: null, heldBy: [], held: [] },
      ],
    });
  });

  test('run: a process throws: failed, with task, time and cause', () => {
    const sim = new Simulation({ seed: 1 });
    const cause = new Error('broken');
    sim.spawn(
      'bad',
      (function* (): Process {
        yield 5;
        throw cause;
      })(),
    );
    sim.spawn('other', forever(1));
    const outcome = sim.run();
    expect(failure(outcome)).toBe('task "bad" at 5 ns: broken');
    expect((outcome as { error: Error }).error.cause).toBe(cause);
    // A run that has failed stays so.
    expect(failure(sim.run())).toBe('task "bad" at 5 ns: broken');
  });

  for (const [what, value] of [
    ['a negative number', -7],
    ['NaN', Number.NaN],
    ['a fraction', 0.5],
    ['infinity', Number.POSITIVE_INFINITY],
    ['undefined', undefined as unknown as number],
    ['more than 2^53', 2 ** 53],
  ] as const) {
    test(`run: a process yields ${what}: failed, with the name of the task`, () => {
      const sim = new Simulation({ seed: 1 });
      sim.spawn(
        'odd',
        (function* (): Process {
          yield 3;
          yield value;
        })(),
      );
      expect(failure(sim.run())).toMatch(/^task "odd" at 3 ns: (yielded|waits until)/);

      const spender = new Simulation({ seed: 1 });
      spender.spawn(
        'odd',
        (function* (): Process {
          yield 3;
          yield* spender.spend(value);
        })(),
      );
      // An inline advance must not let through what the queue refuses.
      expect(failure(spender.run())).toMatch(/^task "odd" at 3 ns: (yielded|waits until)/);
    });
  }

  test('fail: called in the middle of a run: it stops before the next event, inline or not', () => {
    for (const inlineAdvance of [true, false]) {
      const sim = new Simulation({ seed: 1, inlineAdvance });
      const log: number[] = [];
      const checked = sim.records.channel<number>('steps');
      checked.listen((step) => {
        if (step === 3) sim.fail(new Error('step 3 is wrong'));
      });
      sim.spawn(
        'walker',
        (function* (): Process {
          for (let step = 0; ; step++) {
            log.push(step);
            checked.publish(step);
            yield* sim.spend(10);
          }
        })(),
      );
      expect(failure(sim.run())).toBe('step 3 is wrong');
      expect(log).toEqual([0, 1, 2, 3]);
      expect(sim.now).toBe(30);
    }
  });

  test('fail: twice, and with something that is no Error: the first one counts', () => {
    const sim = new Simulation({ seed: 1 });
    sim.fail('early');
    sim.fail(new Error('late'));
    expect(failure(sim.run())).toBe('early');
  });

  test('run: from inside of a run: refused', () => {
    const sim = new Simulation({ seed: 1 });
    sim.spawn(
      'inner',
      (function* (): Process {
        sim.run();
        yield 1;
      })(),
    );
    expect(failure(sim.run())).toContain('called from inside of a run');
  });

  test('run: two hundred thousand short tasks: slots are used again', () => {
    const sim = new Simulation({ seed: 1 });
    let most = 0;
    function* short(): Process {
      yield 1;
    }
    sim.spawn(
      'spawner',
      (function* (): Process {
        for (let n = 0; n < 200_000; n++) {
          const task = sim.spawn('short', short());
          most = Math.max(most, task.slot);
          yield 2;
        }
      })(),
    );
    expect(sim.run()).toEqual({ kind: 'idle' });
    expect(most).toBeLessThan(4);
  });
});
