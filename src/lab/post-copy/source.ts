// The host that the VM comes from. It has every page and sends them: those that are asked for first, the others in order.

import { lockClass } from '../../engine/locks/lock-class.ts';
import { WaitQueue } from '../../engine/locks/wait-queue.ts';
import type { Process } from '../../engine/process.ts';
import type { KvmCosts } from '../../kvm/costs.ts';
import { PAGE_SIZE } from '../../mm/address.ts';
import type { Machine } from '../../mm/machine.ts';
import { Connection, Link, type LinkOptions } from './link.ts';
import { Mailbox } from './mailbox.ts';

const sourceIdleClass = lockClass('post-copy source', 'sleeping');

/** What a sender hands to the network at once: the largest segment of a socket. A larger page goes in several. */
const CHUNK_BYTES = 65_536;

export interface SourceOptions extends LinkOptions {
  readonly units: number;
  readonly unitBytes: number;
  readonly windowBytes: number;
  readonly connections: number;
  /** Send what nobody asks for as well. */
  readonly background: boolean;
  /** A connection of their own for pages that are asked for. */
  readonly preempt: boolean;
}

export class PostCopySource {
  /** Those that carry the background stream, and urgent pages unless there is a connection for these. */
  readonly connections: readonly Connection[];
  readonly urgentConnection: Connection | null;
  readonly #machine: Machine<KvmCosts>;
  readonly #options: SourceOptions;
  readonly #requests: Mailbox<number>;
  readonly #returnPath: Link;
  readonly #idle: WaitQueue;
  readonly #urgent: number[] = [];
  readonly #sent: Uint8Array;
  #cursor = 0;

  constructor(machine: Machine<KvmCosts>, options: SourceOptions) {
    const { sim } = machine;
    this.#machine = machine;
    this.#options = options;
    const link = new Link(sim, options);
    const connect = (): Connection => new Connection(sim, link, options.windowBytes);
    this.connections = Array.from({ length: options.connections }, connect);
    this.urgentConnection = options.preempt ? connect() : null;
    this.#requests = new Mailbox(sim);
    this.#returnPath = new Link(sim, options);
    this.#idle = new WaitQueue(sim, sourceIdleClass);
    this.#sent = new Uint8Array(options.units);
  }

  /** `cpu`: that of the first of its threads. They are on another host, and share no cache line with this one. */
  start(cpu: number): void {
    const { sim } = this.#machine;
    sim.spawn('source return path', this.#serveRequests(), { cpu, daemon: true });
    this.connections.forEach((connection, index) => {
      sim.spawn(`source sender ${index}`, this.#sendAll(connection), { cpu: cpu + 1 + index, daemon: true });
    });
  }

  /** The destination asks for a page: 32 bytes or so, behind other requests. */
  request(unit: number): void {
    this.#requests.push(unit, this.#returnPath.transmit(REQUEST_BYTES));
  }

  *#serveRequests(): Process<void> {
    for (;;) {
      const unit = yield* this.#requests.take();
      if (this.#sent[unit] === 1) continue;
      if (this.urgentConnection === null) {
        this.#urgent.push(unit);
        this.#idle.wakeOne();
      } else {
        this.#sent[unit] = 1;
        yield* this.#send(this.urgentConnection, unit, true);
      }
    }
  }

  *#sendAll(connection: Connection): Process<void> {
    for (;;) {
      const next = this.#next();
      if (next === null) {
        yield* this.#idle.wait();
        continue;
      }
      this.#sent[next.unit] = 1;
      yield* this.#send(connection, next.unit, next.urgent);
    }
  }

  /** What is asked for goes ahead of the background, and behind whatever has been handed over. */
  #next(): { unit: number; urgent: boolean } | null {
    for (let unit = this.#urgent.shift(); unit !== undefined; unit = this.#urgent.shift()) {
      if (this.#sent[unit] === 0) return { unit, urgent: true };
    }
    if (!this.#options.background) return null;
    while (this.#cursor < this.#options.units && this.#sent[this.#cursor] === 1) this.#cursor += 1;
    return this.#cursor < this.#options.units ? { unit: this.#cursor, urgent: false } : null;
  }

  *#send(connection: Connection, unit: number, urgent: boolean): Process<void> {
    const { sim, costs } = this.#machine;
    const { unitBytes } = this.#options;
    for (let offset = 0; offset < unitBytes; offset += CHUNK_BYTES) {
      const bytes = Math.min(CHUNK_BYTES, unitBytes - offset);
      yield* sim.spend(costs.syscallNs + (bytes / PAGE_SIZE) * costs.copyPageNs);
      yield* connection.send({ unit, offset, bytes, last: offset + bytes === unitBytes, urgent });
    }
  }
}

const REQUEST_BYTES = 32;
