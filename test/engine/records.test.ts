import { filter, map, scan, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { RecordBus } from '../../src/engine/records.ts';

interface Stall {
  readonly ns: number;
}

describe('record bus', () => {
  test('record bus: nobody observes: the record is not built', () => {
    const channel = new RecordBus().channel<Stall>('stall');
    let built = 0;
    const site = (): void => {
      if (channel.observed) {
        channel.publish({
          get ns(): number {
            built++;
            return 1;
          },
        });
      }
    };
    site();
    expect(channel.observed).toBe(false);
    const leave = channel.listen((record) => {
      expect(record.ns).toBe(1);
    });
    site();
    expect(built).toBe(1);
    leave();
    site();
    const subscription = channel.stream$.subscribe((record) => record.ns);
    site();
    expect(built).toBe(2);
    subscription.unsubscribe();
    site();
    expect([built, channel.observed]).toEqual([2, false]);
  });

  test('record bus: a channel by its name: always the same one', () => {
    const bus = new RecordBus();
    expect(bus.channel<Stall>('stall')).toBe(bus.channel<Stall>('stall'));
    bus.channel('fault');
    expect(bus.channels()).toEqual(['stall', 'fault']);
  });

  test('record bus: listeners and subscribers: called at once, in the order in which they came', () => {
    const channel = new RecordBus().channel<Stall>('stall');
    const log: string[] = [];
    channel.listen(({ ns }) => log.push(`first ${ns}`));
    channel.stream$.pipe(map(({ ns }) => ns * 10)).subscribe((ns) => log.push(`second ${ns}`));
    channel.listen(({ ns }) => log.push(`third ${ns}`));
    channel.publish({ ns: 1 });
    log.push('published');
    expect(log).toEqual(['first 1', 'second 10', 'third 1', 'published']);
  });

  test('record bus: who joins or leaves during a publish: that record goes to those who were there', () => {
    const channel = new RecordBus().channel<number>('n');
    const log: string[] = [];
    const leaveSecond = (): void => leave();
    channel.listen((n) => {
      log.push(`first ${n}`);
      if (n === 1) {
        leaveSecond();
        channel.listen((m) => log.push(`joined ${m}`));
      }
    });
    const leave = channel.listen((n) => log.push(`second ${n}`));
    channel.publish(1);
    channel.publish(2);
    expect(log).toEqual(['first 1', 'second 1', 'first 2', 'joined 2']);
  });

  test('record bus: one function listens twice and leaves once: it is called once', () => {
    const channel = new RecordBus().channel<number>('n');
    let calls = 0;
    const count = (): void => {
      calls++;
    };
    const leave = channel.listen(count);
    channel.listen(count);
    leave();
    leave();
    channel.publish(1);
    expect(calls).toBe(1);
  });
});

describe('errors of observers', () => {
  test('record bus: a listener throws: kept and told, and the others get the record', () => {
    const bus = new RecordBus();
    const told: unknown[] = [];
    bus.onError = (error) => told.push(error);
    const channel = bus.channel<number>('n');
    const seen: number[] = [];
    const broken = new Error('broken');
    channel.listen(() => {
      throw broken;
    });
    channel.listen((n) => seen.push(n));
    channel.publish(1);
    channel.publish(2);
    expect(seen).toEqual([1, 2]);
    expect(bus.errors).toEqual([
      { channel: 'n', error: broken },
      { channel: 'n', error: broken },
    ]);
    expect(told).toEqual(bus.errors);
  });

  test('record bus: a subscriber throws, directly or behind operators: kept at once, not on a timer of rxjs', () => {
    const bus = new RecordBus();
    const channel = bus.channel<number>('n');
    const seen: number[] = [];
    const thrower = (label: string) => (): void => {
      throw new Error(label);
    };
    channel.stream$.subscribe(thrower('direct'));
    channel.stream$.subscribe({ next: thrower('observer') });
    channel.stream$.pipe(filter((n) => n > 1)).subscribe(thrower('filtered'));
    channel.stream$
      .pipe(
        map((n) => n),
        scan((sum, n) => sum + n, 0),
      )
      .subscribe(thrower('twice piped'));
    channel.stream$.subscribe((n) => seen.push(n));
    channel.publish(1);
    channel.publish(2);
    const messages = bus.errors.map(({ error }) => (error as Error).message);
    expect(messages).toEqual(['direct', 'observer', 'twice piped', 'direct', 'observer', 'filtered', 'twice piped']);
    expect(seen).toEqual([1, 2]);
  });

  test('record bus: an operator throws: its stream ends, with an error that is kept or handled', () => {
    const bus = new RecordBus();
    const channel = bus.channel<number>('n');
    const handled: unknown[] = [];
    const broken = map<number, number>((n) => {
      if (n === 2) throw new Error('two');
      return n;
    });
    channel.stream$.pipe(broken).subscribe();
    channel.stream$.pipe(broken).subscribe({ error: (error) => handled.push(error) });
    for (const n of [1, 2, 3]) channel.publish(n);
    expect(bus.errors.map(({ error }) => (error as Error).message)).toEqual(['two']);
    expect(handled).toEqual([new Error('two')]);
    expect(channel.observed).toBe(false);
  });

  test('record bus: an observer that throws at every record: the first hundred are kept, all are counted', () => {
    const bus = new RecordBus();
    const channel = bus.channel<number>('n');
    channel.listen((n) => {
      throw n;
    });
    for (let n = 0; n < 1000; n++) channel.publish(n);
    expect([bus.errors.length, bus.errorCount, bus.errors[99]?.error]).toEqual([100, 1000, 99]);
  });
});

test('record bus: complete: streams end and hand out what they gathered', () => {
  const bus = new RecordBus();
  const channel = bus.channel<number>('n');
  const gathered: number[][] = [];
  channel.stream$.pipe(toArray()).subscribe((all) => gathered.push(all));
  for (const n of [1, 2, 3]) channel.publish(n);
  expect(gathered).toEqual([]);
  bus.complete();
  channel.publish(4);
  expect(gathered).toEqual([[1, 2, 3]]);
  expect(channel.observed).toBe(false);
});
