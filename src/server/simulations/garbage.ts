// What a simulation has left behind in its thread goes when the collector comes, and in a thread without work it does not come.
// Node gives the collector away by a flag alone, and a thread has no flags of its own, so it is set when it is needed.

import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** With less than this the next simulation may begin at once. */
const COLLECT_BYTES = 64 * 1024 * 1024;

let collect: (() => void) | null = null;

/** What this thread holds, objects and typed arrays, garbage included. */
export function heldBytes(): number {
  const { total_heap_size, external_memory } = getHeapStatistics();
  return total_heap_size + external_memory;
}

export function collectIfMuch(): void {
  // What is in use, and not what V8 has set aside for it: that stays, and would call the collector every time.
  const { used_heap_size, external_memory } = getHeapStatistics();
  if (used_heap_size + external_memory < COLLECT_BYTES) return;
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
