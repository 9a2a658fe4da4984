// Loops of machine code around one thing each, between two readings of the time-stamp counter. They take a block of five
// words: three arguments, then the two readings.

import { PAGE, PROT } from '../linux.ts';
import { assemble, type Listing } from '../machine-code.ts';
import { Mapping } from '../mapping.ts';
import type { System } from '../system.ts';

export const LOOP_LISTINGS = {
  /** gettid, again and again. Arguments: none, rounds. */
  systemCalls: [
    ['53', '        push  rbx'],
    ['41 54', '        push  r12'],
    ['48 89 fb', '        mov   rbx, rdi'],
    ['4c 8b 63 08', '        mov   r12, [rbx+0x08]'],
    ['0f 31', '        rdtsc'],
    ['48 c1 e2 20', '        shl   rdx, 32'],
    ['48 09 d0', '        or    rax, rdx'],
    ['48 89 43 18', '        mov   [rbx+0x18], rax'],
    ['b8 ba 00 00 00', 'again:  mov   eax, 186'],
    ['0f 05', '        syscall'],
    ['49 ff cc', '        dec   r12'],
    ['75 f4', '        jne   again'],
    ['0f 31', '        rdtsc'],
    ['48 c1 e2 20', '        shl   rdx, 32'],
    ['48 09 d0', '        or    rax, rdx'],
    ['48 89 43 20', '        mov   [rbx+0x20], rax'],
    ['41 5c', '        pop   r12'],
    ['5b', '        pop   rbx'],
    ['c3', '        ret'],
  ],
  /** One locked increment after the other. Arguments: address of the first word, rounds, bytes from one word to the next. */
  increments: [
    ['48 8b 37', '        mov   rsi, [rdi]'],
    ['48 8b 4f 08', '        mov   rcx, [rdi+0x08]'],
    ['4c 8b 47 10', '        mov   r8, [rdi+0x10]'],
    ['0f 31', '        rdtsc'],
    ['48 c1 e2 20', '        shl   rdx, 32'],
    ['48 09 d0', '        or    rax, rdx'],
    ['48 89 47 18', '        mov   [rdi+0x18], rax'],
    ['f0 48 ff 06', 'again:  lock inc qword ptr [rsi]'],
    ['4c 01 c6', '        add   rsi, r8'],
    ['48 ff c9', '        dec   rcx'],
    ['75 f4', '        jne   again'],
    ['0f 31', '        rdtsc'],
    ['48 c1 e2 20', '        shl   rdx, 32'],
    ['48 09 d0', '        or    rax, rdx'],
    ['48 89 47 20', '        mov   [rdi+0x20], rax'],
    ['c3', '        ret'],
  ],
  /** Copies pages one after the other. Arguments: from, pages, to. */
  copies: [
    ['49 89 f9', '        mov   r9, rdi'],
    ['4d 8b 41 08', '        mov   r8, [r9+0x08]'],
    ['0f 31', '        rdtsc'],
    ['48 c1 e2 20', '        shl   rdx, 32'],
    ['48 09 d0', '        or    rax, rdx'],
    ['49 89 41 18', '        mov   [r9+0x18], rax'],
    ['49 8b 31', '        mov   rsi, [r9]'],
    ['49 8b 79 10', '        mov   rdi, [r9+0x10]'],
    ['b9 00 02 00 00', 'again:  mov   ecx, 512'],
    ['f3 48 a5', '        rep movsq'],
    ['49 ff c8', '        dec   r8'],
    ['75 f3', '        jne   again'],
    ['0f 31', '        rdtsc'],
    ['48 c1 e2 20', '        shl   rdx, 32'],
    ['48 09 d0', '        or    rax, rdx'],
    ['49 89 41 20', '        mov   [r9+0x20], rax'],
    ['c3', '        ret'],
  ],
  /** Zeroes pages one after the other. Arguments: address, pages. */
  zeroes: [
    ['49 89 f9', '        mov   r9, rdi'],
    ['4d 8b 41 08', '        mov   r8, [r9+0x08]'],
    ['0f 31', '        rdtsc'],
    ['48 c1 e2 20', '        shl   rdx, 32'],
    ['48 09 d0', '        or    rax, rdx'],
    ['49 89 41 18', '        mov   [r9+0x18], rax'],
    ['49 8b 39', '        mov   rdi, [r9]'],
    ['31 c0', '        xor   eax, eax'],
    ['b9 00 02 00 00', 'again:  mov   ecx, 512'],
    ['f3 48 ab', '        rep stosq'],
    ['49 ff c8', '        dec   r8'],
    ['75 f3', '        jne   again'],
    ['0f 31', '        rdtsc'],
    ['48 c1 e2 20', '        shl   rdx, 32'],
    ['48 09 d0', '        or    rax, rdx'],
    ['49 89 41 20', '        mov   [r9+0x20], rax'],
    ['c3', '        ret'],
  ],
  /**
   * Sleeps on a futex until the word is no longer what it was, and keeps the time at which it runs again. Arguments: address of a
   * word of 32 bits that goes up from 0, rounds, address for the time stamps.
   */
  wakeUps: [
    ['53', '        push  rbx'],
    ['41 54', '        push  r12'],
    ['41 55', '        push  r13'],
    ['41 56', '        push  r14'],
    ['41 57', '        push  r15'],
    ['4c 8b 27', '        mov   r12, [rdi]'],
    ['4c 8b 6f 08', '        mov   r13, [rdi+0x08]'],
    ['4c 8b 77 10', '        mov   r14, [rdi+0x10]'],
    ['45 31 ff', '        xor   r15d, r15d'],
    ['4c 89 e7', 'wait:   mov   rdi, r12'],
    ['be 80 00 00 00', '        mov   esi, 128'],
    ['44 89 fa', '        mov   edx, r15d'],
    ['45 31 d2', '        xor   r10d, r10d'],
    ['b8 ca 00 00 00', '        mov   eax, 202'],
    ['0f 05', '        syscall'],
    ['45 39 3c 24', '        cmp   [r12], r15d'],
    ['74 e5', '        je    wait'],
    ['0f 31', '        rdtsc'],
    ['48 c1 e2 20', '        shl   rdx, 32'],
    ['48 09 d0', '        or    rax, rdx'],
    ['49 89 06', '        mov   [r14], rax'],
    ['49 83 c6 08', '        add   r14, 8'],
    ['41 ff c7', '        inc   r15d'],
    ['49 ff cd', '        dec   r13'],
    ['75 cd', '        jne   wait'],
    ['41 5f', '        pop   r15'],
    ['41 5e', '        pop   r14'],
    ['41 5d', '        pop   r13'],
    ['41 5c', '        pop   r12'],
    ['5b', '        pop   rbx'],
    ['c3', '        ret'],
  ],
} as const satisfies Record<string, Listing>;

export type LoopName = keyof typeof LOOP_LISTINGS;
export type LoopArguments = readonly [first: number, rounds: number, third?: number];

export interface LoopTime {
  readonly start: bigint;
  readonly end: bigint;
}

const BLOCK = { args: 0x00, start: 0x18, end: 0x20 } as const;
const CODE_STEP = 0x200;

export class Loops {
  readonly #system: System;
  readonly #code: Mapping;
  readonly #block: Mapping;

  constructor(system: System) {
    this.#system = system;
    this.#code = Mapping.anonymous(system, PAGE);
    for (const [index, listing] of Object.values(LOOP_LISTINGS).entries()) {
      this.#code.write(index * CODE_STEP, assemble(listing));
    }
    system.call('mprotect', [this.#code.address, PAGE, PROT.read | PROT.exec], 'mprotect of machine code');
    this.#block = Mapping.anonymous(system, PAGE);
  }

  /** Runs to its end in this thread. */
  run(name: LoopName, args: LoopArguments): LoopTime {
    const { data } = this.#block;
    for (const [index, value] of args.entries()) data.setBigInt64(BLOCK.args + 8 * index, BigInt(value ?? 0), true);
    this.#system.invoke(this.#code.address + Object.keys(LOOP_LISTINGS).indexOf(name) * CODE_STEP, this.#block.address);
    return { start: data.getBigInt64(BLOCK.start, true), end: data.getBigInt64(BLOCK.end, true) };
  }

  close(): void {
    this.#code.unmap();
    this.#block.unmap();
  }
}
