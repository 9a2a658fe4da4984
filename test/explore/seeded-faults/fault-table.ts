import type { OperationInput, QuestionInput } from '../../../src/explore/question.ts';
import type { SeededFault } from './seeded-fault.ts';

/** The table of docs/seeded-faults.md. */
export function faultTable(faults: readonly SeededFault[]): string {
  const rows = faults.map(({ name, file, question, stepChecks, expects }) => {
    const kinds = expects.map((kind) => `\`${kind}\``).join(', ');
    return `| ${name} | \`${file}\` | ${questionInWords(question)}${stepChecks === true ? '; checks at every step' : ''} | ${kinds} |`;
  });
  return ['| Fault | File | Question | Found as |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function questionInWords({ operations, guest, ...others }: QuestionInput): string {
  const parts = [operations.map(operationInWords).join(' beside ')];
  for (const [field, value] of Object.entries(others))
    parts.push(`${field} ${JSON.stringify(value).replaceAll('"', '')}`);
  if (typeof guest === 'object') parts.push(guest.map(touchesInWords).join(' beside '));
  return parts.join('; ');
}

function operationInWords(given: QuestionInput['operations'][number]): string {
  const { operation, pages, next }: OperationInput = typeof given === 'string' ? { operation: given } : given;
  const where = pages === undefined ? '' : ` of page ${pages.first}`;
  return `${operation}${where}${next === undefined ? '' : `, then ${operationInWords(next)}`}`;
}

const touchesInWords = (touches: readonly { readonly page: number; readonly write: boolean }[]): string =>
  touches.length === 0
    ? 'no access'
    : touches.map(({ page, write }) => `a ${write ? 'write to' : 'read of'} page ${page}`).join(', ');
