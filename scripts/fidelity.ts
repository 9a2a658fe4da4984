// Prints the numbers of docs/fidelity.md: what was published or measured, and what the model makes of it.
//
//   npm run fidelity              all rows (a few minutes: contention is simulated event by event)
//   npm run fidelity -- A7 C2     some of them

import {
  anonymousCollapse,
  collapseUnderContention,
  mapcountAgainstPageTables,
  mapcountWork,
} from './fidelity/collapse-rows.ts';
import { faultsAtOnce, postCopyLatency } from './fidelity/fault-rows.ts';
import { forkOf, gatherFlushes, munmapOf, rangeStartOf } from './fidelity/memory-rows.ts';
import { eagerSplitOf, type FidelityRow, handlerOf } from './fidelity/rows.ts';

/** By their ids in the cost evidence; with a dot, a section of the kernel reference. */
const rows: Readonly<Record<string, () => Iterable<FidelityRow>>> = {
  A1: collapseUnderContention,
  A5: mapcountAgainstPageTables,
  A7: mapcountWork,
  A11: postCopyLatency,
  C2: () => handlerOf('C2'),
  C4: () => handlerOf('C4'),
  C7: eagerSplitOf,
  C9: faultsAtOnce,
  D1: anonymousCollapse,
  D3: munmapOf,
  D4: forkOf,
  G12: gatherFlushes,
  'D.1': rangeStartOf,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((id) => rows[id] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`fidelity: no row ${unknown.join(', ')}; there are ${Object.keys(rows).join(', ')}\n`);
  process.exit(2);
}
process.stdout.write('| row | what | | published | model | model / published |\n|---|---|---|---:|---:|---:|\n');
for (const id of wanted.length > 0 ? wanted : Object.keys(rows)) {
  for (const { what, kind, published, model, ratio } of rows[id]?.() ?? []) {
    process.stdout.write(
      `| ${id} | ${what} | ${kind} | ${published} | ${model} | ${ratio === null ? '' : ratio.toFixed(2)} |\n`,
    );
  }
}
