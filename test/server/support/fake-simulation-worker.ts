// A live simulation that does what the description of its scenario says, in the place of the model: an event takes a
// virtual ns, and nothing else happens. So the life of a simulation can be tested without waiting for one, and threads
// can be made to hang and to die.
//
//   count            counts events to its goal
//   records <n>      and n fault records in each slice
//   big              cannot be built in the memory of a thread
//   fail-to-build    throws while it is built
//   hang             the first slice never ends
//   throw            the first slice throws
//   exit             the thread ends without a word, in the first slice
//   grow             each slice takes 8 MiB more
//   deadlock         the first slice ends it
//   stuck            nothing is left that could happen

import { parentPort, workerData } from 'node:worker_threads';
import { InvalidInput } from '../../../src/lab/invalid-input.ts';
import { LiveEnded } from '../../../src/lab/live/live-ended.ts';
import type { LiveGoal, LiveProgress, LiveSpec, LiveState } from '../../../src/lab/live/live-types.ts';
import type { RunRecord, Topic } from '../../../src/lab/run-types.ts';
import { serveSimulations } from '../../../src/server/simulations/serve-simulations.ts';
import type { Driven } from '../../../src/server/simulations/simulation-driver.ts';
import type { ThreadData } from '../../../src/server/simulations/simulation-messages.ts';

class FakeSimulation implements Driven {
  readonly #spec: LiveSpec;
  readonly #onRecord: (record: RunRecord) => void;
  readonly #order: string;
  readonly #records: number;
  #topics: readonly Topic[];
  #started = 0;
  #now = 0;
  #hasEnded = false;
  readonly #kept: Uint8Array[] = [];

  constructor(spec: LiveSpec, onRecord: (record: RunRecord) => void) {
    const [order = '', argument] = spec.scenario.description.split(' ');
    this.#spec = spec;
    this.#onRecord = onRecord;
    this.#order = order;
    this.#records = order === 'records' ? Number(argument) : 0;
    this.#topics = spec.topics;
    if (order === 'big') this.#kept.push(new Uint8Array(256 * 1024 * 1024));
    if (order === 'fail-to-build') throw new Error('the world is wrong');
  }

  get simTimeNs(): number {
    return this.#now;
  }

  get events(): number {
    return this.#now;
  }

  get ended(): 'deadlock' | null {
    return this.#hasEnded ? 'deadlock' : null;
  }

  start(document: unknown): number {
    const { operation } = document as { operation?: string };
    if (operation === 'refused') throw new InvalidInput('operation', [{ path: 'operation', message: 'is refused' }]);
    return this.#started++;
  }

  readGoal(document: unknown): LiveGoal {
    const { by } = document as { by?: unknown };
    if (typeof by === 'number') return { untilNs: this.#now + by };
    throw new InvalidInput('advance', [{ path: 'by', message: 'must be a number' }]);
  }

  advance(goal: LiveGoal, { events = 1 }: { readonly events?: number } = {}): LiveProgress {
    if (this.#hasEnded) throw new LiveEnded('deadlock', 'nobody goes on');
    if (this.#order === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    if (this.#order === 'throw') throw new Error('the model is wrong');
    if (this.#order === 'exit') process.exit(7);
    if (this.#order === 'grow') this.#kept.push(new Uint8Array(8 * 1024 * 1024));
    this.#hasEnded = this.#order === 'deadlock';
    const untilNs = 'untilNs' in goal ? goal.untilNs : this.#now;
    if (!this.#hasEnded && this.#order !== 'stuck') this.#now = Math.min(this.#now + events, untilNs);
    for (let i = 0; i < this.#records && this.#topics.includes('fault'); i++) {
      this.#onRecord({ topic: 'fault', simTimeNs: this.#now, vcpu: 0, gfn: i, outcome: 'fixed', level: 1, laps: 1 });
    }
    return {
      simTimeNs: this.#now,
      events: this.#now,
      reached: this.#now >= untilNs && this.#order !== 'stuck' && !this.#hasEnded,
      stuck: this.#order === 'stuck',
      ended: this.#hasEnded ? 'deadlock' : null,
    };
  }

  state(): LiveState {
    const { scenario, scheme, mapcount, seed } = this.#spec;
    const operations = Array.from({ length: this.#started }, (_, index) => {
      const range = { start: 0, length: 4096 };
      return {
        index,
        operation: 'munmap',
        process: 0,
        range,
        startNs: 0,
        durationNs: index % 2 ? 5 : null,
        errno: null,
      };
    });
    return {
      ...{ scenario: scenario.name, scheme, mapcount, seed, operations, simTimeNs: this.#now, events: this.#now },
      ended: this.#hasEnded ? 'deadlock' : null,
      endMessage: this.#hasEnded ? 'nobody goes on' : null,
      idle: false,
      vcpus: [],
      stalls: { count: 0, totalNs: 0, maxNs: 0, byCauseNs: {}, spinNs: 0, sleepNs: 0, open: 0 },
      notifier: { sections: 0, startNs: 0, openNs: 0, collapsed: 0 },
      faults: { total: 0, retries: 0, spurious: 0, userfault: 0 },
      ...{ tlbFlushes: 0, seqBumps: 0, counters: {}, hugeRecoveryNs: null, findings: [] },
    };
  }

  setTopics(topics: readonly Topic[]): void {
    this.#topics = topics;
  }

  stalls: Driven['stalls'] = () => ({ items: [], next: null, total: 0, dropped: 0, open: [] });
  mappings: Driven['mappings'] = (query = {}) => ({
    start: 0,
    length: 0,
    ...query,
    process: 0,
    next: null,
    primary: [],
    secondary: [],
  });
  folio: Driven['folio'] = () => null;
  folios: Driven['folios'] = () => ({ items: [], next: null });
  locks: Driven['locks'] = () => [];
  records: Driven['records'] = () => ({ records: [], dropped: 0 });
  checkAtRest: Driven['checkAtRest'] = () => null;
}

if (parentPort === null) throw new Error('this file is a worker thread');
const { acknowledged } = workerData as ThreadData;
serveSimulations(parentPort, acknowledged, (spec, onRecord) => new FakeSimulation(spec, onRecord));
