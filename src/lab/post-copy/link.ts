// The network between the two hosts of a migration: one link that everything goes over, in order, and connections on it, each
// with a window.

import { assert } from '../../engine/assert.ts';
import type { Process } from '../../engine/process.ts';
import type { Simulation, Task } from '../../engine/simulation.ts';
import { Mailbox } from './mailbox.ts';

export interface LinkOptions {
  readonly latencyNs: number;
  readonly bytesPerSecond: number;
}

/** One direction of a cable. What is to go has to wait for all that was handed over before it. */
export class Link {
  readonly latencyNs: number;
  readonly #sim: Simulation;
  readonly #bytesPerSecond: number;
  #busyUntilNs = 0;

  constructor(sim: Simulation, { latencyNs, bytesPerSecond }: LinkOptions) {
    this.#sim = sim;
    this.latencyNs = latencyNs;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** When the last of these bytes arrives at the other end. */
  transmit(bytes: number): number {
    const startNs = Math.max(this.#sim.now, this.#busyUntilNs);
    this.#busyUntilNs = startNs + Math.ceil((bytes * 1e9) / this.#bytesPerSecond);
    return this.#busyUntilNs + this.latencyNs;
  }
}

/** A part of a page on its way. */
export interface Chunk {
  /** Number of the page in units of the migration. */
  readonly unit: number;
  readonly offset: number;
  readonly bytes: number;
  readonly last: boolean;
  readonly urgent: boolean;
}

/**
 * A stream of chunks with one thread at each end. At most `window` bytes are under way or unread: a sender that has filled it
 * sleeps until a third of it is free, as a socket's writer does. So a page that is sent behind others waits until the other end
 * has dealt with them.
 */
export class Connection {
  readonly #sim: Simulation;
  readonly #link: Link;
  readonly #windowBytes: number;
  readonly #arrivals: Mailbox<Chunk>;
  /** Bytes read at the other end, of which the sender hears at a time of its own. */
  readonly #acks: { readonly bytes: number; readonly atNs: number }[] = [];
  #unackedBytes = 0;
  #blocked: Task | null = null;

  constructor(sim: Simulation, link: Link, windowBytes: number) {
    this.#sim = sim;
    this.#link = link;
    this.#windowBytes = windowBytes;
    this.#arrivals = new Mailbox(sim);
  }

  *send(chunk: Chunk): Process<void> {
    assert(chunk.bytes <= this.#windowBytes, 'a chunk fits into the window');
    this.#hearAcks();
    if (this.#unackedBytes + chunk.bytes > this.#windowBytes) yield* this.#waitForWindow(chunk.bytes);
    this.#unackedBytes += chunk.bytes;
    this.#arrivals.push(chunk, this.#link.transmit(chunk.bytes));
  }

  *receive(): Process<Chunk> {
    return yield* this.#arrivals.take();
  }

  /** The receiver has taken the bytes out of its buffer. */
  read(bytes: number): void {
    this.#acks.push({ bytes, atNs: this.#sim.now + this.#link.latencyNs });
    if (this.#blocked === null) return;
    const freeNs = this.#freeAtNs();
    if (freeNs !== null) this.#sim.retime(this.#blocked, Math.max(this.#sim.now, freeNs) + this.#sim.wakeUpNs);
  }

  *#waitForWindow(bytes: number): Process<void> {
    while (this.#unackedBytes + bytes > this.#windowBytes) {
      const freeNs = this.#freeAtNs();
      this.#blocked = this.#sim.current;
      yield* this.#sim.parkUntil(freeNs === null ? Number.POSITIVE_INFINITY : freeNs + this.#sim.wakeUpNs);
      this.#blocked = null;
      this.#hearAcks();
    }
  }

  #hearAcks(): void {
    while (this.#acks[0] !== undefined && this.#acks[0].atNs <= this.#sim.now) {
      this.#unackedBytes -= this.#acks.shift()?.bytes ?? 0;
    }
  }

  /** When the sender will have heard that a third of the window is free; null: not by what has been read so far. */
  #freeAtNs(): number | null {
    let unacked = this.#unackedBytes;
    for (const { bytes, atNs } of this.#acks) {
      unacked -= bytes;
      if (unacked <= (this.#windowBytes * 2) / 3) return atNs;
    }
    return null;
  }
}
