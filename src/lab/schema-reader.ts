// Reads a document by a schema: fills in defaults, turns "5ms" and "2MiB" into integers, refuses what the schema does
// not know, and collects every error with its path and with what would have been allowed.

import type { TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { type InputError, MOST_ERRORS } from './invalid-input.ts';
import { isRequired, type SchemaNode } from './schema-node.ts';
import { formatSize, formatTime, parseSize, parseTime } from './units.ts';

export interface Reading {
  /** As the schema has it where there are no errors; with holes where there are. */
  readonly value: unknown;
  readonly errors: readonly InputError[];
  /** Unknown fields that are not among the errors: behind as many errors as anybody reads, they are only counted. */
  readonly unlisted: number;
}

export function readBySchema(schema: TSchema, document: unknown): Reading {
  const errors = new Errors();
  const value = readNode(schema as SchemaNode, document, [], errors);
  return { value, errors: errors.list, unlisted: errors.unlisted };
}

class Errors {
  readonly list: InputError[] = [];
  unlisted = 0;

  push(error: InputError): void {
    this.list.push(error);
  }
}

function readNode(node: SchemaNode, input: unknown, path: readonly string[], errors: Errors): unknown {
  if (input === undefined) return readAbsent(node, path, errors);
  if (node.opaque === true) return input;
  if (node.properties !== undefined) return readObject(node, input, path, errors);
  if (node.items !== undefined) return readArray(node, node.items, input, path, errors);
  // A list, or an object, where there may be null instead: read as what it is, so that what is inside is told by its path.
  const branch = node.anyOf?.find(({ items, properties }) =>
    Array.isArray(input) ? items !== undefined : properties !== undefined && isPlainObject(input),
  );
  if (branch !== undefined) {
    const { expected = branch.expected } = node;
    return readNode(expected === undefined ? branch : { ...branch, expected }, input, path, errors);
  }
  const value = fromText(node, input);
  if (!Check(node, value)) errors.push({ path: path.join('.'), message: refusal(node, input) });
  return value;
}

function readAbsent(node: SchemaNode, path: readonly string[], errors: Errors): unknown {
  if (node.default !== undefined) return structuredClone(node.default);
  if (node.derived === true) return undefined;
  if (node.properties !== undefined && !isRequired(node)) return readObject(node, {}, path, errors);
  errors.push({ path: path.join('.'), message: `is missing; must be ${allowedBy(node)}` });
  return undefined;
}

function readObject(node: SchemaNode, input: unknown, path: readonly string[], errors: Errors): unknown {
  if (!isPlainObject(input)) {
    errors.push({ path: path.join('.'), message: refusal(node, input) });
    return undefined;
  }
  const properties = node.properties ?? {};
  refuseUnknown(properties, input, path, errors);
  // Own fields only, by the names of the schema: a document cannot reach a prototype.
  return Object.fromEntries(
    Object.entries(properties).map(([key, child]) => [
      key,
      readNode(child, Object.hasOwn(input, key) ? input[key] : undefined, [...path, key], errors),
    ]),
  );
}

/** A document may have any number of fields that nobody knows. */
function refuseUnknown(
  properties: Readonly<Record<string, SchemaNode>>,
  input: Record<string, unknown>,
  path: readonly string[],
  errors: Errors,
): void {
  const unknown = Object.keys(input).filter((key) => !Object.hasOwn(properties, key));
  const listed = unknown.slice(0, Math.max(0, MOST_ERRORS - errors.list.length));
  const message = `is not a field here; the fields are ${Object.keys(properties).join(', ')}`;
  for (const key of listed) errors.push({ path: [...path, key].join('.'), message });
  errors.unlisted += unknown.length - listed.length;
}

function readArray(
  node: SchemaNode,
  items: SchemaNode,
  input: unknown,
  path: readonly string[],
  errors: Errors,
): unknown {
  const [fewest, most] = [node.minItems ?? 0, node.maxItems ?? Number.POSITIVE_INFINITY];
  if (!Array.isArray(input) || input.length < fewest || input.length > most) {
    errors.push({ path: path.join('.'), message: refusal(node, input) });
    return undefined;
  }
  // A hole is no entry with defaults.
  return Array.from(input as unknown[], (item, index) => {
    const itemPath = [...path, String(index)];
    if (item !== undefined) return readNode(items, item, itemPath, errors);
    errors.push({ path: itemPath.join('.'), message: `is missing; must be ${allowedBy(items)}` });
    return undefined;
  });
}

/** "5ms" to 5000000 where the schema wants a time, and alike for sizes; anything else as it is. */
function fromText(node: SchemaNode, input: unknown): unknown {
  if (typeof input !== 'string') return input;
  for (const branch of node.anyOf ?? [node]) {
    if (branch.unit === 'ns') return parseTime(input) ?? input;
    if (branch.unit === 'bytes') return parseSize(input) ?? input;
  }
  return input;
}

function refusal(node: SchemaNode, input: unknown): string {
  return `must be ${allowedBy(node)}, got ${shown(input)}`;
}

/** What a schema allows, as the end of the sentence "must be …". */
function allowedBy(node: SchemaNode): string {
  if (node.expected !== undefined) return node.expected;
  if (node.enum !== undefined) return `one of ${quoted(node.enum)}`;
  if (node.unit === 'ns') return `a time from ${limits(node, formatTime)}, such as "5ms" or an integer of ns`;
  if (node.unit === 'bytes') return `a size from ${limits(node, formatSize)}, such as "2MiB" or an integer of bytes`;
  if (node.type === 'integer') return `an integer from ${limits(node, String)}`;
  if (node.type === 'number') return `a number from ${limits(node, String)}`;
  if (node.properties !== undefined) return `an object with the fields ${Object.keys(node.properties).join(', ')}`;
  return node.type ?? 'something else';
}

function limits(node: SchemaNode, format: (value: number) => string): string {
  return `${format(node.minimum ?? Number.NEGATIVE_INFINITY)} to ${format(node.maximum ?? Number.POSITIVE_INFINITY)}`;
}

function quoted(ids: readonly string[]): string {
  return ids.map((id) => `"${id}"`).join(', ');
}

const SHOWN_CHARACTERS = 60;

function shown(input: unknown): string {
  if (Array.isArray(input)) return `a list of ${input.length}`;
  if (typeof input === 'object' && input !== null) return 'an object';
  if (typeof input === 'bigint') return `the BigInt ${input}`;
  const text = typeof input === 'string' ? JSON.stringify(input) : String(input);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
