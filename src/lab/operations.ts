// Which process of the model each operation of a timeline is.

import type { Process } from '../engine/process.ts';
import type { Hva } from '../mm/address.ts';
import type { Result } from '../mm/errno.ts';
import { notifierSchemes } from '../mm/notifier-schemes/index.ts';
import { madvCollapse } from '../mm/operations/madv-collapse.ts';
import { madvSplit } from '../mm/operations/madv-split.ts';
import { uffdioContinue } from '../mm/operations/uffdio-continue.ts';
import type { RunInput } from './run-types.ts';
import type { TimelineEntry } from './scenario.ts';
import { splitScheme, type World } from './world.ts';

/** What one call of userspace works on. */
interface CallRange {
  readonly start: Hva;
  readonly end: Hva;
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
  'uffdio-continue': ({ mm }, _input, _entry, { start, end }) => uffdioContinue(mm, start, end),
};
