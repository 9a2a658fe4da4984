// What must hold between the fields that say what the guest does.

import { guestBytes, uncovered } from './memslot-layout.ts';
import type { Rule } from './scenario-rules.ts';
import type { Scenario } from './scenario-schema.ts';
import { MAX_SIMULATED_NS } from './schema/fields.ts';
import { readTrace, type TraceLimits } from './trace-csv.ts';
import { formatSize, formatTime, PAGE_BYTES } from './units.ts';

type Refuse = (path: string, message: string) => void;
type Range = Scenario['guest']['range'];

export const guestRules: readonly Rule[] = [
  {
    reads: ['guest.range', 'guest.partitioned', 'vm.memory', 'vm.memslots', 'vm.vcpus'],
    check: ({ guest: { range, partitioned }, vm }, refuse) =>
      checkRange(range, partitioned, vm, (message) => refuse('guest.range', message)),
  },
  {
    reads: ['guest.stridePages', 'guest.range', 'vm.memory', 'vm.memslots'],
    check: ({ guest: { stridePages, range }, vm }, refuse) =>
      checkStride(stridePages, range, vm, 'guest.range', (message) => refuse('guest.stridePages', message)),
  },
  {
    reads: ['guest.pattern', 'guest.phases', 'guest.partitioned', 'vm.memory', 'vm.memslots', 'vm.vcpus'],
    check: checkPhases,
  },
  {
    reads: ['guest.pattern', 'guest.trace', 'guest.range', 'guest.partitioned', 'vm.memory', 'vm.memslots', 'vm.vcpus'],
    check: checkTrace,
  },
];

function checkRange(range: Range, partitioned: boolean, vm: Scenario['vm'], refuse: (message: string) => void): void {
  const got = `${formatSize(range.start)} to ${formatSize(range.start + range.length)}`;
  const hole = uncovered(vm, range);
  if (!isInside(range, vm)) {
    const all = vm.memslots === null ? 'vm.memory' : 'the addresses of vm.memslots';
    refuse(`must lie inside ${all} (${formatSize(guestBytes(vm))}), got ${got}`);
  } else if (hole !== null) refuse(`must be covered by vm.memslots, which have nothing at ${formatSize(hole)}`);
  else if (range.start % PAGE_BYTES !== 0 || range.length % PAGE_BYTES !== 0) {
    refuse(`must be whole pages of ${formatSize(PAGE_BYTES)}, got ${got}`);
  } else if (partitioned && range.length < vm.vcpus * PAGE_BYTES) {
    refuse(`must have a page for each of the ${vm.vcpus} vCPUs if guest.partitioned, got ${got}`);
  }
}

const isInside = ({ start, length }: Range, vm: Scenario['vm']): boolean =>
  length > 0 && start + length <= guestBytes(vm);

function checkStride(
  stridePages: number,
  range: Range,
  vm: Scenario['vm'],
  rangePath: string,
  refuse: (message: string) => void,
): void {
  const pages = range.length / PAGE_BYTES;
  if (!isInside(range, vm) || stridePages <= pages) return;
  const what = range.length === guestBytes(vm) && vm.memslots === null ? 'vm.memory' : rangePath;
  refuse(`must be at most the ${pages} pages of ${what}, got ${stridePages}`);
}

function checkPhases({ guest: { pattern, phases, partitioned }, vm }: Scenario, refuse: Refuse): void {
  if (pattern !== 'phases') return;
  if (phases.every((phase) => phase.pattern === 'idle')) {
    const got = phases.length === 0 ? 'no phase' : 'idle ones only';
    refuse('guest.phases', `must have a phase that touches memory, as guest.pattern is phases, got ${got}`);
  }
  for (const [index, phase] of phases.entries()) {
    const path = `guest.phases.${index}`;
    checkLength(phase, path, refuse);
    checkRange(phase.range, partitioned, vm, (message) => refuse(`${path}.range`, message));
    checkStride(phase.stridePages, phase.range, vm, `${path}.range`, (message) =>
      refuse(`${path}.stridePages`, message),
    );
  }
}

function checkLength(phase: Scenario['guest']['phases'][number], path: string, refuse: Refuse): void {
  const { pattern, lasts, accesses, thinkNs } = phase;
  if (pattern === 'idle' && accesses !== null) {
    refuse(`${path}.accesses`, `must be null for an idle phase, got ${accesses}`);
  } else if ((lasts === null) === (accesses === null)) {
    const got = lasts === null ? 'neither' : 'both';
    refuse(path, `must have either lasts${pattern === 'idle' ? '' : ' or accesses'}, got ${got}`);
  } else if (accesses !== null && accesses * thinkNs > MAX_SIMULATED_NS) {
    const most = formatTime(MAX_SIMULATED_NS);
    refuse(`${path}.accesses`, `must take at most ${most} at thinkNs (${thinkNs}) each, got ${accesses}`);
  }
}

function checkTrace({ guest: { pattern, trace, range, partitioned }, vm }: Scenario, refuse: Refuse): void {
  if (pattern !== 'trace') return;
  if (trace === null) refuse('guest.trace', 'must be a text, as guest.pattern is trace, got null');
  else if (partitioned) refuse('guest.partitioned', 'must be false for a trace, which says who touches what, got true');
  else if (isInside(range, vm)) {
    for (const error of readTrace(trace, traceLimits(range, vm)).errors ?? []) refuse('guest.trace', error);
  }
}

/** What a trace may say of this guest. */
export function traceLimits(range: Range, vm: Scenario['vm']): TraceLimits {
  const firstGfn = Math.ceil(range.start / PAGE_BYTES);
  return {
    time: { from: 0, to: MAX_SIMULATED_NS, why: 'ns; up to 10 minutes' },
    vcpu: { from: 0, to: vm.vcpus - 1, why: `vm.vcpus is ${vm.vcpus}` },
    gfn: {
      from: firstGfn,
      to: Math.floor((range.start + range.length) / PAGE_BYTES) - 1,
      why: 'frames of guest.range',
    },
    write: { from: 0, to: 1, why: 'a write is 1' },
  };
}
