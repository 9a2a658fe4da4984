// The question of the form: the body of POST /v1/explorations as it stands in the address, and how fields change it.

import { guestText } from './command-line.ts';
import type { ExplorationRequest } from './types.ts';

export const FIRST_REQUEST: ExplorationRequest = { operations: ['madv-collapse'], scheme: 'post-collapse/promote' };

/** undefined for a link that was cut or made up; what is in it is for the service to judge. */
export function parseRequest(text: string): ExplorationRequest | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isRequest = typeof value === 'object' && value !== null && 'operations' in value;
    return isRequest && Array.isArray(value.operations) ? (value as ExplorationRequest) : undefined;
  } catch {
    return undefined;
  }
}

type Path = readonly [string, ...string[]];

/** What stands at `path`; undefined: nothing, so that the default holds. */
export function fieldOf(request: ExplorationRequest, path: Path): unknown {
  let at: unknown = request;
  for (const key of path) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  return at;
}

/** A request with `value` at `path`; undefined takes it out, and a group that nothing is left in. */
export function withField(request: ExplorationRequest, path: Path, value: unknown): ExplorationRequest {
  return changed(request as Record<string, unknown>, path, value) as ExplorationRequest;
}

function changed(group: Record<string, unknown>, [key, ...rest]: Path, value: unknown): Record<string, unknown> {
  const [next, ...others] = rest;
  const inner =
    next === undefined ? value : changed((group[key] as Record<string, unknown>) ?? {}, [next, ...others], value);
  const isNothing = inner === undefined || (next !== undefined && Object.keys(inner as object).length === 0);
  if (!isNothing) return { ...group, [key]: inner };
  const { [key]: _, ...others_ } = group;
  return others_;
}

/** An operation of a thread as the form has it. */
export interface FormStep {
  readonly operation: string;
  /** `0-1`, `0`, or nothing: all of the memory. */
  readonly pages: string;
  readonly protection: string;
}

interface NestedOperation {
  readonly operation: string;
  readonly pages?: { readonly first: number; readonly count: number };
  readonly protection?: string;
  readonly next?: NestedOperation;
}

/** Threads, each with what it does one after the other. */
export function threadsOf({ operations }: ExplorationRequest): FormStep[][] {
  return operations.map((given) => {
    const steps: FormStep[] = [];
    const first: NestedOperation = typeof given === 'string' ? { operation: given } : (given as NestedOperation);
    for (let at: NestedOperation | undefined = first; at !== undefined; at = at.next) {
      const { operation, pages, protection = '' } = at;
      steps.push({ operation, pages: pages === undefined ? '' : rangeText(pages), protection });
    }
    return steps;
  });
}

const rangeText = ({ first, count }: { readonly first: number; readonly count: number }): string =>
  count === 1 ? String(first) : `${first}-${first + count - 1}`;

/** null: no range of pages. */
export function parseRange(text: string): { readonly first: number; readonly count: number } | null {
  const [, from, to] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(text) ?? [];
  if (from === undefined) return null;
  const count = Number(to ?? from) - Number(from) + 1;
  return count < 1 ? null : { first: Number(from), count };
}

export const withThreads = (request: ExplorationRequest, threads: readonly (readonly FormStep[])[]) =>
  withField(request, ['operations'], threads.map(operationOf));

/** As short as it can be written: a step with nothing but its name is a word. */
function operationOf(steps: readonly FormStep[]): unknown {
  const [first, ...followers] = steps;
  if (first === undefined) return '';
  const range = parseRange(first.pages);
  const nested = {
    operation: first.operation,
    ...(range === null ? {} : { pages: range }),
    ...(first.protection === '' ? {} : { protection: first.protection }),
    ...(followers.length === 0 ? {} : { next: nestedOf(operationOf(followers)) }),
  };
  return Object.keys(nested).length === 1 ? first.operation : nested;
}

const nestedOf = (operation: unknown): unknown => (typeof operation === 'string' ? { operation } : operation);

/** Threads in a line, as the command line has them: `a@0>b,c`. */
export const requestThreads = (request: ExplorationRequest): string =>
  threadsOf(request)
    .map((steps) =>
      steps
        .map(({ operation, pages, protection }) =>
          [operation, protection === '' ? '' : `:${protection}`, pages === '' ? '' : `@${pages}`].join(''),
        )
        .join('>'),
    )
    .join(',');

/** `w0r1,w1`: a list of accesses for each vCPU, with commas between. null: something else. */
export function parseGuest(text: string): { readonly page: number; readonly write: boolean }[][] | null {
  const vcpus = text.split(',').map((part) => part.replaceAll(/\s/g, ''));
  if (!vcpus.every((vcpu) => /^([rw]\d+)*$/.test(vcpu))) return null;
  return vcpus.map((vcpu) =>
    [...vcpu.matchAll(/([rw])(\d+)/g)].map(([, kind, page]) => ({ page: Number(page), write: kind === 'w' })),
  );
}

/** The guest as the form writes it: a number of vCPUs, or their accesses. */
export function guestField({ guest }: ExplorationRequest): string {
  return typeof guest === 'object' ? guestText(guest) : '';
}

/** `0,1`. null: no list of pages. */
export function parsePages(text: string): number[] | null {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.every((part) => /^\d+$/.test(part)) ? parts.map(Number) : null;
}
