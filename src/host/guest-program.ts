// What the guest does: it writes 8 bytes to a page, goes on by a stride, and reads the time-stamp counter between one touch
// and the next. Where more than a threshold lies between two readings, the vCPU was not running guest code for so long: the
// gap goes into a ring in the guest's own memory. No exit is needed for any of it, so watching costs the host nothing.
//
// The guest takes its orders from a control block and says that it has taken them (guest-control.ts). It runs at CPL 3:
// a KVM without hardware support for guest page tables emulates what runs at CPL 0, a microsecond an instruction.

import { assemble, type Listing } from './machine-code.ts';

/** The control block of a vCPU: three cache lines, so that neither side takes the other's away by writing its own. */
export const CONTROL = {
  // Written by the host. The command number moves last: what stands beside it is complete then.
  command: 0x00,
  rangeStart: 0x08,
  rangeEnd: 0x10,
  stride: 0x18,
  threshold: 0x20,
  stop: 0x28,
  // Written by the guest.
  taken: 0x40,
  touches: 0x48,
  lastTsc: 0x50,
  gapCount: 0x58,
  // Written by the thread that runs the vCPU.
  interrupted: 0x80,
  efaults: 0x88,
  // What the guest touches while nothing is measured.
  parkStart: 0x800,
  parkEnd: 0xc00,
  // Gaps, the n-th at n modulo GAPS_KEPT.
  ring: 0x1000,
} as const;

/** One gap: time stamps before and behind it, the address that was touched, and the number of the touch. */
export const GAP = { from: 0x00, to: 0x08, address: 0x10, touch: 0x18, bytes: 0x20 } as const;
export const GAPS_KEPT = 0x8000;

/** Port of the OUT with which the guest ends. */
export const STOP_PORT = 0x10;

/** r15 points to the control block; the other registers start at 0. r11: the last command taken. r9 counts touches. */
export const GUEST_LISTING: Listing = [
  ['eb 6c', '        jmp   take'],
  // A store that faults has not retired, and the RDTSC behind it neither: it reads the time when the fault is over.
  ['4c 89 0e', 'touch:  mov   [rsi], r9'],
  ['0f 31', '        rdtsc'],
  ['48 c1 e2 20', '        shl   rdx, 32'],
  ['48 09 d0', '        or    rax, rdx'],
  ['48 89 c1', '        mov   rcx, rax'],
  ['4c 29 c1', '        sub   rcx, r8'],
  ['4c 39 d1', '        cmp   rcx, r10'],
  ['77 20', '        ja    record'],
  // From here on the touch is done. The order of the two stores is what the host may rely on: time, then count.
  ['49 89 c0', 'next:   mov   r8, rax'],
  ['49 ff c1', '        inc   r9'],
  ['49 89 47 50', '        mov   [r15+0x50], rax'],
  ['4d 89 4f 48', '        mov   [r15+0x48], r9'],
  ['4d 3b 1f', '        cmp   r11, [r15]'],
  ['75 42', '        jne   take'],
  ['4c 01 e6', '        add   rsi, r12'],
  ['4c 39 f6', '        cmp   rsi, r14'],
  ['72 ce', '        jb    touch'],
  ['4c 89 ee', '        mov   rsi, r13'],
  ['eb c9', '        jmp   touch'],
  // The gap is complete before the count says that it is there.
  ['48 89 ef', 'record: mov   rdi, rbp'],
  ['81 e7 ff 7f 00 00', '        and   edi, 0x7fff'],
  ['48 c1 e7 05', '        shl   rdi, 5'],
  ['4c 01 ff', '        add   rdi, r15'],
  ['4c 89 87 00 10 00 00', '        mov   [rdi+0x1000], r8'],
  ['48 89 87 08 10 00 00', '        mov   [rdi+0x1008], rax'],
  ['48 89 b7 10 10 00 00', '        mov   [rdi+0x1010], rsi'],
  ['4c 89 8f 18 10 00 00', '        mov   [rdi+0x1018], r9'],
  ['48 ff c5', '        inc   rbp'],
  ['49 89 6f 58', '        mov   [r15+0x58], rbp'],
  ['eb ab', '        jmp   next'],
  // The host has new orders. The clock starts afresh, so that what lies between is no gap.
  ['4d 8b 1f', 'take:   mov   r11, [r15]'],
  ['4d 8b 6f 08', '        mov   r13, [r15+0x08]'],
  ['4d 8b 77 10', '        mov   r14, [r15+0x10]'],
  ['4d 8b 67 18', '        mov   r12, [r15+0x18]'],
  ['4d 8b 57 20', '        mov   r10, [r15+0x20]'],
  ['49 83 7f 28 00', '        cmp   qword ptr [r15+0x28], 0'],
  ['75 18', '        jne   stop'],
  ['4c 89 ee', '        mov   rsi, r13'],
  ['0f 31', '        rdtsc'],
  ['48 c1 e2 20', '        shl   rdx, 32'],
  ['48 09 d0', '        or    rax, rdx'],
  ['49 89 c0', '        mov   r8, rax'],
  ['4d 89 5f 40', '        mov   [r15+0x40], r11'],
  ['e9 62 ff ff ff', '        jmp   touch'],
  // An exit, and again if the host should run the vCPU once more.
  ['4d 89 5f 40', 'stop:   mov   [r15+0x40], r11'],
  ['e6 10', '        out   0x10, al'],
  ['eb f8', '        jmp   stop'],
];

export function guestProgram(): Uint8Array {
  return assemble(GUEST_LISTING);
}
