// A stall window is an interval in which a vCPU wants to run guest code and cannot. It is derived, never recorded: from
// what each vCPU says of its own time, by one reducer. Batch runs call it, streams wrap it.

import { Observable } from 'rxjs';
import { assert } from '../engine/assert.ts';
import type { VcpuInterval } from './records.ts';

export const stallCauses = [
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

export type StallCause = (typeof stallCauses)[number];

/** Causes during which the vCPU's thread sleeps; in all others its CPU is busy. */
const sleeping: ReadonlySet<StallCause> = new Set([
  'retry-sleep',
  'mmap-lock',
  'vma-lock',
  'i-mmap-lock',
  'fault-mutex',
  'folio-lock',
  'userfault',
]);

export const isSleep = (cause: StallCause): boolean => sleeping.has(cause);

export interface StallWindow {
  readonly vcpu: number;
  readonly startNs: number;
  readonly endNs: number;
  /** Adds up to endNs - startNs. */
  readonly causes: Readonly<Partial<Record<StallCause, number>>>;
}

interface OpenWindow {
  startNs: number;
  endNs: number;
  causes: Partial<Record<StallCause, number>>;
}

/** Joins the standing intervals of each vCPU into windows; a window closes when the vCPU has run again, or halts. */
export class StallWindows {
  readonly #open = new Map<number, OpenWindow>();
  readonly #closed: (window: StallWindow) => void;

  constructor(closed: (window: StallWindow) => void) {
    this.#closed = closed;
  }

  add(interval: VcpuInterval): void {
    const { vcpu, state, startNs, endNs } = interval;
    if (startNs === endNs) return;
    const open = this.#open.get(vcpu);
    if (state === 'running' || state === 'halted') {
      if (open !== undefined) this.#close(vcpu, open);
      return;
    }
    if (open === undefined) {
      this.#open.set(vcpu, { startNs, endNs, causes: { [state]: endNs - startNs } });
      return;
    }
    assert(open.endNs === startNs, 'the intervals of a vCPU follow one another');
    open.endNs = endNs;
    open.causes[state] = (open.causes[state] ?? 0) + endNs - startNs;
  }

  /** The vCPU runs again, and will for some time: its window is known before the stretch that it runs for is. */
  resume(vcpu: number): void {
    const open = this.#open.get(vcpu);
    if (open !== undefined) this.#close(vcpu, open);
  }

  /** The window of a vCPU that is open, as far as it has been told; null: none is. */
  openOf(vcpu: number): StallWindow | null {
    const open = this.#open.get(vcpu);
    return open === undefined ? null : { vcpu, ...open, causes: { ...open.causes } };
  }

  /** At the end of a run: what is still open counts as far as it is known. Returns how many there were. */
  closeAll(): number {
    const open = [...this.#open].sort(([a], [b]) => a - b);
    for (const [vcpu, window] of open) this.#close(vcpu, window);
    return open.length;
  }

  #close(vcpu: number, { startNs, endNs, causes }: OpenWindow): void {
    this.#open.delete(vcpu);
    this.#closed({ vcpu, startNs, endNs, causes });
  }
}

/** Stall windows out of the states of vCPUs, one value when each closes. Windows that never close come on completion. */
export const stallWindows = (states$: Observable<VcpuInterval>): Observable<StallWindow> =>
  new Observable<StallWindow>((subscriber) => {
    const windows = new StallWindows((window) => subscriber.next(window));
    return states$.subscribe({
      next: (interval) => windows.add(interval),
      error: (error) => subscriber.error(error),
      complete: () => {
        windows.closeAll();
        subscriber.complete();
      },
    });
  });

/** Times in which `vcpus` vCPUs stall at once. The windows may come in any order. */
export function blackouts(
  windows: readonly StallWindow[],
  vcpus: number,
): { count: number; maxNs: number; totalNs: number } {
  const edges = windows.flatMap(({ startNs, endNs }) => [
    { at: startNs, change: 1 },
    { at: endNs, change: -1 },
  ]);
  // At one time the closings come first: windows that only touch do not overlap.
  edges.sort((a, b) => a.at - b.at || a.change - b.change);
  const result = { count: 0, maxNs: 0, totalNs: 0 };
  let stalled = 0;
  let since = 0;
  for (const { at, change } of edges) {
    if (stalled === vcpus && change < 0 && at > since) {
      result.count += 1;
      result.totalNs += at - since;
      result.maxNs = Math.max(result.maxNs, at - since);
    }
    stalled += change;
    if (stalled === vcpus && change > 0) since = at;
  }
  return result;
}
