// `vm.vcpus=16`, `timeline.0.at=1ms`: changes of single fields of a scenario, by the path that the schema gives them.

import { type InputError, InvalidInput, MOST_ERRORS } from './invalid-input.ts';
import { scenarioSchema } from './scenario-schema.ts';
import type { SchemaNode } from './schema-node.ts';
import { isPlainObject } from './schema-reader.ts';

/** Path to value. A value may be text, as a command line gives it: it is read as the type of its field. */
export type Overrides = Readonly<Record<string, unknown>>;

/** "vm.vcpus=16" to ["vm.vcpus", "16"]. */
export function parseAssignment(text: string): readonly [path: string, value: string] {
  const equals = text.indexOf('=');
  if (equals <= 0)
    throw new InvalidInput('override', [{ path: '', message: `"${text}" is not of the form path=value` }]);
  return [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
}

/** A copy of the document with the overrides put in. Refuses paths that no scenario has, all of them in one error. */
export function applyOverrides(document: unknown, overrides: Overrides): unknown {
  const entries = Object.entries(overrides);
  if (entries.length === 0) return document;
  const copy = copyOf(document);
  // What is not an object has no fields to override, and is refused as what it is when it is read.
  if (!isPlainObject(copy)) return copy;
  const errors: InputError[] = [];
  for (const [path, value] of entries) {
    const error = applyOverride(copy, path, value);
    if (error !== null) errors.push({ path, message: error });
    // More would only be cut from the answer, and each of them looks for what it may have meant.
    if (errors.length > MOST_ERRORS) break;
  }
  if (errors.length > 0) throw new InvalidInput('overrides', errors);
  return copy;
}

function copyOf(document: unknown): unknown {
  try {
    return structuredClone(document);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInput('scenario', [{ path: '', message: `must be plain data, as in JSON: ${reason}` }]);
  }
}

function applyOverride(document: Record<string, unknown>, path: string, value: unknown): string | null {
  const keys = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  let schema = scenarioSchema as SchemaNode;
  let parent: Record<string, unknown> | unknown[] = document;
  for (const [depth, key] of keys.entries()) {
    const child = childSchema(schema, parent, key);
    if (child === null) return unknownPath(path, keys.slice(0, depth), schema, parent);
    schema = child;
    if (depth < keys.length - 1) {
      const next = openField(parent, key, schema);
      if (next === null) return `${keys.slice(0, depth + 1).join('.')} is not an object in the document`;
      parent = next;
    }
  }
  setField(parent, keys.at(-1) ?? '', fromCommandLine(schema, value));
  return null;
}

/** The schema of a field that may be set: a known property, or an item that the list has. */
function childSchema(schema: SchemaNode, parent: object, key: string): SchemaNode | null {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key] ?? null;
  if (schema.items !== undefined && Array.isArray(parent) && /^\d+$/.test(key) && Number(key) < parent.length) {
    return schema.items;
  }
  return null;
}

function openField(
  parent: Record<string, unknown> | unknown[],
  key: string,
  schema: SchemaNode,
): Record<string, unknown> | unknown[] | null {
  const present = Array.isArray(parent) ? parent[Number(key)] : Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (isPlainObject(present) || Array.isArray(present)) return present;
  if (present !== undefined) return null;
  const opened: Record<string, unknown> | unknown[] = schema.items === undefined ? {} : [];
  setField(parent, key, opened);
  return opened;
}

function setField(parent: Record<string, unknown> | unknown[], key: string, value: unknown): void {
  if (Array.isArray(parent)) parent[Number(key)] = value;
  else parent[key] = value;
}

/** Text as the type of its field: "16" is a number for vm.vcpus, and stays text for machine.kernel. */
function fromCommandLine(schema: SchemaNode, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const types = (schema.anyOf ?? [schema]).map((branch) => branch.type);
  if (types.includes('null') && value === 'null') return null;
  if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  if (types.some((type) => type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?(e\d+)?$/i.test(value)) {
    return Number(value);
  }
  if (types.includes('object') || types.includes('array')) return fromJson(value);
  return value;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function unknownPath(path: string, parentKeys: readonly string[], schema: SchemaNode, parent: object): string {
  const where = parentKeys.length === 0 ? 'a scenario' : parentKeys.join('.');
  const near = nearestPaths(path);
  const suggestion = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
  if (schema.properties !== undefined) {
    return `no such field; ${where} has ${Object.keys(schema.properties).join(', ')}${suggestion}`;
  }
  if (Array.isArray(parent)) return `no such entry; ${where} has ${parent.length} of them, counted from 0${suggestion}`;
  return `no such field; ${where} is a single value${suggestion}`;
}

const MOST_SUGGESTIONS = 3;

/** Known paths that a misspelt one may have meant: the same last name elsewhere, or few letters away. */
function nearestPaths(path: string): string[] {
  const asPattern = path.replaceAll(/(^|\.)\d+(?=\.|$)/g, '$1N');
  const lastName = path.split('.').at(-1) ?? '';
  return leafPaths(scenarioSchema as SchemaNode)
    .map((known) => {
      const sameName = known.split('.').at(-1) === lastName;
      return { known, distance: sameName ? 0 : editDistance(asPattern, known) };
    })
    .filter(({ known, distance }) => distance <= Math.max(1, Math.floor(known.length / 4)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST_SUGGESTIONS)
    .map(({ known }) => known);
}

/** Every path of a schema, with N for the index into a list. */
function leafPaths(schema: SchemaNode, prefix = ''): string[] {
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([key, child]) =>
      leafPaths(child, prefix === '' ? key : `${prefix}.${key}`),
    );
  }
  return schema.items === undefined ? [prefix] : leafPaths(schema.items, `${prefix}.N`);
}

const LONGEST_COMPARED = 80;

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  if (a.length > LONGEST_COMPARED) return Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? Number.POSITIVE_INFINITY;
}
