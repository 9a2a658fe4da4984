// Runs of both MMUs over a part of the memory, put together from the pages of an answer.

import type { Mappings, PrimaryRun, SpteRun } from './band-entry.ts';
import type { Lane } from './map-drawing.ts';

export interface MapRuns {
  readonly process: number;
  readonly primary: readonly PrimaryRun[];
  readonly secondary: readonly { readonly vm: number; readonly slot: number; readonly runs: readonly SpteRun[] }[];
  /** Where the answer ends short of what was asked for; null: it does not. */
  readonly cutAt: number | null;
}

/** Pages follow one another; a memslot may be in some of them only. */
export function joinedRuns(pages: readonly Mappings[], cutAt: number | null): MapRuns {
  const slots = new Map<string, { vm: number; slot: number; runs: SpteRun[] }>();
  for (const { vm, slot, runs } of pages.flatMap((page) => page.secondary)) {
    const key = `${vm}/${slot}`;
    const known = slots.get(key);
    if (known === undefined) slots.set(key, { vm, slot, runs: [...runs] });
    else known.runs.push(...runs);
  }
  return {
    process: pages[0]?.process ?? 0,
    primary: pages.flatMap((page) => page.primary),
    secondary: [...slots.values()],
    cutAt,
  };
}

export function lanesOf(maps: MapRuns | null): Lane[] {
  if (maps === null) return [{ title: 'Primary MMU', runs: [] }];
  const { process, primary, secondary } = maps;
  const hasSlots = secondary.some(({ slot }) => slot > 0);
  return [
    { title: `Primary MMU: page table of process ${process}`, runs: primary },
    ...secondary.map(({ vm, slot, runs }) => ({
      title: `Secondary MMU: SPTEs of VM ${vm}${hasSlots ? `, memslot ${slot}` : ''}`,
      runs,
    })),
  ];
}
