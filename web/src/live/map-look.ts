// The runs of the part of the memory that is shown, and how large the memory is.

import { service } from '../api/service.ts';
import type { Mappings } from './band-entry.ts';
import type { BandView } from './band-view.ts';
import { joinedRuns, type MapRuns } from './map-runs.ts';

/** Pages of an answer that are asked for: what is finer than that is shown when it is zoomed into. */
const PAGES = 4;
const RUNS_A_PAGE = 1000;

/** `vm`: null: all VMs of the first process. */
export async function lookAtMaps(id: string, { start, length }: BandView, vm: number | null): Promise<MapRuns> {
  const of = vm === null ? {} : { vm };
  const end = start + length;
  const pages: Mappings[] = [];
  let from: number | null = start;
  while (from !== null && pages.length < PAGES) {
    const query = { start: String(from), length: String(end - from), limit: RUNS_A_PAGE, ...of };
    const page: Mappings = await service.simulations.mappings(id, query);
    pages.push(page);
    from = page.next;
  }
  return joinedRuns(pages, from);
}

export async function memorySize(id: string): Promise<number> {
  return (await service.simulations.mappings(id, { limit: 1 })).length;
}
