// What a simulation takes of the memory of this process, before it is built: what is too large is refused, and not tried.

import { smallFolioBytes } from '../scenario-rules.ts';
import { GIB, MIB, PAGE_BYTES } from '../units.ts';
import type { LiveSpec } from './live-types.ts';

/** Whatever is in it. */
const WORLD_BYTES = 8 * MIB;
/** For each GiB of a process or a VM, were it all mapped in small entries: tables, counts of pages, what checkers keep. */
const TABLES_PER_GIB = 6 * MIB;
/** A folio of 4 KiB, with its lock and its cache line. */
const SMALL_FOLIO_BYTES = 500;
const RECORD_BYTES = 400;
const STALL_BYTES = 200;

/** An upper estimate, in bytes. */
export function liveMemoryNeed({ scenario, record, keptStalls }: LiveSpec): number {
  const { vm } = scenario;
  const tables = vm.processes * (1 + vm.count) + vm.backends;
  return (
    WORLD_BYTES +
    tables * Math.ceil((vm.memory / GIB) * TABLES_PER_GIB) +
    (smallFolioBytes(vm) / PAGE_BYTES) * SMALL_FOLIO_BYTES +
    (record?.limit ?? 0) * RECORD_BYTES +
    keptStalls * STALL_BYTES
  );
}
