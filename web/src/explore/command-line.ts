// The command that goes through a schedule once more, for whoever has a terminal.

import type { Question } from './types.ts';

type Operation = Question['operations'][number] & { readonly next?: Operation };

export interface CommandOptions {
  /** Of which task each step is; absent: all schedules. */
  readonly schedule?: readonly number[];
  /** Steps that make checks are cut otherwise. */
  readonly stepChecks?: boolean;
}

/** Whatever has a default of its own is left out, and what follows from other fields is said. */
export function commandOf(question: Question, { schedule, stepChecks = false }: CommandOptions = {}): string {
  const { hgm, geometry, userfault } = question;
  const pages = geometry.blocks * geometry.entries ** (question.backing === 'hugetlb-1g' ? 2 : 1);
  const protects = question.operations.some((one) => chainOf(one).some((at) => at.operation === 'uffdio-writeprotect'));
  const options: readonly (readonly [string, string | number | null, (string | number)?])[] = [
    ['operations', question.operations.map((one) => threadText(one, pages)).join(',')],
    ['scheme', question.scheme],
    ['mapcount', question.mapcount, 'subpage'],
    ['kernel', question.kernel, '6.12'],
    ['preemption', question.preemption, 'full'],
    ['backing', question.backing, 'hugetlb-2m'],
    ['hgm-version', hgm.version, 'v2'],
    ['protection', hgm.protection],
    ['entries', geometry.entries, 2],
    ['blocks', geometry.blocks, 1],
    ['mapped', question.mapped, '4k'],
    ['folios', question.folios, '4k'],
    ['userfault', userfault.mode, protects ? 'wp' : 'none'],
    ['sptes', question.sptes, 'as-host'],
    ['holes', listOrNull(question.holes)],
    ['read-only-sptes', listOrNull(question.readOnlySptes)],
    ['guest', guestText(question.guest)],
    ['schedule', schedule === undefined ? null : schedule.join(',')],
  ];
  const given = options.flatMap(([name, value, standard]) =>
    value === null || value === standard ? [] : [`--${name} ${quoted(String(value))}`],
  );
  const flags = [...(userfault.answered ? [] : ['--unanswered']), ...(stepChecks ? ['--step-checks'] : [])];
  return ['npx stallscope explore', ...given, ...flags].join(' ');
}

const listOrNull = (pages: readonly number[]): string | null => (pages.length === 0 ? null : pages.join(','));

export const guestText = (guest: readonly (readonly { readonly page: number; readonly write: boolean }[])[]): string =>
  guest.map((vcpu) => vcpu.map(({ page, write }) => `${write ? 'w' : 'r'}${page}`).join('')).join(',');

const threadText = (operation: Operation, pages: number): string =>
  chainOf(operation)
    .map((one) => operationText(one, pages))
    .join('>');

function operationText({ operation, pages: { first, count }, protection }: Operation, pages: number): string {
  const isWhole = first === 0 && count === pages;
  const range = count === 1 ? `@${first}` : `@${first}-${first + count - 1}`;
  return `${operation}${protection === 'read' ? '' : `:${protection}`}${isWhole ? '' : range}`;
}

function chainOf(first: Operation): Operation[] {
  const chain: Operation[] = [];
  for (let at: Operation | undefined = first; at !== undefined; at = at.next) chain.push(at);
  return chain;
}

const quoted = (text: string): string => (/^[\w.,:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
