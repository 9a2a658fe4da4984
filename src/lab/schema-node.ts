// A schema says more here than JSON Schema does: units, how a refusal is worded. This file
// knows these keywords, for code that walks a schema, and takes them out for readers of plain JSON Schema.

import type { TSchema } from 'typebox';
import { SIZE_PATTERN, TIME_PATTERN } from './units.ts';

/** The schema of what may be written: every field optional, times and sizes also as text; plain JSON Schema. */
export function documentSchemaOf(schema: TSchema): TSchema {
  const { unit, expected: _expected, derived: _derived, opaque, ...node } = schema as SchemaNode;
  if (opaque === true) return node;
  const annotations = {
    ...(unit === undefined ? {} : { 'x-unit': unit }),
  };
  if (node.properties !== undefined) {
    const fields = Object.entries(node.properties);
    const required = fields.filter(([, child]) => isRequired(child)).map(([key]) => key);
    const properties = Object.fromEntries(fields.map(([key, child]) => [key, documentSchemaOf(child)]));
    return { ...node, required, properties };
  }
  if (node.items !== undefined) return { ...node, items: documentSchemaOf(node.items) };
  if (node.anyOf !== undefined) {
    const branches = node.anyOf.map(documentSchemaOf);
    return { ...node, anyOf: branches.flatMap((branch) => (branch as SchemaNode).anyOf ?? [branch]) };
  }
  const text = textForms.get(unit ?? '');
  if (text === undefined) return { ...node, ...annotations };
  const { description, default: fallback, ...number } = node;
  const about = fallback === undefined ? { description } : { description, default: fallback };
  return { ...about, ...annotations, anyOf: [number, text] };
}

/** Must stand in the document: it has no default, and nor have the fields inside it. */
export function isRequired(node: SchemaNode): boolean {
  if (node.default !== undefined || node.derived === true) return false;
  return node.properties === undefined || Object.values(node.properties).some(isRequired);
}

const textForms: ReadonlyMap<string, TSchema> = new Map([
  ['ns', { type: 'string', pattern: TIME_PATTERN, examples: ['5ms'] }],
  ['bytes', { type: 'string', pattern: SIZE_PATTERN, examples: ['2MiB'] }],
]);

/** The keywords that this project uses, as plain JSON Schema: for code that walks a schema instead of a type. */
export interface SchemaNode extends TSchema {
  readonly type?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly unit?: string;
  readonly description?: string;
  /** How a refusal says what is allowed, where the other keywords do not say it well. */
  readonly expected?: string;
  /** Absent in the document, it is filled in from other fields and not by a default. */
  readonly derived?: boolean;
  /** Taken as it is; somebody else reads it. */
  readonly opaque?: boolean;
}
