// The fields of an operation's form, from the schema that the catalog has of its parameters, and what was written into them.

import { asField, type FieldSchema } from './field-schema.ts';

export interface OperationField {
  /** As the service calls it in the request and in errors: "range.start". */
  readonly path: string;
  readonly about: string;
  readonly control: FieldControl;
  /** What holds if nothing is written; '' if there is nothing to say. */
  readonly fallback: string;
  readonly unit: string;
}

type FieldControl =
  | { readonly kind: 'size' | 'time' | 'integer' | 'number' }
  | { readonly kind: 'flag' }
  /** One of these words, or none. */
  | { readonly kind: 'words'; readonly words: readonly string[] };

/** Fields of a form by path; '' is left out of the request. */
export type Written = Readonly<Record<string, string>>;

/** Those of the request of an operation, in the order of the schema. What belongs to the scenario is set when a simulation is made. */
export function operationFields(parameters: unknown): OperationField[] {
  const { properties = {} } = asField(parameters);
  return Object.entries(properties)
    .filter(([name]) => name !== 'at' && !name.includes('.'))
    .flatMap(([name, schema]) => fieldsOf(name, asField(schema)));
}

/** Paths of the scenario that the operation goes by. */
export const scenarioFields = (parameters: unknown): string[] =>
  Object.keys(asField(parameters).properties ?? {}).filter((name) => name.includes('.'));

function fieldsOf(path: string, schema: FieldSchema): OperationField[] {
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([name, part]) => fieldsOf(`${path}.${name}`, asField(part)));
  }
  const control = controlOf(schema);
  const fallback = schema.default ?? null;
  return [
    {
      path,
      about: schema.description ?? '',
      control,
      fallback: fallback === null ? '' : String(fallback),
      unit: schema['x-unit'] ?? '',
    },
  ];
}

function controlOf(schema: FieldSchema): FieldControl {
  const branches = schema.anyOf?.map(asField) ?? [schema];
  const words = branches.flatMap((branch) => branch.enum ?? (typeof branch.const === 'string' ? [branch.const] : []));
  if (words.length > 0) return { kind: 'words', words: words.map(String) };
  const pattern = branches.find(({ pattern }) => pattern !== undefined)?.pattern ?? '';
  if (pattern.includes('KiB')) return { kind: 'size' };
  if (pattern.includes('ms')) return { kind: 'time' };
  if (branches.some(({ type }) => type === 'boolean')) return { kind: 'flag' };
  return { kind: branches.some(({ type }) => type === 'integer') ? 'integer' : 'number' };
}

const FORMS = {
  size: { form: /^\d+(\.\d+)?(B|KiB|MiB|GiB)?$/, expected: 'a size such as 2MiB, or a number of bytes' },
  time: { form: /^\d+(\.\d+)?(ns|us|µs|ms|s|min)?$/, expected: 'a time such as 5ms, or a number of nanoseconds' },
  integer: { form: /^\d+$/, expected: 'a whole number' },
  number: { form: /^\d+(\.\d+)?$/, expected: 'a number' },
} as const;

/** What can be said of it before the service is asked: by path, what is wrong. */
export function mistakesIn(fields: readonly OperationField[], written: Written): Record<string, string> {
  const wrong = fields.flatMap(({ path, control }) => {
    const text = (written[path] ?? '').trim();
    if (text === '' || control.kind === 'flag' || control.kind === 'words') return [];
    const { form, expected } = FORMS[control.kind];
    return form.test(text) ? [] : [[path, `must be ${expected}, got "${text}"`]];
  });
  return Object.fromEntries(wrong);
}

/** As POST …/operations takes it. Expects fields without mistakes. */
export function operationRequest(
  operation: string,
  fields: readonly OperationField[],
  written: Written,
): Record<string, unknown> {
  const request: Record<string, unknown> = { operation };
  for (const { path, control } of fields) {
    const text = (written[path] ?? '').trim();
    if (text === '') continue;
    const [head = '', tail] = path.split('.');
    const value = writtenValue(control, text);
    if (tail === undefined) request[head] = value;
    else request[head] = { ...(request[head] as object | undefined), [tail]: value };
  }
  return request;
}

function writtenValue({ kind }: FieldControl, text: string): unknown {
  if (kind === 'flag') return text === 'true';
  if (kind === 'words') return text;
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** What the service says of a field: by its own path, by one below it, or, at the last of its fields, by one above. */
export function refusalOf(
  refused: readonly { readonly path: string; readonly message: string }[],
  fields: readonly OperationField[],
  { path }: OperationField,
): string | undefined {
  const own = refused.filter((error) => {
    if (error.path === path || error.path.startsWith(`${path}.`)) return true;
    return lastBelow(fields, error.path) === path;
  });
  return own.length === 0 ? undefined : own.map(({ message }) => message).join('; ');
}

/** What is about none of them. */
export const refusedElsewhere = <Refusal extends { readonly path: string }>(
  refused: readonly Refusal[],
  fields: readonly OperationField[],
): Refusal[] =>
  refused.filter(
    (error) =>
      lastBelow(fields, error.path) === undefined &&
      !fields.some(({ path }) => error.path === path || error.path.startsWith(`${path}.`)),
  );

const lastBelow = (fields: readonly OperationField[], above: string): string | undefined =>
  fields.findLast(({ path }) => path.startsWith(`${above}.`))?.path;
