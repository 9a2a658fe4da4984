// Checks requests against TypeBox schemas. Bodies are taken as they are; what stands in an address or a header is text,
// so it is converted to what the schema wants and gets the schema's defaults.

import type { FastifySchemaCompiler } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';

export const validate: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  return (input) => {
    const value = httpPart === 'body' ? input : Value.Convert(schema, Value.Default(schema, input));
    return check.Check(value) ? { value } : { error: check.Errors(value) };
  };
};

const AnyObject = Type.Object({}, { additionalProperties: true });

/**
 * For bodies that the lab reads: the schema in the OpenAPI document is the real one, but what is wrong is said by the
 * lab, whose messages tell what is allowed. Here a body only has to be an object.
 */
export const validateObjectBody: FastifySchemaCompiler<TSchema> = (route) =>
  validate(route.httpPart === 'body' ? { ...route, schema: AnyObject } : route);
