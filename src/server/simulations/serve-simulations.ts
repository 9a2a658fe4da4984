// What a thread does for live simulations, one after the other: wires the messages of the service to a driver.

import { getHeapStatistics } from 'node:v8';
import type { MessagePort } from 'node:worker_threads';
import { InvalidInput } from '../../lab/invalid-input.ts';
import { LiveEnded } from '../../lab/live/live-ended.ts';
import type { LiveSpec } from '../../lab/live/live-types.ts';
import { runTrace } from '../../lab/run-trace.ts';
import type { RunRecord } from '../../lab/run-types.ts';
import { RecordSender } from '../record-sender.ts';
import { collectIfMuch, heldBytes } from './garbage.ts';
import { Busy, type Driven, type DriverHost, SimulationDriver } from './simulation-driver.ts';
import type {
  Acknowledged,
  CallName,
  Refusal,
  SimulationAsk,
  SimulationCalls,
  SimulationSays,
} from './simulation-messages.ts';

type Handlers = {
  [C in CallName]: (
    ask: SimulationCalls[C]['ask'],
  ) => SimulationCalls[C]['answer'] | Promise<SimulationCalls[C]['answer']>;
};

export type MakeDriven = (spec: LiveSpec, onRecord: (record: RunRecord) => void) => Driven;

/** The memory that a simulation would not fit into. */
class TooLarge extends Error {}

/** The service takes over records in any case; the thread waits where it would be further ahead than this. */
const AHEAD_MAX = 4096;

/** From now on the port is listened to. `make` builds what is driven. */
export function serveSimulations(port: MessagePort, acknowledged: Acknowledged, make: MakeDriven): void {
  const say = (message: SimulationSays, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const recordPort = { postMessage: (batch: never) => say({ kind: 'records', batch }) };

  let driver: SimulationDriver | null = null;
  let sender = new RecordSender(recordPort, acknowledged, {}, Number.POSITIVE_INFINITY);

  const host: DriverHost = {
    nowMs: () => performance.now(),
    later(call, ms) {
      if (ms > 0) {
        const timer = setTimeout(call, ms);
        return () => clearTimeout(timer);
      }
      const immediate = setImmediate(call);
      return () => clearImmediate(immediate);
    },
    isHeard() {
      sender.flush();
      return sender.ahead < AHEAD_MAX;
    },
    memoryBytes() {
      const { used_heap_size, external_memory } = getHeapStatistics();
      return used_heap_size + external_memory;
    },
    tell(event) {
      sender.flush();
      say({ kind: 'event', event });
    },
  };

  /** A message that comes when there is no simulation has been sent to one that is gone. */
  function present(): SimulationDriver {
    if (driver === null) throw new LiveEnded('failed', 'it is no longer there');
    return driver;
  }

  const handlers: Handlers = {
    create({ spec, memoryBytes }) {
      Atomics.store(acknowledged, 0, 0);
      const records = new RecordSender(recordPort, acknowledged, {}, Number.POSITIVE_INFINITY);
      sender = records;
      const made = new SimulationDriver(
        spec,
        make(spec, (record) => records.send(record)),
        host,
        memoryBytes,
      );
      if (made.isTooLarge) throw new TooLarge(`At virtual time 0 it takes more than ${memoryBytes} bytes.`);
      driver = made;
      return made.view();
    },
    view: () => present().view(),
    operate: (document) => present().operate(document),
    async advance(goal) {
      const asked = present();
      const outcome = await asked.advance(goal);
      return { outcome, view: asked.view() };
    },
    pace(speed) {
      present().pace(speed);
      return present().view();
    },
    topics(topics) {
      present().setTopics(topics);
      return null;
    },
    operations({ from, limit }) {
      const { operations } = present().live.state();
      const items = operations.slice(from, from + limit);
      return { items, next: from + items.length < operations.length ? from + items.length : null };
    },
    stalls: (query) => present().live.stalls(query),
    mappings: (query) => present().live.mappings(query),
    folio: (index) => present().live.folio(index),
    folios: (query) => present().live.folios(query),
    locks: () => present().live.locks(),
    trace({ version }) {
      const { live, spec } = present();
      const { records, dropped } = live.records();
      return new TextEncoder().encode([...runTrace(spec, records, { version, dropped })].join(''));
    },
    close() {
      driver?.dispose();
      driver = null;
      sender = new RecordSender(recordPort, acknowledged, {}, Number.POSITIVE_INFINITY);
      collectIfMuch();
      return { heldBytes: heldBytes() };
    },
  };

  port.on('message', async ({ id, call, ask }: SimulationAsk) => {
    try {
      const answer = await (handlers[call] as (ask: unknown) => unknown)(ask);
      sender.flush();
      say({ kind: 'answer', id, answer }, answer instanceof Uint8Array ? [answer.buffer as ArrayBuffer] : []);
    } catch (error) {
      sender.flush();
      say({ kind: 'refusal', id, refusal: refusalOf(error) });
    }
  });
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof InvalidInput) return { kind: 'invalid', message: error.message, errors: error.errors };
  if (error instanceof LiveEnded) return { kind: 'ended', message: error.message };
  if (error instanceof Busy) return { kind: 'busy', message: error.message };
  if (error instanceof TooLarge) return { kind: 'too-large', message: error.message };
  return error instanceof Error
    ? { kind: 'error', message: error.message, stack: error.stack ?? error.message }
    : { kind: 'error', message: String(error), stack: String(error) };
}
