// Runs of alike entries, and the one entry at an offset.

import type { components } from '../../../src/client/index.ts';
import { PAGE } from './band-view.ts';

export type Mappings = components['schemas']['LiveMappings'];
export type PrimaryRun = components['schemas']['PrimaryRun'];
export type SpteRun = components['schemas']['SpteRun'];
export type Run = PrimaryRun | SpteRun;

export const LEVEL_BYTES = { '4k': PAGE, '2m': 512 * PAGE, '1g': 512 * 512 * PAGE } as const;

/** One entry of a page table; where nothing is mapped, the stretch of entries that are alike. */
export interface BandEntry {
  readonly start: number;
  readonly length: number;
  readonly size: Run['size'];
  readonly kind: Run['kind'];
  /** As both MMUs call it; null in the primary one, which has no guest frames. */
  readonly gfn: number | null;
  readonly pfn: number | null;
  readonly folio: number | null;
  readonly flags: readonly string[];
}

/** Runs are in order, and do not overlap. */
function runAt<R extends Run>(runs: readonly R[], offset: number): R | null {
  let [low, high] = [0, runs.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const run = runs[middle]!;
    if (offset < run.start) high = middle - 1;
    else if (offset >= run.start + run.length) low = middle + 1;
    else return run;
  }
  return null;
}

export function entryAt(runs: readonly Run[], offset: number): BandEntry | null {
  const run = runAt(runs, offset);
  if (run === null) return null;
  const size = run.kind === 'none' || run.size === null ? run.length : LEVEL_BYTES[run.size];
  // A run may begin in the middle of an entry, where the question did.
  const start = Math.max(run.start, Math.floor(offset / size) * size);
  const whole = run.kind === 'none' ? run.start : start;
  // Of nothing it is the page at the offset that is asked for.
  const pages = ((run.kind === 'none' ? Math.floor(offset / PAGE) * PAGE : whole) - run.start) / PAGE;
  return {
    start: whole,
    length: run.kind === 'none' ? run.length : Math.min(size, run.start + run.length - whole),
    size: run.size,
    kind: run.kind,
    gfn: 'gfn' in run ? run.gfn + pages : null,
    pfn: run.frame === null ? null : run.frame + pages,
    folio: run.folio,
    flags: flagsOf(run),
  };
}

/** What there is to say of an entry beside its kind, in words of the interface. */
function flagsOf(run: Run): string[] {
  if (run.kind !== 'present') return [];
  const flags = [run.writable ? 'writable' : 'read-only'];
  if ('gfn' in run) {
    if (run.protected) flags.push('protected');
    flags.push(run.accessed ? 'accessed' : 'not accessed since aging');
  } else {
    if (run.uffdWp) flags.push('uffdWp');
    if (run.special) flags.push('special');
  }
  return flags;
}
