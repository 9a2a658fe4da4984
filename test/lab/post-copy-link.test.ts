import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { type Chunk, Connection, Link } from '../../src/lab/post-copy/link.ts';
import { Mailbox } from '../../src/lab/post-copy/mailbox.ts';

const WAKE_UP_NS = 100;

function scene() {
  const sim = new Simulation({ seed: 1, wakeUpNs: WAKE_UP_NS });
  const log: [number, string][] = [];
  const note = (what: string) => log.push([sim.now, what]);
  const run = () => {
    const outcome = sim.run({ events: 10_000 });
    if (outcome.kind === 'failed') throw outcome.error;
  };
  return { sim, log, note, run };
}

const chunk = (unit: number, bytes = 1000): Chunk => ({ unit, offset: 0, bytes, last: true, urgent: false });

describe('mailbox', () => {
  test('mailbox: who sleeps for it wakes a wake-up after the arrival; who is busy finds what has come at once', () => {
    const { sim, log, note, run } = scene();
    const mailbox = new Mailbox<string>(sim);
    sim.spawn(
      'reader',
      (function* reading(): Process {
        for (let items = 0; items < 4; items++) {
          note(yield* mailbox.take());
          yield 50;
        }
      })(),
    );
    sim.spawn(
      'sender',
      (function* sending(): Process {
        yield 10;
        mailbox.push('first', 1000);
        mailbox.push('second', 1100);
        mailbox.push('third', 1200);
        yield 5000;
        mailbox.push('fourth', 100);
      })(),
    );
    run();
    expect(log).toEqual([
      [1100, 'first'],
      [1150, 'second'],
      // At 1200 it is on its way to look again: it has come.
      [1200, 'third'],
      [5110, 'fourth'],
    ]);
  });
});

describe('link', () => {
  test('link: bytes go one after the other, and arrive a latency after the last of them', () => {
    const { sim } = scene();
    const link = new Link(sim, { latencyNs: 500, bytesPerSecond: 1_000_000_000 });
    expect([link.transmit(1000), link.transmit(1000), link.transmit(1)]).toEqual([1500, 2500, 2501]);
  });

  test('connection: a sender that has filled the window sleeps until it hears that a third of it is free', () => {
    const { sim, log, note, run } = scene();
    const link = new Link(sim, { latencyNs: 10, bytesPerSecond: 1_000_000_000_000 });
    const connection = new Connection(sim, link, 3000);
    sim.spawn(
      'sender',
      (function* sending(): Process {
        for (let unit = 0; unit < 5; unit++) {
          yield* connection.send(chunk(unit));
          note(`sent ${unit}`);
        }
      })(),
    );
    sim.spawn(
      'receiver',
      (function* receiving(): Process {
        for (let unit = 0; unit < 5; unit++) {
          const { bytes } = yield* connection.receive();
          yield 1000;
          connection.read(bytes);
          note(`read ${unit}`);
        }
      })(),
    );
    run();
    const at = (what: string) => log.find(([, text]) => text === what)?.[0] ?? Number.NaN;
    expect([at('sent 0'), at('sent 1'), at('sent 2')]).toEqual([0, 0, 0]);
    expect(at('sent 3')).toBe(at('read 0') + 10 + WAKE_UP_NS);
    expect(at('sent 4')).toBe(at('read 1') + 10 + WAKE_UP_NS);
  });

  test('two connections on one link: each has a window of its own, and both share the bandwidth', () => {
    const { sim, log, note, run } = scene();
    const link = new Link(sim, { latencyNs: 0, bytesPerSecond: 1_000_000_000 });
    const connections = [new Connection(sim, link, 1000), new Connection(sim, link, 1000)];
    connections.forEach((connection, index) => {
      sim.spawn(
        `sender ${index}`,
        (function* sending(): Process {
          yield* connection.send(chunk(index));
        })(),
      );
      sim.spawn(
        `receiver ${index}`,
        (function* receiving(): Process {
          yield* connection.receive();
          note(`received ${index}`);
        })(),
      );
    });
    run();
    expect(log).toEqual([
      [1000 + WAKE_UP_NS, 'received 0'],
      [2000 + WAKE_UP_NS, 'received 1'],
    ]);
  });
});
