// Where the guest finds its memory: KVM's memslots, as vm.memslots lists them.

import type { Rule } from './scenario-rules.ts';
import type { Scenario } from './scenario-schema.ts';
import { MAX_MEMORY_BYTES } from './schema/fields.ts';
import { formatSize, PAGE_BYTES } from './units.ts';

type MemslotEntry = NonNullable<Scenario['vm']['memslots']>[number];
type Vm = Pick<Scenario['vm'], 'memory' | 'memslots'>;

/** The slots of a VM; without a list one over all of its memory. */
export const memslotsOf = ({ memory, memslots }: Vm): readonly MemslotEntry[] =>
  memslots ?? [{ guestStart: 0, start: 0, length: memory }];

/** Bytes of guest physical addresses, from 0 to behind the last slot. */
export const guestBytes = (vm: Vm): number =>
  memslotsOf(vm).reduce((end, { guestStart, length }) => Math.max(end, guestStart + length), 0);

/** The first guest address of [start, start + length) that no slot has; null: all of it is covered. */
export function uncovered(vm: Vm, { start, length }: { start: number; length: number }): number | null {
  let at = start;
  for (const { guestStart, length: bytes } of [...memslotsOf(vm)].sort((a, b) => a.guestStart - b.guestStart)) {
    if (at >= guestStart && at < guestStart + bytes) at = guestStart + bytes;
  }
  return at < start + length ? at : null;
}

export const memslotRules: readonly Rule[] = [
  {
    reads: ['vm.memory', 'vm.memslots'],
    check: ({ vm }, refuse) => {
      if (vm.memslots !== null && vm.memslots.length === 0)
        refuse('vm.memslots', 'must have at least one slot, or be null');
      for (const [index, slot] of memslotsOf(vm).entries()) {
        const path = `vm.memslots.${index}`;
        for (const key of ['guestStart', 'start', 'length'] as const) {
          if (slot[key] % PAGE_BYTES === 0) continue;
          refuse(`${path}.${key}`, `must be a multiple of ${formatSize(PAGE_BYTES)}, got ${formatSize(slot[key])}`);
        }
        if (slot.start + slot.length > vm.memory) {
          const got = `${formatSize(slot.start)} to ${formatSize(slot.start + slot.length)}`;
          refuse(path, `must lie inside vm.memory (${formatSize(vm.memory)}), got ${got}`);
        }
        const rival = memslotsOf(vm).findIndex((other, before) => before < index && meet(slot, other));
        if (rival !== -1) refuse(path, `must not overlap vm.memslots.${rival} in guest addresses`);
      }
    },
  },
  {
    reads: ['vm.memory', 'vm.memslots', 'vm.count', 'vm.processes'],
    check: ({ vm }, refuse) => {
      if (vm.memslots === null || mappedBytes(vm) <= MAX_MEMORY_BYTES) return;
      const got = formatSize(mappedBytes(vm));
      refuse('vm.memslots', `must map at most ${formatSize(MAX_MEMORY_BYTES)} in all VMs, got ${got}`);
    },
  },
];

/** Aliases of the same memory count each: every one has SPTEs of its own. */
const mappedBytes = (vm: Scenario['vm']): number =>
  memslotsOf(vm).reduce((bytes, { length }) => bytes + length, 0) * vm.count * vm.processes;

const meet = (a: MemslotEntry, b: MemslotEntry): boolean =>
  a.guestStart < b.guestStart + b.length && b.guestStart < a.guestStart + a.length;
