// The longest stall of each case on a line of its own, over a logarithm of the time.

import type { Validated } from '../host/validation/validation.ts';
import { MS, US } from '../lab/units.ts';
import { showNs } from './quantities.ts';

const FIRST_NS = US;
const LAST_NS = 10 * MS;
const WIDTH = 60;

export function longestPlot(cases: readonly Validated[]): string[] {
  const labels = Math.max(...cases.map((one) => one.case.length));
  const ends = `${showNs(FIRST_NS)}${showNs(LAST_NS).padStart(WIDTH - showNs(FIRST_NS).length)}`;
  return [
    'longest stall: P predicted, M measured, * both, | control',
    `${' '.repeat(labels)}  ${ends}`,
    ...cases.map((one) => `${one.case.padEnd(labels)}  ${line(one)}`),
  ];
}

function line({ predicted, measured, control }: Validated): string {
  const cells = Array.from({ length: WIDTH }, () => '.');
  cells[column(control.longestNs)] = '|';
  const [p, m] = [column(predicted.longestNs), column(measured.longestNs)];
  cells[m] = 'M';
  cells[p] = p === m ? '*' : 'P';
  return cells.join('');
}

/** What is shorter or longer than the line stands at its end. */
function column(ns: number): number {
  const share = Math.log(Math.max(ns, FIRST_NS) / FIRST_NS) / Math.log(LAST_NS / FIRST_NS);
  return Math.min(WIDTH - 1, Math.round(share * (WIDTH - 1)));
}
