// What the options of `explore` ask for, as the document that the HTTP interface takes: one reader refuses for both.

import { InvalidArgumentError } from 'commander';

export interface ExploreOptions {
  readonly operations?: unknown[];
  readonly scheme?: string;
  readonly mapcount?: string;
  readonly kernel?: string;
  readonly preemption?: string;
  readonly backing?: string;
  readonly hgmVersion?: string;
  readonly protection?: string;
  readonly entries?: unknown;
  readonly blocks?: unknown;
  readonly mapped?: string;
  readonly folios?: string;
  readonly userfault?: string;
  readonly unanswered?: boolean;
  readonly sptes?: string;
  readonly holes?: unknown[];
  readonly readOnlySptes?: unknown[];
  readonly vcpus?: unknown;
  readonly guest?: unknown[];
  readonly search?: string;
  readonly reduction?: string;
  readonly bugDepth?: unknown;
  readonly seed?: unknown;
  readonly stepChecks?: boolean;
  readonly first?: boolean;
  readonly limitSchedules?: unknown;
  readonly limitTransitions?: unknown;
  readonly limitDepth?: unknown;
  readonly time?: string;
}

/** Of options that were given. */
export function requestOf(options: ExploreOptions): Record<string, unknown> {
  const { hgmVersion, protection, entries, blocks, vcpus, guest, limitSchedules, limitTransitions, limitDepth } =
    options;
  const { operations, scheme, mapcount, kernel, preemption, backing, mapped, folios, sptes, holes } = options;
  const { readOnlySptes, search, reduction, bugDepth, seed, time } = options;
  return given({
    operations,
    scheme,
    mapcount,
    kernel,
    preemption,
    backing,
    hgm: group({ version: hgmVersion, protection }),
    geometry: group({ entries, blocks }),
    mapped,
    folios,
    userfault: group({ mode: options.userfault, answered: options.unanswered === true ? false : undefined }),
    sptes,
    holes,
    readOnlySptes,
    guest: guest ?? vcpus,
    search,
    reduction,
    bugDepth,
    seed,
    stepChecks: options.stepChecks,
    all: options.first === true ? false : undefined,
    limits: group({ schedules: limitSchedules, transitions: limitTransitions, depth: limitDepth }),
    time,
  });
}

const given = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const group = (fields: Record<string, unknown>): Record<string, unknown> | undefined =>
  Object.values(fields).every((value) => value === undefined) ? undefined : given(fields);

/** What is no number stays text, for the reader to refuse with what would have been allowed. */
export const number = (text: string): unknown => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text);

export const numbers = (text: string): unknown[] => list(text, ',').map(number);

export const list = (text: string, separator: string): string[] => text.split(separator).map((part) => part.trim());

/** `munmap@0>munmap@1,mprotect:read-write@0-1`: threads between commas, what follows in a thread behind `>`. */
export const operations = (text: string): unknown[] => list(text, ',').map(thread);

function thread(text: string): unknown {
  const [first, ...followers] = list(text, '>');
  const operation = operationOf(first ?? '');
  if (followers.length === 0) return operation;
  const next = thread(followers.join('>'));
  const follower = typeof next === 'string' ? { operation: next } : next;
  return typeof operation === 'string' ? { operation, next: follower } : { ...operation, next: follower };
}

function operationOf(text: string): string | Record<string, unknown> {
  const [, name = text, protection, from, to] = /^([^:@]*)(?::([^@]*))?(?:@(\d+)(?:-(\d+))?)?$/.exec(text) ?? [];
  if (protection === undefined && from === undefined) return name;
  const pages = from === undefined ? undefined : { first: Number(from), count: Number(to ?? from) - Number(from) + 1 };
  return given({ operation: name, protection, pages }) as Record<string, unknown>;
}

/** `w0r1,w1`: vCPUs between commas, each with its reads and writes of pages. */
export function guest(text: string): unknown[] {
  return list(text, ',').map((vcpu) => {
    if (!/^([rw]\d+)*$/.test(vcpu))
      throw new InvalidArgumentError('It has to be accesses such as w0r1 for each vCPU, with commas between.');
    return [...vcpu.matchAll(/([rw])(\d+)/g)].map(([, kind, page]) => ({ page: Number(page), write: kind === 'w' }));
  });
}
