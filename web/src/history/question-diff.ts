// In what questions differ, field by field.

import type { AnyRequest, Kind } from './job-kinds.ts';

export interface Asked {
  readonly kind: Kind;
  readonly spec: AnyRequest;
}

export interface Difference {
  readonly field: string;
  /** Of each question; null: it does not say. */
  readonly values: readonly (string | null)[];
}

/** What holds where a request says nothing. */
const USUAL: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  comparison: { repetitions: '3', seed: '1' },
  sweep: { repetitions: '3', seed: '1' },
  exploration: {},
  measurement: {},
};

export function questionDifferences(asked: readonly Asked[]): readonly Difference[] {
  const flat = asked.map(({ kind, spec }) => ({ kind, ...USUAL[kind], ...fieldsOf(spec) }) as Record<string, string>);
  const fields = [...new Set(flat.flatMap((fieldsOfOne) => Object.keys(fieldsOfOne)))];
  return fields
    .map((field) => ({ field, values: flat.map((one) => one[field] ?? null) }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}

/** Leaves by their path. Overrides have paths of the scenario already; numbers and what reads as one are the same to the service. */
function fieldsOf(value: unknown, prefix = ''): Record<string, string> {
  if (!isRecord(value)) return { [prefix]: textOf(value) };
  const below = prefix === '' ? '' : `${prefix}.`;
  return Object.assign({}, ...Object.entries(value).map(([key, child]) => fieldsOf(child, `${below}${key}`))) as Record<
    string,
    string
  >;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return isList ? (value as string[]).join(', ') : JSON.stringify(value);
}
