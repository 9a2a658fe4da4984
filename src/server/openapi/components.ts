// Schemas that stand once in the OpenAPI document, under a name, however many calls use them. A schema says its name itself;
// what the document is made from does not need to know which there are.

import type { TSchema } from 'typebox';

/** The mark of a schema that has a name. It does not stand in the document. */
const COMPONENT = 'x-component';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** The schema, to be found under `#/components/schemas/<name>`. */
export function named<Schema extends TSchema>(name: string, schema: Schema): Schema {
  return { ...schema, [COMPONENT]: name };
}

export const refTo = (name: string): string => `#/components/schemas/${name}`;

/** A copy of `schema` in which `old` (the very object, at whatever depth) is `replacement`. */
export function replacing(schema: TSchema, old: TSchema, replacement: TSchema): TSchema {
  const copy = (node: unknown): unknown => {
    if (node === old) return replacement;
    if (Array.isArray(node)) return node.map(copy);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, copy(child)]));
  };
  return copy(schema) as TSchema;
}

/** Takes named schemas out of `node` into `into`, and leaves references. Two that differ must not have one name. */
export function hoistComponents(node: Json, into: Map<string, JsonObject>): Json {
  if (Array.isArray(node)) return node.map((child) => hoistComponents(child, into));
  if (typeof node !== 'object' || node === null) return node;
  const { [COMPONENT]: name, ...rest } = node;
  const body = Object.fromEntries(Object.entries(rest).map(([key, child]) => [key, hoistComponents(child, into)]));
  if (typeof name !== 'string') return body;
  const known = into.get(name);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(body)) {
    throw new TypeError(`two schemas are named ${name}`);
  }
  into.set(name, body);
  return { $ref: refTo(name) };
}
