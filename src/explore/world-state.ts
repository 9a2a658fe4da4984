// A small world as it stands between two transitions: both page tables entry by entry, folios, locks, what each vCPU translates by.
// Looking changes nothing: what is made when it is first asked for is not asked for here.

import type { Waitable } from '../engine/task.ts';
import type { TdpTable } from '../kvm/tdp-table.ts';
import { liveFolio } from '../lab/live/live-folios.ts';
import type { LiveFolio } from '../lab/live/live-types.ts';
import { ownerName } from '../lab/live/lock-names.ts';
import { type Level, pageOf, pfn } from '../mm/address.ts';
import type { Folio } from '../mm/folio.ts';
import type { PageTable } from '../mm/page-table.ts';
import { EntryKind, type RadixTable } from '../mm/radix-table.ts';
import type { SmallWorld } from './small-world.ts';

interface Entry {
  /** 1: of the size of a page; 2, 3: of "2m" and "1g". */
  readonly level: Level;
  /** Pages that it stands for. */
  readonly pages: number;
  /** First frame of a leaf; null: it has none. */
  readonly frame: number | null;
  /** First frame of the folio of that frame; null where that has been freed. */
  readonly folio: number | null;
}

interface PrimaryEntry extends Entry {
  /** 0: the process of the VM; others: children of fork. */
  readonly mm: number;
  /** First page, counted from the start of the memory; it lies outside where mremap has moved it. */
  readonly page: number;
  readonly kind: 'none' | 'table' | 'leaf' | 'migration' | 'invalid' | 'poison';
  readonly writable: boolean;
  readonly uffdWp: boolean;
  /** Carries the mark of a mapcount scheme. */
  readonly special: boolean;
}

interface SpteEntry extends Entry {
  readonly gfn: number;
  readonly kind: 'none' | 'table' | 'leaf' | 'frozen';
  readonly writable: boolean;
  /** Read-only for dirty logging alone. */
  readonly protected: boolean;
}

interface LockState {
  readonly lockClass: string;
  /** What it belongs to. */
  readonly instance: string | null;
  readonly holders: readonly { readonly task: number; readonly mode: 'read' | 'write' }[];
  /** Tasks; who of them gets it next is for the schedule to say. */
  readonly waiters: readonly number[];
}

export interface WorldState {
  readonly primary: readonly PrimaryEntry[];
  readonly secondary: readonly SpteEntry[];
  readonly folios: readonly LiveFolio[];
  /** What somebody holds or waits for. */
  readonly locks: readonly LockState[];
  readonly invalidation: {
    /** mmu_invalidate_in_progress. */
    readonly inProgress: number;
    /** mn_active_invalidate_count. */
    readonly active: number;
    /** mmu_invalidate_seq. */
    readonly sequence: number;
  };
  /** Of each vCPU: translations that it may go by still. */
  readonly tlbs: readonly (readonly { readonly gfn: number; readonly frame: number; readonly writable: boolean }[])[];
  /** Guest pages in the dirty log; null: nobody logs. */
  readonly dirty: readonly number[] | null;
  readonly tasks: readonly TaskState[];
}

interface TaskState {
  readonly state: 'ready' | 'waits' | 'ended';
  /** What for; null: it does not wait. */
  readonly waitsFor: string | null;
}

const primaryKinds: Readonly<Partial<Record<EntryKind, PrimaryEntry['kind']>>> = {
  [EntryKind.Table]: 'table',
  [EntryKind.Leaf]: 'leaf',
  [EntryKind.Migration]: 'migration',
  [EntryKind.Invalid]: 'invalid',
  [EntryKind.Poison]: 'poison',
};

const spteKinds: Readonly<Partial<Record<EntryKind, SpteEntry['kind']>>> = {
  [EntryKind.Table]: 'table',
  [EntryKind.Leaf]: 'leaf',
  [EntryKind.Frozen]: 'frozen',
};

export function worldState(world: SmallWorld): WorldState {
  const { machine, kvm, vcpus, pages } = world;
  const { invalidation } = kvm;
  const folioOf = (frame: number | null): number | null =>
    frame === null ? null : (machine.memory.folioOf(pfn(frame))?.firstPfn ?? null);
  const base = pageOf(world.at(0));
  return {
    primary: machine.mms.flatMap(({ pageTables }, mm) =>
      entriesOf<PageTable>(pageTables.root, base, base + pages).map(({ table, index, kind, page, ...entry }) => ({
        mm,
        page: page - base,
        ...entry,
        folio: folioOf(entry.frame),
        kind: primaryKinds[kind] ?? 'none',
        writable: kind === EntryKind.Leaf && table.writable[index] === 1,
        uffdWp: table.isUffdWp(index),
        special: table.isMarked(index),
      })),
    ),
    secondary: entriesOf<TdpTable>(kvm.tdp.top, 0, pages).map(({ table, index, kind, page, ...entry }) => ({
      gfn: page,
      ...entry,
      folio: folioOf(entry.frame),
      kind: spteKinds[kind] ?? 'none',
      writable: kind === EntryKind.Leaf && table.writable[index] === 1,
      protected: table.isProtected(index),
    })),
    folios: [...machine.memory.folios()]
      .sort((a: Folio, b: Folio) => a.firstPfn - b.firstPfn)
      .flatMap(({ firstPfn }) => liveFolio(machine, firstPfn) ?? []),
    locks: locksOf(world),
    invalidation: {
      inProgress: invalidation.mmuInvalidateInProgress,
      active: invalidation.mnActiveInvalidateCount,
      sequence: invalidation.mmuInvalidateSeq,
    },
    tlbs: vcpus.map((vcpu) => vcpu.translations()),
    dirty: dirtyPages(world),
    tasks: world.sim.threads.map((_, id) => taskState(world, id)),
  };
}

interface Found<T> extends Omit<Entry, 'folio'> {
  readonly table: T;
  readonly index: number;
  readonly kind: EntryKind;
  readonly page: number;
}

/** From the large to the small, by page. Below the root all that is something, and what is nothing in pages [from, end). */
function entriesOf<T extends RadixTable<T>>(root: T, from: number, end: number): Found<T>[] {
  const found: Found<T>[] = [];
  const visit = (table: T): void => {
    const { kinds, pfns, level, entryPages: pages } = table;
    for (let index = 0; index < kinds.length; index++) {
      const kind = kinds[index] as EntryKind;
      const page = table.firstPageOf(index);
      const isInside = page < end && page + pages > from;
      if (kind === EntryKind.None && !isInside) continue;
      const frame = kind === EntryKind.Leaf ? (pfns[index] as number) : null;
      if (level < ROOT_LEVEL) found.push({ table, index, kind, level, page, pages, frame });
      if (kind === EntryKind.Table) visit(table.child(index));
    }
  };
  visit(root);
  return found.sort((a, b) => b.level - a.level || a.page - b.page);
}

const ROOT_LEVEL = 4;

function locksOf({ sim, mm, machine, kvm, vma }: SmallWorld): LockState[] {
  const places = { machine, vms: [{ kvm }], processes: [{ mm, start: vma.start }] };
  const states = new Map<Waitable, { holders: LockState['holders'][number][]; waiters: number[] }>();
  const of = (lock: Waitable) => {
    const state = states.get(lock) ?? { holders: [], waiters: [] };
    states.set(lock, state);
    return state;
  };
  for (const [task, { held }] of sim.threads.entries()) {
    for (const { lock, mode } of held) of(lock).holders.push({ task, mode });
    const wanted = sim.waitsFor(task)?.lock ?? null;
    if (wanted !== null) of(wanted).waiters.push(task);
  }
  return [...states].map(([lock, state]) => ({
    lockClass: lock.lockClass.name,
    instance: ownerName(places, lock),
    ...state,
  }));
}

function dirtyPages({ kvm, pages }: SmallWorld): number[] | null {
  const [slot] = kvm.memslots;
  const bitmap = slot?.dirtyBitmap ?? null;
  if (bitmap === null) return null;
  return Array.from({ length: pages }, (_, page) => page).filter((page) => bitmap.isDirty(page));
}

function taskState({ sim }: SmallWorld, id: number): TaskState {
  if (sim.hasEnded(id)) return { state: 'ended', waitsFor: null };
  const canGoOn = (sim.enabled & (1 << id)) !== 0;
  const waits = sim.waitsFor(id);
  return { state: canGoOn ? 'ready' : 'waits', waitsFor: canGoOn ? null : (waits?.what ?? null) };
}
