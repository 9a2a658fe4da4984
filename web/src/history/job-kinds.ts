// The kinds of jobs, and the addresses under which one is looked at and handed on.

import { compareHref, questionOfRequest, storedHref } from '../api/comparison-question.ts';
import type { JobKind, JobStates } from '../api/job.ts';

/** As history and addresses call them: "comparison". */
export const KINDS = ['comparison', 'sweep', 'exploration', 'measurement'] as const;
export type Kind = (typeof KINDS)[number];

export const collectionOf = (kind: Kind): JobKind => `${kind}s`;
export const isKind = (text: string): text is Kind => KINDS.some((kind) => kind === text);

/** Any job with its question. */
export type AnyJob = JobStates[JobKind];
export type AnyRequest = AnyJob['spec'];

/** A job of a kind, as an address names it: "comparison:<id>". */
export interface JobRef {
  readonly kind: Kind;
  readonly id: string;
}

export const refText = ({ kind, id }: JobRef): string => `${kind}:${id}`;

export function refsOf(text: string): readonly JobRef[] {
  return text.split(',').flatMap((part) => {
    const colon = part.indexOf(':');
    const [kind, id] = [part.slice(0, colon), part.slice(colon + 1)];
    return isKind(kind) && id !== '' ? [{ kind, id }] : [];
  });
}

/** Where its result is looked at, by the service that has it. */
export function openHref({ kind, id }: JobRef): string {
  switch (kind) {
    case 'comparison':
      return storedHref(id);
    case 'exploration':
      return `/explore?${new URLSearchParams({ view: 'question', id })}`;
    case 'sweep':
    case 'measurement':
      return sideBySideHref([{ kind, id }]);
  }
}

/** Its question with the name of its result: where the result is not known the question is asked again. */
export function shareHref({ kind, id }: JobRef, request: AnyRequest): string {
  const ask = JSON.stringify(request);
  switch (kind) {
    case 'comparison':
      return compareHref(questionOfRequest(request as JobStates['comparisons']['spec']), id);
    case 'exploration':
      return `/explore?${new URLSearchParams({ view: 'question', ask, id })}`;
    case 'sweep':
    case 'measurement':
      return `/history?${new URLSearchParams({ results: refText({ kind, id }), ask })}`;
  }
}

export const sideBySideHref = (refs: readonly JobRef[]): string =>
  `/history?${new URLSearchParams({ results: refs.map(refText).join(',') })}`;

/** Longer ones are refused on the way, by this service as by others. */
export const LONGEST_LINK = 8000;
