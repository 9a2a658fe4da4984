// An exploration for people: the verdict, what was covered, what was found, and the counterexample step by step.

import Table from 'cli-table3';
import type { Counterexample, CounterexampleStep, ExplorationResult } from '../explore/exploration-types.ts';

/** Of the text of a step. */
const CELL_WIDTH = 46;
const MESSAGE_WIDTH = 70;
const plain = { head: [], border: [], compact: true };

export function explorationTable(result: ExplorationResult): string {
  const { bounds, schedules, states, transitions, replayed, depth, findings, counterexample } = result;
  const found = findings.length === 0 ? [] : [findingTable(result)];
  const told = counterexample ?? findings[0]?.counterexample ?? null;
  return [
    verdictLine(result),
    `Covered: ${bounds.join('; ')}.`,
    `${schedules} schedules, ${states === 0 ? '' : `${states} states, `}${transitions} transitions (${replayed} repeated), the longest schedule has ${depth}.`,
    ...found,
    ...(told === null ? [] : [heading(told, findings[0]?.kind ?? ''), stepTable(told.tasks, told.steps)]),
  ].join('\n');
}

/** The verdict with its reason, in a line. */
export function verdictLine({ verdict, findings, endedBy, complete }: ExplorationResult): string {
  if (verdict === 'safe') return 'safe: every schedule within the bounds was covered';
  if (verdict === 'incomplete') return `incomplete: ended by ${endedBy}, and nothing was found until then`;
  const hazards = findings.filter((one) => one.class === 'hazard').map(({ kind }) => kind);
  return `unsafe: ${hazards.join(', ')}${complete ? '' : ` (ended by ${endedBy}: there may be more)`}`;
}

function findingTable({ findings }: ExplorationResult): string {
  const table = new Table({
    head: ['class', 'finding', 'met', 'preemptions', 'steps', 'message'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
    colWidths: [null, null, null, null, null, MESSAGE_WIDTH],
    wordWrap: true,
    style: plain,
  });
  for (const { kind, class: of, count, message, counterexample } of findings) {
    table.push([of, kind, String(count), String(counterexample.preemptions), String(counterexample.length), message]);
  }
  return table.toString();
}

const heading = ({ length, preemptions, minimality }: Counterexample, kind: string): string =>
  `${kind} in ${length} steps, ${preemptions} ${preemptions === 1 ? 'preemption' : 'preemptions'} (${
    minimality === 'as-found' ? 'as it was found' : 'no schedule has fewer'
  }):`;

/** A column for each task. Steps between two switches share a row. */
export function stepTable(tasks: readonly string[], steps: readonly CounterexampleStep[]): string {
  const table = new Table({
    head: ['step', ...tasks],
    colAligns: ['right', ...tasks.map(() => 'left' as const)],
    style: plain,
  });
  for (const { first, last, task, lines } of rowsOf(steps)) {
    const cells = tasks.map((_, column) => (column === task ? lines.join('\n') : ''));
    table.push([first === last ? String(first) : `${first}-${last}`, ...cells]);
  }
  return table.toString();
}

interface StepRow {
  readonly first: number;
  last: number;
  readonly task: number;
  readonly lines: string[];
}

function rowsOf(steps: readonly CounterexampleStep[]): StepRow[] {
  const rows: StepRow[] = [];
  for (const [at, step] of steps.entries()) {
    const last = rows.at(-1);
    const lines = linesOf(step, steps[at + 1]);
    if (last !== undefined && last.task === step.task) {
      last.last = at + 1;
      last.lines.push(...lines);
    } else rows.push({ first: at + 1, last: at + 1, task: step.task, lines });
  }
  return rows;
}

/** A look at what others may change is a transition, and nothing to tell; nor is the wish for a lock that is taken at once. */
function linesOf({ task, label, effects }: CounterexampleStep, next: CounterexampleStep | undefined): string[] {
  const wanted = /^wants (.*)$/.exec(label)?.[1];
  const takenAtOnce = wanted !== undefined && next?.task === task && next.label.startsWith(`takes ${wanted}`);
  const told = label === 'looks' || label === 'writes' || takenAtOnce ? [] : wrapped(label, '');
  return [...told, ...effects.flatMap((effect) => wrapped(effect, '  '))];
}

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= CELL_WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${lines.length === 0 ? indent : `${indent}  `}${word}`);
  }
  return lines;
}
