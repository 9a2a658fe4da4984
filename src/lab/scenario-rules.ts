// What must hold between the fields of a scenario. A rule is asked only when everything it reads has been read without
// an error, so that one mistake is reported once.

import { guestRules } from './guest-rules.ts';
import type { InputError } from './invalid-input.ts';
import { memslotRules } from './memslot-layout.ts';
import { backingBytes, checkEntry, leafBytes, operationRules } from './operation-rules.ts';
import { postCopyRules } from './post-copy/rules.ts';
import type { Scenario, TimelineEntry } from './scenario-schema.ts';
import { MAX_MEMORY_BYTES } from './schema/fields.ts';
import { formatSize, formatTime, GIB } from './units.ts';

export interface Rule {
  /** Paths of the fields it reads; a path stands for everything below it. */
  readonly reads: readonly string[];
  readonly check: (scenario: Scenario, refuse: (path: string, message: string) => void) => void;
}

export function brokenRules(scenario: Scenario, failedPaths: readonly string[]): InputError[] {
  const errors: InputError[] = [];
  const refuse = (path: string, message: string) => errors.push({ path, message });
  for (const rule of rules) {
    const readable = rule.reads.every((read) => !failedPaths.some((failed) => overlaps(read, failed)));
    if (readable) rule.check(scenario, refuse);
  }
  return errors;
}

const overlaps = (a: string, b: string) =>
  a === b || a === '' || b === '' || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);

const isHugetlb = (backing: Scenario['vm']['backing']): boolean => backing.startsWith('hugetlb');

/** Every folio is an object: four million of them take some 2 GB of this process. */
const MAX_SMALL_FOLIO_BYTES = 16 * GIB;

/** Memory in folios of 4 KiB: of a file once, of anonymous memory once for each process. */
export function smallFolioBytes({ memory, backing, folios, mapped, processes, backends }: Scenario['vm']): number {
  if (isHugetlb(backing) || (folios ?? mapped) === '2m') return 0;
  return backing === 'anonymous' ? memory * (processes + backends) : memory;
}

const rules: readonly Rule[] = [
  {
    reads: ['machine.cpus', 'vm.vcpus', 'vm.count', 'vm.processes'],
    check: ({ machine, vm }, refuse) => {
      const vcpus = vm.vcpus * vm.count * vm.processes;
      if (machine.cpus >= vcpus) return;
      const all = vcpus === vm.vcpus ? 'vm.vcpus' : 'vm.vcpus x vm.count x vm.processes';
      refuse('machine.cpus', `must be at least ${all} (${vcpus}), got ${machine.cpus}`);
    },
  },
  {
    reads: ['vm.memory', 'vm.count', 'vm.processes', 'vm.backends'],
    check: ({ vm }, refuse) => {
      const bytes = vm.memory * (vm.count * vm.processes + vm.backends);
      if (bytes <= MAX_MEMORY_BYTES || bytes === vm.memory) return;
      const got = formatSize(bytes);
      refuse('vm.memory', `must make at most ${formatSize(MAX_MEMORY_BYTES)} for all VMs and back ends, got ${got}`);
    },
  },
  {
    reads: ['vm.memory', 'vm.backing', 'vm.folios', 'vm.mapped', 'vm.processes', 'vm.backends'],
    check: ({ vm }, refuse) => {
      const bytes = smallFolioBytes(vm);
      if (bytes <= MAX_SMALL_FOLIO_BYTES) return;
      const [most, got] = [formatSize(MAX_SMALL_FOLIO_BYTES), formatSize(bytes)];
      refuse('vm.memory', `must make at most ${most} for all processes where the folios are of 4KiB, got ${got}`);
    },
  },
  {
    reads: ['vm.memory', 'vm.backing'],
    check: ({ vm }, refuse) => {
      const page = backingBytes[vm.backing];
      if (vm.memory % page === 0) return;
      refuse('vm.memory', `must be a multiple of ${formatSize(page)} for ${vm.backing}, got ${formatSize(vm.memory)}`);
    },
  },
  {
    reads: ['vm.mapped', 'vm.backing'],
    check: ({ vm }, refuse) => {
      if (vm.mapped === 'none' || leafBytes[vm.mapped] <= backingBytes[vm.backing]) return;
      refuse('vm.mapped', `must not be larger than the pages of ${vm.backing}, got "${vm.mapped}"`);
    },
  },
  {
    reads: ['vm.folios', 'vm.backing', 'vm.mapped'],
    check: ({ vm }, refuse) => {
      if (vm.folios === null) return;
      if (isHugetlb(vm.backing)) refuse('vm.folios', `must be null for ${vm.backing}, got "${vm.folios}"`);
      else if (vm.folios === '4k' && vm.mapped === '2m') {
        refuse('vm.folios', 'must be "2m" or null where vm.mapped is "2m", got "4k"');
      }
    },
  },
  {
    reads: ['hgm.chunkBytes'],
    check: ({ hgm }, refuse) => {
      if (Number.isInteger(Math.log2(hgm.chunkBytes))) return;
      refuse('hgm.chunkBytes', `must be a power of two, got ${formatSize(hgm.chunkBytes)}`);
    },
  },
  {
    reads: ['vm.pfnCaches', 'vm.vcpus'],
    check: ({ vm }, refuse) => {
      if (vm.pfnCaches > vm.vcpus)
        refuse('vm.pfnCaches', `must be at most vm.vcpus (${vm.vcpus}), got ${vm.pfnCaches}`);
    },
  },
  {
    reads: ['vm.mmu', 'vm.guestPage'],
    check: ({ vm }, refuse) => {
      if (vm.mmu === 'shadow' || vm.guestPage === null) return;
      refuse('vm.guestPage', `must be null where vm.mmu is "tdp", got "${vm.guestPage}": only shadow paging reads it`);
    },
  },
  ...guestRules,
  ...memslotRules,
  ...postCopyRules,
  {
    reads: ['settle', 'limits.simulated'],
    check: ({ settle, limits }, refuse) => {
      if (settle <= limits.simulated) return;
      const limit = formatTime(limits.simulated);
      refuse('settle', `must be at most limits.simulated (${limit}), got ${formatTime(settle)}`);
    },
  },
  {
    reads: ['timeline', 'settle', 'limits.simulated'],
    check: ({ timeline, settle, limits }, refuse) => {
      for (const [index, { at }] of timeline.entries()) {
        if (at === 'after-previous' || at + settle <= limits.simulated || settle > limits.simulated) continue;
        const latest = formatTime(limits.simulated - settle);
        refuse(`timeline.${index}.at`, `must be at most ${latest}, so that settle ends within limits.simulated`);
      }
    },
  },
  {
    reads: ['timeline'],
    check: ({ timeline }, refuse) => {
      if (timeline[0]?.at === 'after-previous') refuse('timeline.0.at', 'must be a time: no operation is before it');
    },
  },
  {
    reads: ['timeline', 'vm.processes', 'vm.backends'],
    check: ({ timeline, vm }, refuse) => {
      const count = vm.processes + vm.backends;
      for (const [index, entry] of timeline.entries()) {
        if (entry.process < count) continue;
        const all = vm.backends === 0 ? 'vm.processes' : 'vm.processes + vm.backends';
        refuse(`timeline.${index}.process`, `must be below ${all} (${count}), got ${entry.process}`);
      }
    },
  },
  {
    reads: ['timeline', 'vm.memory'],
    check: ({ timeline, vm }, refuse) => {
      for (const [index, { operation, range }] of timeline.entries()) {
        const mayLeave = operationRules[operation].mayLeaveMemory ?? false;
        if (range.length > 0 && (mayLeave || range.start + range.length <= vm.memory)) continue;
        const got = `${formatSize(range.start)} to ${formatSize(range.start + range.length)}`;
        refuse(`timeline.${index}.range`, `must lie inside vm.memory (${formatSize(vm.memory)}), got ${got}`);
      }
    },
  },
  {
    reads: ['timeline', 'vm'],
    check: (scenario, refuse) => {
      for (const [index, entry] of scenario.timeline.entries()) {
        checkEntry(entry, scenario, (field, message) => refuse(`timeline.${index}.${field}`, message));
      }
    },
  },
  {
    reads: ['timeline', 'vm.memory'],
    check: ({ timeline }, refuse) => {
      for (const [index, entry] of timeline.entries()) {
        const rival = timeline.findIndex((other, before) => before < index && startTogetherOn(entry, other));
        if (rival === -1) continue;
        refuse(`timeline.${index}`, `must not overlap the range of timeline.${rival}, which starts at the same time`);
      }
    },
  },
];

function startTogetherOn(a: TimelineEntry, b: TimelineEntry): boolean {
  if (a.at === 'after-previous' || a.at !== b.at || a.process !== b.process) return false;
  return a.range.start < b.range.start + b.range.length && b.range.start < a.range.start + a.range.length;
}
