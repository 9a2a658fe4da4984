// System calls from JavaScript. koffi is loaded when the first one is wanted: everything else of the product works
// without it, and on systems that have no such calls.
//
// Do not hand the kernel the address of a JavaScript buffer: the collector may move or free it. Whatever the kernel
// reads or writes lies in memory of mmap, which JavaScript looks at through views (see mapping.ts).

import { HostError, STILL_WORKS, SystemCallError } from './host-error.ts';
import { SYS } from './linux.ts';

type Koffi = typeof import('koffi');
type Call = (number: number, ...args: number[]) => number;
export type CallName = keyof typeof SYS;

const ARGUMENTS = 6;

export class System {
  readonly #koffi: Koffi;
  readonly #syscall: Call;
  readonly #native: ReturnType<Koffi['proto']>;

  private constructor(koffi: Koffi) {
    this.#koffi = koffi;
    // syscall() of libc takes its arguments in registers, however many there are, so a fixed prototype calls it right.
    const types = Array.from({ length: ARGUMENTS + 1 }, () => 'int64');
    this.#syscall = koffi.load(null).func('syscall', 'int64', types) as unknown as Call;
    this.#native = koffi.proto('int64', ['int64']);
  }

  static async load(): Promise<System> {
    try {
      return new System(await import('koffi'));
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
      throw new HostError(
        `the package koffi, through which system calls are made, could not be loaded: ${reason}. ${STILL_WORKS}`,
      );
    }
  }

  /** The result of the call, or the negative errno. */
  try(name: CallName, ...args: readonly number[]): number {
    const padded = Array.from({ length: ARGUMENTS }, (_, index) => args[index] ?? 0);
    const result = this.#syscall(SYS[name], ...padded);
    return result === -1 ? -this.#koffi.errno() : result;
  }

  /** The result of a call that must not fail. `what` tells the reader of an error more than the name of the call. */
  call(name: CallName, args: readonly number[], what: string = name): number {
    const result = this.try(name, ...args);
    if (result < 0) throw new SystemCallError(what, -result);
    return result;
  }

  /** Looks at memory that does not belong to JavaScript. Touching it after munmap ends the process. */
  view(address: number, bytes: number): ArrayBuffer {
    return this.#koffi.view(BigInt(address), bytes);
  }

  /** Calls machine code at this address, with one argument. */
  invoke(address: number, argument: number): number {
    return this.#koffi.call(BigInt(address), this.#native, argument) as number;
  }
}
