// A system call between two readings of the time-stamp counter, as machine code: what JavaScript does before and behind a
// call takes longer than some of the calls that are to be timed. The time stamps are those that the guest reads.

import { PAGE, PROT, SYS } from './linux.ts';
import { assemble, type Listing } from './machine-code.ts';
import { Mapping } from './mapping.ts';
import type { CallName, System } from './system.ts';

/** rdi points to the block with number, arguments and results. */
export const TIMED_CALL_LISTING: Listing = [
  ['53', 'timed:  push  rbx'],
  ['48 89 fb', '        mov   rbx, rdi'],
  ['48 8b 7b 08', '        mov   rdi, [rbx+0x08]'],
  ['48 8b 73 10', '        mov   rsi, [rbx+0x10]'],
  ['4c 8b 53 20', '        mov   r10, [rbx+0x20]'],
  ['4c 8b 43 28', '        mov   r8, [rbx+0x28]'],
  ['4c 8b 4b 30', '        mov   r9, [rbx+0x30]'],
  ['0f 31', '        rdtsc'],
  ['48 c1 e2 20', '        shl   rdx, 32'],
  ['48 09 d0', '        or    rax, rdx'],
  ['48 89 43 40', '        mov   [rbx+0x40], rax'],
  ['48 8b 53 18', '        mov   rdx, [rbx+0x18]'],
  ['48 8b 03', '        mov   rax, [rbx]'],
  ['0f 05', '        syscall'],
  ['48 85 c0', '        test  rax, rax'],
  ['75 07', '        jne   parent'],
  ['48 83 7b 50 00', '        cmp   qword ptr [rbx+0x50], 0'],
  ['75 13', '        jne   child'],
  ['48 89 43 38', 'parent: mov   [rbx+0x38], rax'],
  ['0f 31', '        rdtsc'],
  ['48 c1 e2 20', '        shl   rdx, 32'],
  ['48 09 d0', '        or    rax, rdx'],
  ['48 89 43 48', '        mov   [rbx+0x48], rax'],
  ['5b', '        pop   rbx'],
  ['c3', '        ret'],
  // The child of a fork has one thread and half a JavaScript engine: it must not go back to where it was called.
  ['31 ff', 'child:  xor   edi, edi'],
  ['b8 e7 00 00 00', '        mov   eax, 231'],
  ['0f 05', '        syscall'],
  ['0f 0b', '        ud2'],
];

/** rdi points to: address of a word, rounds, and the largest difference so far. */
export const CLOCK_LISTING: Listing = [
  ['48 8b 37', '        mov   rsi, [rdi]'],
  ['8b 4f 08', '        mov   ecx, [rdi+0x08]'],
  ['4c 8b 4f 10', '        mov   r9, [rdi+0x10]'],
  // The word is read before the counter, so its time stamp is the older one, and the difference is never too large.
  ['4c 8b 06', 'again:  mov   r8, [rsi]'],
  ['0f ae e8', '        lfence'],
  ['0f 31', '        rdtsc'],
  ['48 c1 e2 20', '        shl   rdx, 32'],
  ['48 09 d0', '        or    rax, rdx'],
  ['49 29 c0', '        sub   r8, rax'],
  ['4d 39 c8', '        cmp   r8, r9'],
  ['4d 0f 4f c8', '        cmovg r9, r8'],
  ['ff c9', '        dec   ecx'],
  ['75 e3', '        jne   again'],
  ['4c 89 4f 10', '        mov   [rdi+0x10], r9'],
  ['c3', '        ret'],
];

/** Fields of the block that TIMED_CALL_LISTING works on. */
const BLOCK = { number: 0x00, args: 0x08, result: 0x38, start: 0x40, end: 0x48, childExits: 0x50 } as const;
/** Fields of the block that CLOCK_LISTING works on, behind the other one. */
const CLOCK = { block: 0x100, address: 0x00, rounds: 0x08, largest: 0x10 } as const;
const ARGUMENTS = 6;
const CLOCK_CODE = 0x400;
const SMALLEST = -(2n ** 63n);

export interface TimedResult {
  /** The result of the call, or the negative errno. */
  readonly result: number;
  /** Time stamps of this machine before and behind it. */
  readonly start: bigint;
  readonly end: bigint;
}

export class TimedCalls {
  readonly #system: System;
  readonly #code: Mapping;
  readonly #block: Mapping;
  readonly #cleanup: DisposableStack;

  constructor(system: System) {
    this.#system = system;
    using cleanup = new DisposableStack();
    this.#code = Mapping.anonymous(system, PAGE);
    cleanup.defer(() => this.#code.unmap());
    this.#code.write(0, assemble(TIMED_CALL_LISTING));
    this.#code.write(CLOCK_CODE, assemble(CLOCK_LISTING));
    system.call('mprotect', [this.#code.address, PAGE, PROT.read | PROT.exec], 'mprotect of machine code');
    this.#block = Mapping.anonymous(system, PAGE);
    cleanup.defer(() => this.#block.unmap());
    this.#cleanup = cleanup.move();
  }

  /** With `childExits` the child of a fork ends at once, with code 0. */
  run(name: CallName, args: readonly number[], { childExits = false } = {}): TimedResult {
    const { data } = this.#block;
    data.setBigInt64(BLOCK.number, BigInt(SYS[name]), true);
    for (let index = 0; index < ARGUMENTS; index++) {
      data.setBigInt64(BLOCK.args + 8 * index, BigInt(args[index] ?? 0), true);
    }
    data.setBigInt64(BLOCK.childExits, childExits ? 1n : 0n, true);
    this.#system.invoke(this.#code.address, this.#block.address);
    return {
      result: Number(data.getBigInt64(BLOCK.result, true)),
      start: data.getBigInt64(BLOCK.start, true),
      end: data.getBigInt64(BLOCK.end, true),
    };
  }

  /** The time stamp of now, give or take the cheapest system call. */
  now(): bigint {
    return this.run('gettid', []).start;
  }

  /** Largest of (word at `address` - time stamp) over many readings, each made right behind that of the word. */
  largestLead(address: number, rounds: number): bigint {
    const { data } = this.#block;
    data.setBigInt64(CLOCK.block + CLOCK.address, BigInt(address), true);
    data.setBigInt64(CLOCK.block + CLOCK.rounds, BigInt(rounds), true);
    data.setBigInt64(CLOCK.block + CLOCK.largest, SMALLEST, true);
    this.#system.invoke(this.#code.address + CLOCK_CODE, this.#block.address + CLOCK.block);
    return data.getBigInt64(CLOCK.block + CLOCK.largest, true);
  }

  close(): void {
    this.#cleanup.dispose();
  }
}
