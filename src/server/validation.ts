// Checks requests against TypeBox schemas. Bodies are taken as they are; what stands in an address or a header is text,
// so it is converted to what the schema wants and gets the schema's defaults.

import type { FastifySchemaCompiler } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';

export const validate: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  const read = httpPart === 'body' ? asItIs : readerOf(schema);
  return (input) => {
    const value = read(input);
    return check.Check(value) ? { value } : { error: check.Errors(value) };
  };
};

const asItIs = (input: unknown): unknown => input;

/** Parameters are a flat object, and most are text: so defaults are made out once, and what is text is left alone. */
function readerOf(schema: TSchema): (input: unknown) => unknown {
  const defaults = Value.Default(schema, {}) as object;
  const fields = Object.entries((schema as { properties?: Record<string, TSchema> }).properties ?? {});
  const read = fields.flatMap(([name, field]) =>
    isText(field) ? [] : [{ name, of: READERS[typeOf(field)] ?? asItIs }],
  );
  return (input) => {
    const complete: Record<string, unknown> = { ...defaults, ...(input as object) };
    for (const { name, of } of read) if (typeof complete[name] === 'string') complete[name] = of(complete[name]);
    return complete;
  };
}

/** What a text says. One that says nothing of the kind, such as none at all, stays text, which the schema refuses. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  integer: (text) => (/^-?\d+$/.test(text) ? Number(text) : text),
  boolean: (text) => (text === 'true' || text === 'false' ? text === 'true' : text),
};

const typeOf = (field: TSchema): string => String((field as { type?: unknown }).type);

function isText(field: TSchema): boolean {
  const {
    type,
    const: only,
    enum: some,
    anyOf,
  } = field as Partial<Record<'type' | 'const', unknown>> & {
    enum?: unknown[];
    anyOf?: TSchema[];
  };
  if (some !== undefined) return some.every((value) => typeof value === 'string');
  return type === 'string' || typeof only === 'string' || (anyOf?.every(isText) ?? false);
}

const AnyObject = Type.Object({}, { additionalProperties: true });

/**
 * For bodies that the lab reads: the schema in the OpenAPI document is the real one, but what is wrong is said by the
 * lab, whose messages tell what is allowed. Here a body only has to be an object.
 */
export const validateObjectBody: FastifySchemaCompiler<TSchema> = (route) =>
  validate(route.httpPart === 'body' ? { ...route, schema: AnyObject } : route);
