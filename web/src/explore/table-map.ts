// A page table as a map: a line for each level, on which every entry is as wide as the memory that it stands for.

import type { PrimaryEntry, SpteEntry, WorldState } from './types.ts';

/** An entry of either table, with the same words for both. */
export interface MapEntry {
  readonly level: number;
  readonly page: number;
  readonly pages: number;
  readonly kind: PrimaryEntry['kind'] | SpteEntry['kind'];
  readonly frame: number | null;
  readonly folio: number | null;
  /** `W` or `RO` of a leaf, then whatever else it carries. */
  readonly flags: readonly string[];
}

export interface MapCell {
  /** Stretches that it is wide. */
  readonly span: number;
  /** null: there is no entry, since there is no table that would hold it. */
  readonly entry: MapEntry | null;
  /** What was there before the step, if that was something else. */
  readonly was: MapEntry | 'no table' | null;
}

export interface MapLevel {
  readonly level: number;
  readonly cells: readonly MapCell[];
}

/** Pages from one boundary to the next. */
interface Stretch {
  readonly page: number;
  readonly pages: number;
}

export interface TableFrame {
  readonly stretches: readonly Stretch[];
  /** From large to small. */
  readonly levels: readonly number[];
}

const leafFlags = (entry: { readonly kind: string; readonly writable: boolean }): string[] =>
  entry.kind === 'leaf' ? [entry.writable ? 'W' : 'RO'] : [];

export const primaryOf = (state: WorldState, mm: number): MapEntry[] =>
  state.primary
    .filter((entry) => entry.mm === mm)
    .map((entry) => ({
      ...entry,
      flags: [...leafFlags(entry), ...(entry.uffdWp ? ['uffd-wp'] : []), ...(entry.special ? ['special'] : [])],
    }));

export const secondaryOf = (state: WorldState): MapEntry[] =>
  state.secondary.map(({ gfn, ...entry }) => ({
    ...entry,
    page: gfn,
    flags: [...leafFlags(entry), ...(entry.protected ? ['dirty-log'] : [])],
  }));

/** Processes that the states have: 0, and children of fork as they come. */
export const processesOf = (states: readonly WorldState[]): number[] =>
  [...new Set(states.flatMap(({ primary }) => primary.map(({ mm }) => mm)))].sort((a, b) => a - b);

/** The same for all steps, so that nothing moves about: boundaries of all entries that there are at any time. */
export function frameOf(states: readonly (readonly MapEntry[])[]): TableFrame {
  const entries = states.flat();
  const bounds = [...new Set(entries.flatMap(({ page, pages }) => [page, page + pages]))].sort((a, b) => a - b);
  const stretches = bounds
    .slice(1)
    .map((end, index) => ({ page: bounds[index]!, pages: end - bounds[index]! }))
    // Of a large table that reaches beyond the memory nothing is shown but what lies in it.
    .filter((stretch) => entries.some((entry) => entry.kind !== 'table' && covers(entry, stretch)));
  return { stretches, levels: [...new Set(entries.map(({ level }) => level))].sort((a, b) => b - a) };
}

const covers = (entry: MapEntry, { page, pages }: Stretch): boolean =>
  entry.page <= page && entry.page + entry.pages >= page + pages;

export function levelsOf(
  { stretches, levels }: TableFrame,
  now: readonly MapEntry[],
  before: readonly MapEntry[],
): MapLevel[] {
  return levels.map((level) => {
    const cells: MapCell[] = [];
    // Where there is no entry, before or now, the cell goes on to where there is one.
    const belongs = (entry: MapEntry | null, stretch: Stretch): boolean =>
      entry === null
        ? entryAt(now, level, stretch) === null && entryAt(before, level, stretch) === null
        : covers(entry, stretch);
    for (let at = 0; at < stretches.length; ) {
      const entry = entryAt(now, level, stretches[at]!);
      const old = entryAt(before, level, stretches[at]!);
      const widest = entry ?? old;
      const end = stretches.findIndex((one, index) => index > at && !belongs(widest, one));
      const span = (end === -1 ? stretches.length : end) - at;
      cells.push({ span, entry, was: isSame(entry, old) ? null : (old ?? 'no table') });
      at += span;
    }
    return { level, cells };
  });
}

const entryAt = (entries: readonly MapEntry[], level: number, stretch: Stretch): MapEntry | null =>
  entries.find((entry) => entry.level === level && covers(entry, stretch)) ?? null;

function isSame(a: MapEntry | null, b: MapEntry | null): boolean {
  if (a === null || b === null) return a === b;
  return entryText(a) === entryText(b) && a.folio === b.folio;
}

/** What stands in the entry, in a line. */
export function entryText({ kind, frame, flags }: MapEntry): string {
  if (frame === null) return [kind, ...flags].join(' ');
  return [`pfn ${frame}`, ...flags].join(' ');
}

/** 2m, 1g: a leaf that stands for more than a page. */
export const isHuge = ({ kind, level }: MapEntry): boolean => kind === 'leaf' && level > 1;
