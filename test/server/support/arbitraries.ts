// Requests that are drawn from the document: right ones, and right ones with something broken in them.

import fc from 'fast-check';
import type { Call, Document, JsonObject, Parameter } from './document.ts';

/** As they go over the wire, so that even a broken body can be drawn. */
export interface DrawnRequest {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const DEPTH_MAX = 6;
/** Keys that reach for what is not theirs, and values at the edges of what JSON and numbers can say. */
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  '\u0000',
  '🙂',
  'a'.repeat(5000),
];
const ODD_NUMBERS = [-1, 0, 0.5, -0, 1e308, -1e308, 2 ** 53, 2 ** 32, 2 ** 31, 1e-9];
const ODD_TEXTS = [
  'NaN',
  'Infinity',
  '-1',
  '1e999',
  '5ms',
  '-5ms',
  `${'9'.repeat(400)}GiB`,
  '0x10',
  'null',
  'true',
  '../../etc/passwd',
  '%00',
  '\u0000',
  '\ud800',
  '🙂'.repeat(200),
  '__proto__',
  '',
  ' ',
  'x'.repeat(70_000),
];

const oddValue = fc.oneof(
  fc.constantFrom<unknown>(...ODD_NUMBERS, ...ODD_TEXTS, null, true, false, [], {}),
  fc.jsonValue({ maxDepth: 3 }),
  fc.integer({ min: 10, max: 2000 }).map(nested),
);

/** A list in a list in a list. */
function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Values that a schema takes, more or less: what it says in words is not in it. */
function valueFor(schema: JsonObject, components: Document['components'], depth = 0): fc.Arbitrary<unknown> {
  const inner = (part: unknown): fc.Arbitrary<unknown> => valueFor(part as JsonObject, components, depth + 1);
  const { $ref, anyOf, oneOf, enum: values, examples, type, properties, items } = schema;
  if (typeof $ref === 'string') return inner(components.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
  const branches = (anyOf ?? oneOf) as unknown[] | undefined;
  if (branches !== undefined) return fc.oneof(...branches.map(inner));
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(values)) return fc.constantFrom<unknown>(...values);
  if (Array.isArray(examples)) return fc.constantFrom<unknown>(...examples);
  if (type === 'object' && depth < DEPTH_MAX) return objectOf(schema, (properties ?? {}) as JsonObject, inner);
  if (type === 'array' && depth < DEPTH_MAX) {
    const { minItems = 0, maxItems = 4 } = schema as { minItems?: number; maxItems?: number };
    return fc.array(inner(items ?? {}), { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, 4)) });
  }
  return scalarOf(schema);
}

function objectOf(
  { required }: JsonObject,
  properties: JsonObject,
  inner: (part: unknown) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([key, part]) => [key, inner(part)]));
  const requiredKeys = Object.keys(fields).filter((key) => Array.isArray(required) && required.includes(key));
  return fc.record(fields, { requiredKeys });
}

interface ScalarSchema {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
}

function scalarOf(schema: JsonObject): fc.Arbitrary<unknown> {
  const { type, minimum, maximum, pattern, maxLength } = schema as ScalarSchema;
  switch (type) {
    case 'integer':
      return fc.integer({ min: Math.max(minimum ?? 0, -(2 ** 31)), max: Math.min(maximum ?? 1000, 2 ** 31 - 1) });
    case 'number':
      return fc.double({ min: minimum ?? 0, max: maximum ?? 1, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return pattern === undefined
        ? fc.string({ maxLength: Math.min(maxLength ?? 20, 20) })
        : fc.stringMatching(new RegExp(pattern));
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** Something in the value is another thing, is gone, or is there and nobody knows it. */
function broken(value: unknown): fc.Arbitrary<unknown> {
  const replaced = fc
    .tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), oddValue)
    .map(([where, odd]) => at(value, where, () => odd));
  const removed = fc.double({ min: 0, max: 0.999, noNaN: true }).map((where) => at(value, where, () => undefined));
  const added = fc
    .tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.constantFrom(...KEYS), oddValue)
    .map(([where, key, odd]) => at(value, where, (part) => withKey(part, key, odd)));
  return fc.oneof(replaced, removed, added, oddValue);
}

/** JSON.parse makes an own field of "__proto__", as that of a request does. */
function withKey(part: unknown, key: string, odd: unknown): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return odd;
  const text = JSON.stringify(part);
  return JSON.parse(
    `{${JSON.stringify(key)}:${JSON.stringify(odd) ?? 'null'}${text === '{}' ? '' : ','}${text.slice(1)}`,
  ) as unknown;
}

/** A copy in which the part at this place, from 0 to 1 among all parts, has become another. */
function at(value: unknown, where: number, change: (part: unknown) => unknown): unknown {
  const target = Math.floor(where * parts(value));
  let index = 0;
  const walk = (part: unknown): unknown => {
    if (index++ === target) return change(part);
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, child]) => [key, walk(child)]));
  };
  return walk(value);
}

const parts = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, child) => sum + parts(child), 1)
    : 1;

/** Texts that are no JSON, or too much of it. */
const brokenText = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.nat({ max: Math.max(0, text.length - 1) }).map((end) => text.slice(0, end)),
    fc.constantFrom(
      '',
      '{',
      '[',
      '"',
      'null',
      '[]',
      '"text"',
      '1',
      'NaN',
      '\uFEFF{}',
      '{"a":1,"a":2}',
      `${text}${text}`,
    ),
    fc.constant(JSON.stringify({ pad: 'x'.repeat(1024 * 1024) })),
    fc.constant('['.repeat(100_000)),
  );

const headerText = fc.oneof(
  fc.string({ maxLength: 40 }).map((text) => text.replace(/[^\x20-\x7e]/g, '?')),
  fc.constantFrom('', ' ', 'k'.repeat(255), 'k'.repeat(256), 'end', '-1', '0', '999999999999999999999', '__proto__'),
);

/** A request for this call. `places` are what its path may name, if there is anything. */
export function requestOf(
  { method, path, operation }: Call,
  components: Document['components'],
  places: readonly string[],
): fc.Arbitrary<DrawnRequest> {
  const of = (place: Parameter['in']): Parameter[] => (operation.parameters ?? []).filter((one) => one.in === place);
  const content = operation.requestBody?.content['application/json'];
  return fc.record({
    method: fc.oneof(
      { weight: 20, arbitrary: fc.constant(method) },
      fc.constantFrom('PUT', 'PATCH', 'DELETE', 'POST', 'GET', 'HEAD', 'OPTIONS'),
    ),
    path: pathOf(path, of('path'), places),
    query: queryOf(of('query'), components),
    headers: headersOf(of('header'), content !== undefined),
    body:
      content === undefined
        ? fc.option(fc.constant('{}'), { nil: undefined, freq: 10 })
        : bodyOf(content.schema, components),
  });
}

function pathOf(path: string, parameters: readonly Parameter[], places: readonly string[]): fc.Arbitrary<string> {
  const odd = fc.oneof(
    fc.constantFrom(...ODD_TEXTS.filter((text) => text !== '\ud800')),
    fc.string({ maxLength: 80 }),
    fc.constantFrom('%', '%zz', '%2F', '..', '.'),
  );
  const known = places.length === 0 ? odd : fc.constantFrom(...places);
  const values = fc.tuple(...parameters.map(() => fc.oneof({ weight: 4, arbitrary: known }, odd)));
  return values.map((drawn) => {
    const left = [...drawn];
    return path.replaceAll(/\{\w+\}/g, () => pathText(left.shift() ?? ''));
  });
}

/** Of what is broken already, nothing is mended. */
const pathText = (text: string): string =>
  /^%[\w%]*$|^\.+$/.test(text) ? text : encodeURIComponent(text.toWellFormed());

function queryOf(
  parameters: readonly Parameter[],
  components: Document['components'],
): fc.Arbitrary<[string, string][]> {
  const odd = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ maxLength: 30 }));
  const known = parameters.map(({ name, schema }) =>
    fc.tuple(fc.constant(name), fc.oneof({ weight: 3, arbitrary: valueFor(schema, components).map(String) }, odd)),
  );
  const unknown = fc.tuple(fc.constantFrom(...KEYS.filter((key) => key.length < 100), 'limit', 'cursor'), odd);
  return fc.array(
    fc.oneof(...known.map((arbitrary) => ({ weight: 4, arbitrary })), { weight: 1, arbitrary: unknown }),
    { maxLength: 4 },
  );
}

function headersOf(parameters: readonly Parameter[], hasBody: boolean): fc.Arbitrary<Record<string, string>> {
  const named = Object.fromEntries(parameters.map(({ name }) => [name, headerText]));
  const type = fc.oneof(
    { weight: 12, arbitrary: fc.constant('application/json') },
    fc.constantFrom(
      'text/plain',
      'application/json; charset=utf-16',
      'application/xml',
      'multipart/form-data',
      '',
      ';',
      'application/JSON',
    ),
  );
  return fc
    .tuple(
      fc.record(named, { requiredKeys: [] }),
      fc.option(type, { nil: undefined, freq: hasBody ? 20 : 2 }),
      fc.option(headerText, { nil: undefined }),
    )
    .map(([known, contentType, accept]) => ({
      ...known,
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(accept === undefined ? {} : { accept }),
    }));
}

function bodyOf(schema: JsonObject, components: Document['components']): fc.Arbitrary<string> {
  const right = valueFor(schema, components);
  const text = (value: unknown): string => JSON.stringify(value) ?? 'null';
  return fc.oneof(
    { weight: 6, arbitrary: right.map(text) },
    { weight: 10, arbitrary: right.chain(broken).map(text) },
    { weight: 3, arbitrary: right.chain((value) => brokenText(text(value))) },
  );
}

/** One of a scenario in which little happens: of the fields that decide how much, none is drawn. */
export function smallComparison(components: Document['components']): fc.Arbitrary<object> {
  const sections = components.schemas.Scenario?.properties as Record<string, { properties: JsonObject }>;
  const { backing, mapped, mmu, guestPage } = sections.vm!.properties;
  const { kernel, preemption } = sections.machine!.properties;
  const { operation } = (sections.timeline as unknown as { items: { properties: JsonObject } }).items.properties;
  const of = (schema: unknown): fc.Arbitrary<unknown> => valueFor(schema as JsonObject, components);
  const scenario = fc.record({
    machine: fc.record({ kernel: of(kernel), preemption: of(preemption) }),
    vm: fc
      .record({ backing: of(backing), mapped: of(mapped), mmu: of(mmu), guestPage: of(guestPage) })
      .map((drawn) => ({
        ...drawn,
        vcpus: 2,
        memory: drawn.backing === 'hugetlb-1g' ? '1GiB' : '4MiB',
      })),
    guest: fc.record({
      pattern: fc.constantFrom('stride', 'uniform', 'zipf', 'idle'),
      writeFraction: fc.constantFrom(0, 0.5, 1),
    }),
    timeline: fc.array(fc.record({ at: fc.constantFrom('10us', 'after-previous'), operation: of(operation) }), {
      maxLength: 2,
    }),
    settle: fc.constant('100us'),
    limits: fc.constant({ simulated: '2ms', events: 20_000 }),
  });
  return fc.record({ scenario, repetitions: fc.constant(1), seed: fc.nat(1000) });
}
