// An example of whatever a schema describes: what the schema gives as one, else put together from its parts. So a call that
// nobody has written an example for has one all the same, and it is right by construction.

import { type Json, type JsonObject, refTo } from './components.ts';
import { requestExamples } from './request-examples.ts';

const FORMATS: Readonly<Record<string, string>> = { 'date-time': '2026-01-31T12:00:00.000Z' };
/** A schema that contains itself ends here. */
const DEPTH_MAX = 32;

export function exampleOf(schema: Json | undefined, components: ReadonlyMap<string, JsonObject>, depth = 0): Json {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return {};
  const given = givenExample(schema);
  if (given !== undefined) return given;
  const inside = (part: Json | undefined): Json => exampleOf(part, components, depth + 1);
  const { $ref, anyOf, oneOf, allOf, ...alone } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? '';
    const [first] = Object.values(requestExamples[name] ?? {});
    return (first as Json | undefined) ?? inside(components.get(name));
  }
  const branches = asList(anyOf ?? oneOf);
  if (branches.length > 0) return inside(branches[0]);
  if (allOf !== undefined) {
    const own = inside({ ...alone, type: 'object' });
    return Object.assign(
      {},
      ...asList(allOf)
        .filter((part) => part !== null)
        .map(inside),
      own,
    );
  }
  return ofType(schema, inside, depth);
}

function givenExample({
  examples,
  example,
  default: fallback,
  const: only,
  enum: values,
}: JsonObject): Json | undefined {
  return asList(examples)[0] ?? example ?? only ?? fallback ?? asList(values)[0];
}

function ofType(schema: JsonObject, inside: (part: Json | undefined) => Json, depth: number): Json {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  const { properties, required, items, minItems, maxItems, minimum, format, minLength } = schema;
  switch (type) {
    case 'object': {
      if (depth > DEPTH_MAX) return {};
      // A problem that need not be there is there only when something went wrong.
      const fields = Object.entries((properties ?? {}) as JsonObject).filter(
        ([key, part]) => asList(required).includes(key) || (part as JsonObject).$ref !== refTo('Problem'),
      );
      return Object.fromEntries(fields.map(([key, part]) => [key, inside(part)]));
    }
    case 'array': {
      const length = Math.max(Number(minItems ?? 0), maxItems === 0 || depth > DEPTH_MAX ? 0 : 1);
      return items === undefined ? [] : Array.from({ length }, () => inside(items));
    }
    case 'integer':
    case 'number':
      return Number(minimum ?? 0);
    case 'boolean':
      return false;
    case 'null':
      return null;
    case 'string':
      return FORMATS[String(format)] ?? 'text'.padEnd(Number(minLength ?? 0), '.');
    default:
      return {};
  }
}

const asList = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
