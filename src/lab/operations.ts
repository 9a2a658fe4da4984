// Which process of the model each operation of a timeline is.

import type { Process } from '../engine/process.ts';
import { dirtyLogDisable, dirtyLogEnable } from '../kvm/dirty-log.ts';
import type { Kvm } from '../kvm/kvm.ts';
import type { Memslot } from '../kvm/memslot.ts';
import type { Hva } from '../mm/address.ts';
import type { Result } from '../mm/errno.ts';
import { notifierSchemes } from '../mm/notifier-schemes/index.ts';
import { madvCollapse } from '../mm/operations/madv-collapse.ts';
import { madvDontneed } from '../mm/operations/madv-dontneed.ts';
import { madvSplit } from '../mm/operations/madv-split.ts';
import { migratePages } from '../mm/operations/migrate-pages.ts';
import { munmap } from '../mm/operations/munmap.ts';
import { punchHole } from '../mm/operations/punch-hole.ts';
import { truncate } from '../mm/operations/truncate.ts';
import { uffdioContinue } from '../mm/operations/uffdio-continue.ts';
import type { RunInput } from './run-types.ts';
import type { TimelineEntry } from './scenario.ts';
import { splitScheme, type World } from './world.ts';

/** What one call of userspace works on. */
interface CallRange {
  readonly start: Hva;
  readonly end: Hva;
}

/** All of the VM's memory: one call for each of its memslots. */
function* forEachSlot(kvm: Kvm, call: (kvm: Kvm, slot: Memslot) => Process<Result>): Process<Result> {
  for (const slot of kvm.memslots) {
    const result = yield* call(kvm, slot);
    if (result !== 0) return result;
  }
  return 0;
}

type Operation = (world: World, input: RunInput, entry: TimelineEntry, range: CallRange) => Process<Result>;

export const operations: Readonly<Record<TimelineEntry['operation'], Operation>> = {
  'madv-collapse': ({ mm }, { scheme, scenario }, { target }, range) =>
    madvCollapse({
      mm,
      ...range,
      scheme: notifierSchemes[splitScheme(scheme).notifier],
      chunkBytes: scenario.hgm.chunkBytes,
      ...(target === null ? {} : { maxLevel: target === '2m' ? 2 : 3 }),
    }),
  'madv-split': ({ mm }, _input, _entry, { start, end }) => madvSplit(mm, start, end),
  'migrate-pages': ({ mm }, _input, _entry, { start, end }) => migratePages(mm, start, end),
  truncate: ({ vma }, _input, _entry, { start }) => truncate(vma, start),
  'punch-hole': ({ vma }, _input, _entry, { start, end }) => punchHole(vma, start, end),
  'madv-dontneed': ({ mm }, _input, _entry, { start, end }) => madvDontneed(mm, start, end),
  munmap: ({ mm }, _input, _entry, { start, end }) => munmap(mm, start, end),
  'dirty-log-enable': ({ kvm }) => forEachSlot(kvm, dirtyLogEnable),
  'dirty-log-disable': ({ kvm }) => forEachSlot(kvm, dirtyLogDisable),
  'uffdio-continue': ({ mm }, _input, _entry, { start, end }) => uffdioContinue(mm, start, end),
};
