// A userfaultfd for minor faults: pages that the file has and the mapping lacks.

import { errnoName, HostError } from './host-error.ts';
import { ERRNO, O_CLOEXEC, O_NONBLOCK, PAGE, POLLIN } from './linux.ts';
import { Mapping } from './mapping.ts';
import type { System } from './system.ts';
import type { TimedCalls, TimedResult } from './timed-call.ts';

const IOCTL = {
  api: 0xc018aa3f,
  register: 0xc020aa00,
  unregister: 0x8010aa01,
  continue: 0xc020aa07,
} as const;
const API = 0xaan;
const MINOR_HUGETLBFS = 1n << 9n;
const MINOR_SHMEM = 1n << 10n;
const MODE_MINOR = 1n << 2n;
const EVENT_PAGEFAULT = 0x12;
const MESSAGE_BYTES = 32;
const MESSAGES = 16;
/** Behind the arguments of ioctls. */
const POLL_AT = 0x100;
const MESSAGES_AT = 0x200;

export class Userfaultfd {
  readonly #system: System;
  readonly #arena: Mapping;
  readonly #fd: number;
  readonly #cleanup: DisposableStack;

  constructor(system: System) {
    this.#system = system;
    const fd = system.try('userfaultfd', O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
      // A fault of KVM's is one in kernel mode. Those may be handled by root, or by all where the host says so.
      throw new HostError(
        `userfaultfd: ${errnoName(-fd)}; it needs root, CAP_SYS_PTRACE or vm.unprivileged_userfaultfd=1`,
      );
    }
    this.#fd = fd;
    using cleanup = new DisposableStack();
    cleanup.defer(() => void system.try('close', fd));
    this.#arena = Mapping.anonymous(system, PAGE);
    cleanup.defer(() => this.#arena.unmap());
    this.#words(API, MINOR_HUGETLBFS | MINOR_SHMEM, 0n);
    const result = system.try('ioctl', fd, IOCTL.api, this.#arena.address);
    if (result < 0) throw new HostError(`this kernel has no minor faults in userfaultfd (5.13): ${errnoName(-result)}`);
    this.#cleanup = cleanup.move();
  }

  register(address: number, bytes: number): void {
    this.#words(BigInt(address), BigInt(bytes), MODE_MINOR, 0n);
    this.#system.call('ioctl', [this.#fd, IOCTL.register, this.#arena.address], 'UFFDIO_REGISTER');
  }

  unregister(address: number, bytes: number): void {
    this.#words(BigInt(address), BigInt(bytes));
    this.#system.call('ioctl', [this.#fd, IOCTL.unregister, this.#arena.address], 'UFFDIO_UNREGISTER');
  }

  /** Addresses of the faults that wait, after `timeoutMs` at the latest. */
  faults(timeoutMs: number): number[] {
    const { data, address } = this.#arena;
    data.setInt32(POLL_AT, this.#fd, true);
    data.setUint32(POLL_AT + 4, POLLIN, true);
    if (this.#system.try('poll', address + POLL_AT, 1, timeoutMs) <= 0) return [];
    const bytes = this.#system.try('read', this.#fd, address + MESSAGES_AT, MESSAGES * MESSAGE_BYTES);
    return Array.from({ length: Math.max(0, bytes) / MESSAGE_BYTES }, (_, index) => MESSAGES_AT + index * MESSAGE_BYTES)
      .filter((at) => data.getUint8(at) === EVENT_PAGEFAULT)
      .map((at) => Number(data.getBigUint64(at + 16, true)));
  }

  /** UFFDIO_CONTINUE. The negative errno, or 0. */
  continue(address: number, bytes: number): number {
    this.#words(BigInt(address), BigInt(bytes), 0n, 0n);
    const result = this.#system.try('ioctl', this.#fd, IOCTL.continue, this.#arena.address);
    return result === -ERRNO.EAGAIN ? this.continue(address, bytes) : Math.min(0, result);
  }

  /** The same, with its time. Nobody may wait for anything else of this descriptor: EAGAIN is not tried again. */
  timedContinue(timed: TimedCalls, address: number, bytes: number): TimedResult {
    this.#words(BigInt(address), BigInt(bytes), 0n, 0n);
    return timed.run('ioctl', [this.#fd, IOCTL.continue, this.#arena.address]);
  }

  /** Whoever still waits for a page goes on, and faults in the ordinary way. */
  close(): void {
    this.#cleanup.dispose();
  }

  #words(...words: readonly bigint[]): void {
    for (const [index, word] of words.entries()) this.#arena.data.setBigUint64(8 * index, word, true);
  }
}
