// What each operation of a timeline asks of the scenario around it: one entry an operation, so that what it takes and what
// it refuses stand in one place.

import type { Scenario, TimelineEntry } from './scenario-schema.ts';
import { formatSize, formatTime, GIB, MIB, PAGE_BYTES } from './units.ts';

export const leafBytes = { '4k': PAGE_BYTES, '2m': 2 * MIB, '1g': GIB } as const;
/** The largest leaf that can map it. */
export const backingBytes = { anonymous: 2 * MIB, shmem: 2 * MIB, 'hugetlb-2m': 2 * MIB, 'hugetlb-1g': GIB } as const;
const isHugetlb = (backing: Scenario['vm']['backing']): boolean => backing.startsWith('hugetlb');

/** Fields of an entry that only some operations take; the others refuse them. */
type Parameter =
  | 'step'
  | 'target'
  | 'to'
  | 'protection'
  | 'childLives'
  | 'copyHugetlb'
  | 'harvestEvery'
  | 'manualProtect';

interface OperationRule {
  /** What start and length of the range must be multiples of. */
  readonly unit: (vm: Scenario['vm']) => number;
  readonly takes: readonly Parameter[];
  /** It works on the mapping or on the memslot, and not on a part of it. */
  readonly wholeMemory?: true;
  /** Its range may lie behind the memory, where another entry has moved some of it. */
  readonly mayLeaveMemory?: true;
  /** Why it cannot be asked for in this scenario; null: it can. */
  readonly unavailable?: (vm: Scenario['vm']) => string | null;
  readonly check?: (entry: TimelineEntry, scenario: Scenario, refuse: (field: string, message: string) => void) => void;
}

const pages = (): number => PAGE_BYTES;
const hugetlbPages = ({ backing }: Scenario['vm']): number => (isHugetlb(backing) ? backingBytes[backing] : PAGE_BYTES);
/** A large folio of which a part is to go would be split first. */
const wholeFolios = ({ backing, folios, mapped }: Scenario['vm']): number =>
  isHugetlb(backing) || (folios ?? mapped) === '2m' ? backingBytes[backing] : PAGE_BYTES;

/** A huge entry of which a part is to be protected would be split first. */
const wholeLeaves = ({ backing, mapped, folios }: Scenario['vm']): number =>
  isHugetlb(backing) || mapped === '2m' || folios === '2m' ? backingBytes[backing] : PAGE_BYTES;

const hugetlbOnly = ({ backing }: Scenario['vm']): string | null =>
  isHugetlb(backing) ? null : `is for HugeTLB memory alone, got ${backing}`;
const fileOnly = ({ backing }: Scenario['vm']): string | null =>
  backing === 'anonymous' ? `needs a file, which ${backing} memory has not` : null;

export const operationRules: Readonly<Record<TimelineEntry['operation'], OperationRule>> = {
  // The smallest leaf that a collapse can make.
  'madv-collapse': { unit: () => 2 * MIB, takes: ['step', 'target'], check: checkTarget },
  'khugepaged-scan': {
    unit: () => 2 * MIB,
    takes: [],
    unavailable: ({ backing }) => (isHugetlb(backing) ? `leaves ${backing} memory alone, as khugepaged does` : null),
    check: checkPasses,
  },
  'madv-split': { unit: ({ backing }) => backingBytes[backing], takes: [], unavailable: hugetlbOnly },
  'uffdio-continue': { unit: pages, takes: ['step'], unavailable: fileOnly },
  'uffdio-copy': { unit: hugetlbPages, takes: ['step'] },
  'uffdio-writeprotect': {
    unit: wholeLeaves,
    takes: ['step', 'protection'],
    check: checkWriteprotect,
  },
  'migrate-pages': { unit: pages, takes: ['step'] },
  truncate: { unit: wholeFolios, takes: [], unavailable: fileOnly, check: checkReachesEnd },
  'punch-hole': { unit: wholeFolios, takes: ['step'], unavailable: fileOnly },
  'madv-dontneed': { unit: hugetlbPages, takes: ['step'] },
  munmap: { unit: hugetlbPages, takes: ['step'] },
  mremap: { unit: hugetlbPages, takes: ['to'], mayLeaveMemory: true, check: checkMove },
  'memory-failure': { unit: pages, takes: ['step'] },
  mprotect: { unit: hugetlbPages, takes: ['step', 'protection'], check: checkProtection },
  fork: { unit: pages, takes: ['childLives', 'copyHugetlb'], wholeMemory: true, check: checkCopyHugetlb },
  'dirty-log-enable': { unit: pages, takes: ['harvestEvery', 'manualProtect'], wholeMemory: true },
  'dirty-log-disable': { unit: pages, takes: [], wholeMemory: true },
};

/** Refuses what one entry of the timeline gets wrong; `refuse` is told the field of the entry. */
export function checkEntry(
  entry: TimelineEntry,
  scenario: Scenario,
  refuse: (field: string, message: string) => void,
): void {
  const { operation, range } = entry;
  const { vm } = scenario;
  const rule = operationRules[operation];
  const unavailable = rule.unavailable?.(vm) ?? null;
  if (unavailable !== null) refuse('operation', `${operation} ${unavailable}`);
  if (rule.wholeMemory && (range.start !== 0 || range.length !== vm.memory)) {
    refuse('range', `must be all of vm.memory for ${operation}, which knows no parts of it`);
  }
  const unit = rule.unit(vm);
  for (const key of ['start', 'length'] as const) {
    if (range[key] % unit === 0) continue;
    const got = formatSize(range[key]);
    refuse(`range.${key}`, `must be a multiple of ${formatSize(unit)} for ${operation}, got ${got}`);
  }
  if (entry.target !== null && !rule.takes.includes('target')) {
    refuse('target', `must be null for ${operation}: only ${takersOf('target')} has a target`);
  }
  for (const parameter of ['to', 'protection', 'childLives', 'harvestEvery'] as const) {
    if (entry[parameter] === null || rule.takes.includes(parameter)) continue;
    refuse(parameter, `must be null for ${operation}: only ${takersOf(parameter)} takes it`);
  }
  if (entry.copyHugetlb && !rule.takes.includes('copyHugetlb')) {
    refuse('copyHugetlb', `must be false for ${operation}: only ${takersOf('copyHugetlb')} takes it`);
  }
  if (entry.manualProtect && entry.harvestEvery === null) {
    refuse('manualProtect', 'must be false where nothing is harvested: harvestEvery is null');
  }
  checkStep(entry, unit, (message) => refuse('step', message));
  rule.check?.(entry, scenario, refuse);
}

const takersOf = (parameter: Parameter): string =>
  Object.entries(operationRules)
    .filter(([, { takes }]) => takes.includes(parameter))
    .map(([operation]) => operation)
    .join(', ');

function checkTarget(
  { target }: TimelineEntry,
  { vm }: Scenario,
  refuse: (field: string, message: string) => void,
): void {
  if (target === null || leafBytes[target] <= backingBytes[vm.backing]) return;
  refuse('target', `must not be larger than the pages of vm.backing, got "${target}"`);
}

/** A run that must end before khugepaged has been everywhere says nothing of what it does. */
function checkPasses(
  { range, operation }: TimelineEntry,
  { khugepaged: { pagesToScan, scanSleep }, limits }: Scenario,
  refuse: (field: string, message: string) => void,
): void {
  const passes = Math.ceil(range.length / PAGE_BYTES / pagesToScan);
  const sleepNs = (passes - 1) * scanSleep;
  if (sleepNs < limits.simulated) return;
  const [sleeps, limit] = [formatTime(scanSleep), formatTime(limits.simulated)];
  refuse(
    'range',
    `is too long for ${operation}: ${passes} passes, ${sleeps} apart, do not fit into limits.simulated (${limit})`,
  );
}

function checkProtection(
  { protection }: TimelineEntry,
  _scenario: Scenario,
  refuse: (field: string, message: string) => void,
): void {
  if (protection === null) refuse('protection', 'must be "read" or "read-write" for mprotect, got null');
}

function checkWriteprotect(
  { protection, operation }: TimelineEntry,
  { userfault }: Scenario,
  refuse: (field: string, message: string) => void,
): void {
  if (protection === null) refuse('protection', 'must be "read" or "read-write" for uffdio-writeprotect, got null');
  if (!userfault.writeProtect) refuse('operation', `${operation} needs userfault.writeProtect`);
}

function checkCopyHugetlb(
  { copyHugetlb }: TimelineEntry,
  { vm }: Scenario,
  refuse: (field: string, message: string) => void,
): void {
  if (copyHugetlb && !isHugetlb(vm.backing)) refuse('copyHugetlb', `must be false for ${vm.backing}, got true`);
}

function checkMove(
  { operation, range, to }: TimelineEntry,
  { vm }: Scenario,
  refuse: (field: string, message: string) => void,
): void {
  if (to === null) return;
  const unit = hugetlbPages(vm);
  if (to % unit !== 0) {
    refuse('to', `must be a multiple of ${formatSize(unit)} for ${operation}, got ${formatSize(to)}`);
  } else if (to < range.start + range.length && range.start < to + range.length) {
    refuse('to', 'must not overlap the range that moves');
  }
}

function checkReachesEnd(
  { operation, range }: TimelineEntry,
  { vm }: Scenario,
  refuse: (field: string, message: string) => void,
): void {
  if (range.start + range.length === vm.memory) return;
  refuse('range', `must reach to the end of vm.memory for ${operation}`);
}

function checkStep({ operation, range, step, target }: TimelineEntry, unit: number, refuse: (message: string) => void) {
  if (step === null) return;
  if (!operationRules[operation].takes.includes('step')) refuse(`must be null for ${operation}: it is one call`);
  else if (step % unit !== 0)
    refuse(`must be a multiple of ${formatSize(unit)} for ${operation}, got ${formatSize(step)}`);
  else if (range.length % step !== 0) refuse(`must divide the length of the range (${formatSize(range.length)})`);
  else if (target !== null && step < leafBytes[target]) refuse(`must be at least the target ("${target}")`);
}
