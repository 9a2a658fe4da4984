// What a step has changed of folios, locks and counters: each row with what it was.

import type { WorldState } from './types.ts';

type Folio = WorldState['folios'][number];
type Lock = WorldState['locks'][number];

export interface Field {
  readonly name: string;
  readonly text: string;
  /** What it was before the step; null: the same. */
  readonly was: string | null;
}

export interface Row {
  readonly key: string;
  readonly fields: readonly Field[];
  /** `new`: there was none before. `gone`: there is none any more, and the fields are those that it had. */
  readonly change: 'new' | 'gone' | null;
}

type Texts = Readonly<Record<string, string>>;

function rowsOf<T>(
  now: readonly T[],
  before: readonly T[],
  keyOf: (item: T) => string,
  textsOf: (item: T) => Texts,
): Row[] {
  const old = new Map(before.map((item) => [keyOf(item), item]));
  const present = new Set(now.map(keyOf));
  const rows = now.map((item): Row => {
    const was = old.get(keyOf(item));
    const texts = was === undefined ? null : textsOf(was);
    return {
      key: keyOf(item),
      change: was === undefined ? 'new' : null,
      fields: Object.entries(textsOf(item)).map(([name, text]) => {
        const other = texts?.[name] ?? null;
        return { name, text, was: other === text ? null : other };
      }),
    };
  });
  const gone = before
    .filter((item) => !present.has(keyOf(item)))
    .map((item): Row => {
      const fields = Object.entries(textsOf(item)).map(([name, text]) => ({ name, text, was: null }));
      return { key: keyOf(item), change: 'gone', fields };
    });
  return [...rows, ...gone];
}

export const folioRows = (now: WorldState, before: WorldState): Row[] =>
  rowsOf(now.folios, before.folios, ({ index }) => String(index), folioTexts);

function folioTexts({ index, size, kind, refcount, gupRefs, mapcount, cacheIndex, ...folio }: Folio): Texts {
  const flags = [
    ...(folio.locked ? ['locked'] : []),
    ...(folio.poisoned ? ['poisoned'] : []),
    ...(folio.migratable ? [] : ['not migratable']),
  ];
  return {
    folio: `${index}`,
    kind: `${kind} ${size}`,
    refs: gupRefs === 0 ? `${refcount}` : `${refcount} (${gupRefs} GUP)`,
    mapcount: mapcountText(mapcount),
    mapped: mapcount.mapped ? 'yes' : 'no',
    'in file': cacheIndex === null ? 'no' : `at ${cacheIndex}`,
    flags: flags.join(', '),
  };
}

/** `1 + 0 0`: what is kept for all of it, and for each page where that is kept. */
function mapcountText({ entire, pages }: Folio['mapcount']): string {
  if (pages === null) return String(entire);
  const each = pages.flatMap(({ count, mapcount }) => Array.from({ length: count }, () => mapcount));
  return `${entire} + ${each.join(' ')}`;
}

export const lockRows = (now: WorldState, before: WorldState, tasks: readonly string[]): Row[] =>
  rowsOf(now.locks, before.locks, lockKey, (lock) => lockTexts(lock, tasks));

const lockKey = ({ lockClass, instance }: Lock): string => `${lockClass} ${instance ?? ''}`;

function lockTexts({ lockClass, instance, holders, waiters }: Lock, tasks: readonly string[]): Texts {
  return {
    lock: lockClass,
    of: instance ?? '',
    'held by': holders.map(({ task, mode }) => `${tasks[task] ?? task} (${mode})`).join(', ') || 'nobody',
    'wanted by': waiters.map((task) => tasks[task] ?? String(task)).join(', '),
  };
}

/** The evidence of a finding in a line, where its shape, which depends on the kind, goes into one. */
export function evidenceText(evidence: unknown): string | null {
  if (typeof evidence !== 'object' || evidence === null) return null;
  const facts = Object.entries(evidence);
  const isFlat = facts.length > 0 && facts.every(([, value]) => typeof value !== 'object');
  return isFlat ? facts.map(([name, value]) => `${name} ${value}`).join(', ') : null;
}

/** Counters of sections, what vCPUs translate by, the dirty log. */
export function counterFields(now: WorldState, before: WorldState): Field[] {
  const texts = counterTexts(now);
  const old = counterTexts(before);
  return Object.entries(texts).map(([name, text]) => ({
    name,
    text,
    was: old[name] === text ? null : (old[name] ?? ''),
  }));
}

function counterTexts({ invalidation, tlbs, dirty }: WorldState): Texts {
  const tlb = tlbs.map((entries, vcpu): [string, string] => [
    `TLB of vcpu${vcpu}`,
    entries.map(({ gfn, frame, writable }) => `gfn ${gfn}: pfn ${frame} ${writable ? 'W' : 'RO'}`).join('; ') ||
      'empty',
  ]);
  return {
    mmu_invalidate_in_progress: String(invalidation.inProgress),
    mn_active_invalidate_count: String(invalidation.active),
    mmu_invalidate_seq: String(invalidation.sequence),
    ...Object.fromEntries(tlb),
    'dirty log': dirty === null ? 'off' : dirty.length === 0 ? 'empty' : `pages ${dirty.join(', ')}`,
  };
}
