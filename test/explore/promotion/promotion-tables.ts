import { questionOf } from '../../../src/explore/question.ts';
import { promotionArguments } from './arguments.ts';
import type { PromotionCase } from './promotion-case.ts';
import { collapseRaces, unasked } from './races.ts';

type Question = PromotionCase['question'];
type Operation = Exclude<Question['operations'][number], string>;

/** The command that asks the question. */
export function commandOf(question: Question): string {
  const { operations, guest, hgm, userfault, readOnlySptes, ...others } = question;
  const parts = [`--operations '${operations.map(operationOf).join(',')}'`];
  for (const [name, value] of Object.entries(others)) parts.push(`--${name} ${String(value)}`);
  if (hgm?.protection !== undefined) parts.push(`--protection ${hgm.protection}`);
  if (userfault?.mode !== undefined) parts.push(`--userfault ${userfault.mode}`);
  if (userfault?.answered === false) parts.push('--unanswered');
  if (readOnlySptes !== undefined) parts.push(`--read-only-sptes ${readOnlySptes.join(',')}`);
  if (typeof guest === 'object') {
    parts.push(
      `--guest '${guest.map((touches) => touches.map(({ page, write }) => `${write ? 'w' : 'r'}${page}`).join('')).join(',')}'`,
    );
  }
  return `stallscope explore ${parts.join(' ')}`;
}

function operationOf(given: Question['operations'][number]): string {
  const { operation, pages, next }: Operation = typeof given === 'string' ? { operation: given } : given;
  const last = pages === undefined ? 0 : pages.first + pages.count - 1;
  const where = pages === undefined ? '' : `@${pages.first}${last === pages.first ? '' : `-${last}`}`;
  return `${operation}${where}${next === undefined ? '' : `>${operationOf(next)}`}`;
}

const verdictOf = ({ verdict, findings }: PromotionCase): string => {
  const kinds = Object.keys(findings).map((kind) => `\`${kind}\``);
  return kinds.length === 0 ? verdict : `${verdict}: ${kinds.join(', ')}`;
};

const rowOf = (one: PromotionCase): string =>
  `| ${one.number} | ${one.words} | ${one.how} | ${verdictOf(one)} | \`${commandOf(questionWithDefaults(one.question))}\` |`;

/** Throws where the question cannot be asked. */
function questionWithDefaults(question: Question): Question {
  questionOf(question);
  return question;
}

const head = ['| | | asked of | says | with |', '| --- | --- | --- | --- | --- |'];

/** The two tables of docs/guides/exploring.md. */
export const argumentTable = (): string => [...head, ...promotionArguments.map(rowOf)].join('\n');

export function raceTable(): string {
  const rows = collapseRaces.map((one): [number, string] => [one.number, rowOf(one)]);
  for (const [number, [words, why]] of Object.entries(unasked))
    rows.push([Number(number), `| ${number} | ${words} | not asked: ${why} | | |`]);
  return [...head, ...rows.sort(([a], [b]) => a - b).map(([, row]) => row)].join('\n');
}
