// The catalog as JSON Schema, from the catalog itself: a section that is added is described.

import Type, { type TSchema } from 'typebox';
import { catalog } from '../../lab/catalog.ts';
import { named } from '../openapi/components.ts';

const JsonSchema = Type.Object({}, { additionalProperties: true, description: 'A JSON Schema.', examples: [{}] });

const Entry = named(
  'CatalogEntry',
  Type.Object({
    id: Type.String({ examples: ['range'] }),
    available: Type.Boolean({ description: 'Whether this version can run it.' }),
    description: Type.String(),
    parameters: JsonSchema,
  }),
);

const sectionOf = (section: unknown): TSchema => {
  if (!Array.isArray(section)) return JsonSchema;
  return Type.Array(typeof section[0] === 'string' ? Type.String() : Entry);
};

export const CatalogSchema = Type.Unsafe<object>(
  named(
    'Catalog',
    Type.Object(
      {
        ...Object.fromEntries(Object.entries(catalog()).map(([name, section]) => [name, sectionOf(section)])),
        explorations: Type.Object({}, { additionalProperties: true, description: 'The words of explorations.' }),
        simulations: Type.Object({}, { additionalProperties: true, description: 'The limits of live simulations.' }),
      },
      { description: 'Each section lists what may be named there.' },
    ),
  ),
);
