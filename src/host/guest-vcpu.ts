// A vCPU seen from the host: its thread, its orders, and the gaps that it has seen.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { controlAt } from './guest-memory.ts';
import { CONTROL, GAP, GAPS_KEPT } from './guest-program.ts';
import { HostError } from './host-error.ts';
import { RUN } from './kvm-abi.ts';
import { loadWord, type Mapping, storeWord } from './mapping.ts';
import { sleepMs } from './sleep.ts';
import type { System } from './system.ts';
import type { VcpuMessage, VcpuTask } from './vcpu-thread.ts';
import type { VcpuHandle, VirtualMachine } from './virtual-machine.ts';

/** What a vCPU touches: guest addresses, half open. */
export interface TouchedRange {
  readonly start: number;
  readonly end: number;
  readonly stride: number;
}

/** Time stamps of the guest before and behind the gap. */
export interface Gap {
  readonly from: bigint;
  readonly to: bigint;
  /** Guest address that was touched behind it. */
  readonly address: number;
}

/** Longer than any stall that is not a hang. */
const PATIENCE_MS = 5_000;
const POLL_MS = 0.05;
const PARK_STRIDE = 64;
const SIGNAL_OF_KICK = 'SIGUSR2';
const SIGUSR2 = 12;
const NOTHING = (): void => {};

export class GuestVcpu {
  readonly handle: VcpuHandle;
  readonly #system: System;
  readonly #words: BigInt64Array<ArrayBuffer>;
  readonly #control: number;
  readonly #worker: Worker;
  readonly #ended: Promise<unknown>;
  #thread = 0;
  #problem: string | null = null;
  #hasEnded = false;

  private constructor(system: System, memory: Mapping, task: VcpuTask) {
    this.#system = system;
    this.handle = task.vcpu;
    this.#words = memory.words;
    this.#control = controlAt(task.vcpu.index);
    this.#order(this.#parked(), 0n);
    this.#worker = new Worker(new URL('./vcpu-thread.ts', import.meta.url), { workerData: task, stdout: false });
    this.#worker.on('message', (message: VcpuMessage) => {
      if (message.kind === 'running') this.#thread = message.thread;
      else this.#problem = message.problem;
    });
    this.#worker.on('error', (error) => {
      this.#problem = error.message;
    });
    this.#ended = once(this.#worker, 'exit').then(() => {
      this.#hasEnded = true;
    });
  }

  /** Resolves when the guest has taken its first orders. */
  static async start(system: System, machine: VirtualMachine, task: VcpuTask): Promise<GuestVcpu> {
    const vcpu = new GuestVcpu(system, machine.memory, task);
    try {
      await vcpu.#until(() => vcpu.#hasTaken() && vcpu.#thread !== 0, 'did not start');
      return vcpu;
    } catch (error) {
      await vcpu.stop();
      throw error;
    }
  }

  /** Touches this range from now on, and no other. Resolves when all that came before is done. */
  async touch(range: TouchedRange, thresholdTicks: bigint): Promise<void> {
    this.#order(range, thresholdTicks);
    await this.#until(() => this.#hasTaken(), 'does not take orders');
  }

  /** Leaves all memory but its own alone. */
  async park(): Promise<void> {
    this.#order(this.#parked(), 0n);
    await this.#until(() => this.#hasTaken(), 'does not take orders');
  }

  /** Number of its thread, as the kernel knows it. */
  get thread(): number {
    return this.#thread;
  }

  get touches(): bigint {
    return this.#read(CONTROL.touches);
  }

  /** Times that KVM_RUN failed with EFAULT. */
  get efaults(): number {
    return Number(this.#read(CONTROL.efaults));
  }

  /** Gaps so far, those that the ring has lost included. */
  get gapCount(): bigint {
    return this.#read(CONTROL.gapCount);
  }

  /** Address, in this process, of the time stamp of the last touch. */
  get clockAddress(): number {
    return this.handle.controlAddress + CONTROL.lastTsc;
  }

  /** Resolves when the guest has made this many more touches. */
  async makes(touches: number): Promise<void> {
    const wanted = this.touches + BigInt(touches);
    await this.#until(() => this.touches >= wanted, 'does not go on');
  }

  /** Resolves when the guest has touched something later than this time of its clock. */
  async passes(tsc: bigint): Promise<void> {
    await this.#until(() => this.#read(CONTROL.lastTsc) > tsc, 'does not go on');
  }

  /** The gaps from the n-th on. `lost`: those that were written over. */
  gapsSince(first: bigint): { readonly gaps: Gap[]; readonly lost: number } {
    const count = this.gapCount;
    const kept = count - first > BigInt(GAPS_KEPT) ? count - BigInt(GAPS_KEPT) : first;
    const gaps: Gap[] = [];
    for (let index = kept; index < count; index++) {
      const at = CONTROL.ring + Number(index % BigInt(GAPS_KEPT)) * GAP.bytes;
      gaps.push({
        from: this.#read(at + GAP.from),
        to: this.#read(at + GAP.to),
        address: Number(this.#read(at + GAP.address)),
      });
    }
    return { gaps, lost: Number(kept - first) };
  }

  /** How long its thread was able to run and had no CPU, since it was started. */
  get runDelayNs(): number {
    return runDelayNs(this.#thread);
  }

  /** How often its thread was given a CPU: once, and once after each time that it slept or was put aside. */
  get dispatches(): number {
    return schedstat(this.#thread, 2);
  }

  /** Ends guest and thread. Does not fail: what is wrong already was reported where it was met. */
  async stop(): Promise<void> {
    this.#write(CONTROL.stop, 1n);
    this.#order(this.#parked(), 0n);
    for (let round = 0; !this.#hasEnded && round < PATIENCE_MS; round++) {
      if (round > 0 && this.#thread !== 0) this.#kick();
      await Promise.race([this.#ended, sleepMs(round === 0 ? 100 : 10)]);
    }
    process.off(SIGNAL_OF_KICK, NOTHING);
    if (!this.#hasEnded) await this.#worker.terminate();
  }

  /** Gets the thread out of KVM_RUN, or keeps it from entering. */
  #kick(): void {
    if (process.listenerCount(SIGNAL_OF_KICK) === 0) process.on(SIGNAL_OF_KICK, NOTHING);
    const { runAddress, runBytes } = this.handle;
    new Uint8Array(this.#system.view(runAddress, runBytes))[RUN.immediateExit] = 1;
    this.#system.try('tgkill', process.pid, this.#thread, SIGUSR2);
  }

  #parked(): TouchedRange {
    return { start: this.#control + CONTROL.parkStart, end: this.#control + CONTROL.parkEnd, stride: PARK_STRIDE };
  }

  #order({ start, end, stride }: TouchedRange, thresholdTicks: bigint): void {
    this.#write(CONTROL.rangeStart, start);
    this.#write(CONTROL.rangeEnd, end);
    this.#write(CONTROL.stride, stride);
    this.#write(CONTROL.threshold, thresholdTicks === 0n ? 2n ** 62n : thresholdTicks);
    this.#write(CONTROL.command, this.#read(CONTROL.command) + 1n);
  }

  #hasTaken(): boolean {
    return this.#read(CONTROL.taken) === this.#read(CONTROL.command);
  }

  async #until(holds: () => boolean, complaint: string): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      if (holds()) return;
      if (this.#problem !== null) throw new HostError(this.#problem);
      if (this.#hasEnded) throw new HostError(`vCPU ${this.handle.index}: its thread has ended`);
      if (performance.now() > deadline) throw new HostError(`vCPU ${this.handle.index} ${complaint}`);
      await sleepMs(POLL_MS);
    }
  }

  #read(field: number): bigint {
    return loadWord(this.#words, this.#control + field);
  }

  #write(field: number, value: bigint | number): void {
    storeWord(this.#words, this.#control + field, value);
  }
}

/** How long a thread could have run and had no CPU; 0 where the kernel keeps no such figures. */
export const runDelayNs = (thread: number): number => schedstat(thread, 1);

function schedstat(thread: number, field: number): number {
  try {
    return Number(readFileSync(`/proc/self/task/${thread}/schedstat`, 'latin1').split(' ')[field]);
  } catch {
    return 0;
  }
}
