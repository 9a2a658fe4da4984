// What a span of the timeline can be: a cause for which a vCPU stands still, or what mm and KVM do meanwhile. Kept as a small number
// in arrays, so that a hundred thousand of them are cheap.

import { type CauseStyle, causeStyle } from '../ui/colours.ts';

const CAUSES = [
  'invalidate-retry',
  'retry-sleep',
  'mmu-lock',
  'mmap-lock',
  'vma-lock',
  'i-mmap-lock',
  'fault-mutex',
  'folio-lock',
  'userfault',
  'fault',
  'tlb-flush',
  'subtree-teardown',
] as const;

const DEEDS = [
  'other',
  'operation',
  'section',
  'invalidate_range_start',
  'collapsed',
  'kvm-flush',
  'cpu-shootdown',
] as const;

export const KINDS: readonly string[] = [...CAUSES, ...DEEDS];
export const OTHER = KINDS.indexOf('other');

const indexes = new Map(KINDS.map((name, index) => [name, index]));

export const kindOf = (name: string): number => indexes.get(name) ?? OTHER;
export const kindName = (kind: number): string => KINDS[kind] ?? 'other';
/** Of a vCPU that does something itself, and waits for nobody. */
export const isWork = (kind: number): boolean => kind === kindOf('fault');
export const isCause = (kind: number): boolean => kind < CAUSES.length || kind === OTHER;

/** Waiting for a lock looks the same on the lane of the lock as on that of the vCPU. */
const LOCKS: Readonly<Record<string, (typeof CAUSES)[number]>> = {
  mmu_lock: 'mmu-lock',
  mmap_lock: 'mmap-lock',
  vma_lock: 'vma-lock',
  i_mmap_rwsem: 'i-mmap-lock',
  fault_mutex: 'fault-mutex',
  folio: 'folio-lock',
  'userfaultfd.fault': 'userfault',
};

/** Names may carry a number or the name of an owner: "mmap_lock (process 1)". */
export const kindOfLock = (lock: string): number => {
  const known = Object.keys(LOCKS).find((name) => lock.includes(name));
  return kindOf(known === undefined ? 'other' : (LOCKS[known] ?? 'other'));
};

const INK = { light: '#3a4046', dark: '#dfe4e8' };
const SLATE = { light: '#7a828a', dark: '#808a94' };

const STYLES: Readonly<Record<string, CauseStyle>> = {
  operation: { colour: SLATE, pattern: 'solid' },
  section: { colour: INK, pattern: 'horizontal' },
  invalidate_range_start: { colour: INK, pattern: 'diagonal' },
  collapsed: { colour: INK, pattern: 'solid' },
  'kvm-flush': causeStyle('tlb-flush'),
  'cpu-shootdown': { ...causeStyle('tlb-flush'), pattern: 'diagonal' },
};

export const styleOfKind = (kind: number): CauseStyle => STYLES[kindName(kind)] ?? causeStyle(kindName(kind));
