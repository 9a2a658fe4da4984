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
import { eagerSplitOf, type FidelityRow, handlerOf } from './fidelity/rows.ts';

const rows: Readonly<Record<string, () => Iterable<FidelityRow>>> = {
  A1: collapseUnderContention,
  A5: mapcountAgainstPageTables,
  A7: mapcountWork,
  C2: () => handlerOf('C2'),
  C4: () => handlerOf('C4'),
  C7: eagerSplitOf,
  D1: anonymousCollapse,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((id) => rows[id] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`fidelity: no row ${unknown.join(', ')}; there are ${Object.keys(rows).join(', ')}\n`);
  process.exit(2);
}
process.stdout.write('| row | what | published | model | model / published |\n|---|---|---:|---:|---:|\n');
for (const id of wanted.length > 0 ? wanted : Object.keys(rows)) {
  for (const { what, published, model, ratio } of rows[id]?.() ?? []) {
    process.stdout.write(`| ${id} | ${what} | ${published} | ${model} | ${ratio === null ? '' : ratio.toFixed(2)} |\n`);
  }
}
