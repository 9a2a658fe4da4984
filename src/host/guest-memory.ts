// Where things lie in the guest's physical memory, which it sees under the same addresses: GiB 0 holds what the guest
// needs itself, GiB 1 the memory under test, GiB 2 memory of another mapping.

import { CONTROL, GAP, GAPS_KEPT, guestProgram } from './guest-program.ts';
import { HUGE_PAGE, PAGE } from './linux.ts';
import type { Mapping } from './mapping.ts';

const GIB = 2 ** 30;
export const MEMORY_AT = GIB;
export const OTHER_AT = 2 * GIB;
/** What the guest's page tables reach of each. */
export const GUEST_MEMORY_MAX = GIB;

export const CODE_AT = PAGE;
export const PML4_AT = 2 * PAGE;
const PDPT_AT = 3 * PAGE;
const PD_AT = 4 * PAGE;

const ENTRIES = 512;
const PRESENT = 1n;
const WRITABLE = 2n;
const USER = 4n;
const LARGE = 0x80n;
const TABLE = PRESENT | WRITABLE | USER;

/** Control blocks stand 2 MiB apart, behind the page with the tables and the code. */
export const controlAt = (vcpu: number): number => (vcpu + 1) * HUGE_PAGE;
export const ownMemoryBytes = (vcpus: number): number => controlAt(vcpus);

if (CONTROL.ring + GAPS_KEPT * GAP.bytes > HUGE_PAGE) throw new Error('a control block and its ring overlap the next');

/** Puts the page tables and the program where the guest expects them. */
export function layOut(memory: Mapping): void {
  const entry = (table: number, index: number, value: bigint): void => {
    memory.data.setBigUint64(table + 8 * index, value, true);
  };
  entry(PML4_AT, 0, BigInt(PDPT_AT) | TABLE);
  for (let gib = 0; gib * GIB <= OTHER_AT; gib++) {
    const pd = PD_AT + gib * PAGE;
    entry(PDPT_AT, gib, BigInt(pd) | TABLE);
    for (let index = 0; index < ENTRIES; index++) {
      entry(pd, index, BigInt(gib * GIB + index * HUGE_PAGE) | TABLE | LARGE);
    }
  }
  memory.write(CODE_AT, guestProgram());
}
