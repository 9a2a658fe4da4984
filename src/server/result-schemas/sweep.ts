// The result of a sweep as JSON Schema. Its type stands in src/lab/sweep-result.ts.

import Type from 'typebox';
import { named } from '../openapi/components.ts';
import { ComparisonResultSchema } from './comparison.ts';

const GridValue = Type.Unsafe<string | number | boolean | null>({
  type: ['string', 'number', 'boolean', 'null'],
  examples: [8],
});

/** A comparison's, in which `histogram` is there only if it was asked for. */
const PointResult = named(
  'SweepPointResult',
  Type.Object({
    ...ComparisonResultSchema.properties,
    schemes: Type.Array(
      Type.Intersect([
        Type.Omit(ComparisonResultSchema.properties.schemes.items, ['histogram']),
        Type.Object({ histogram: Type.Optional(Type.String()) }),
      ]),
    ),
  }),
);

export const SweepResultSchema = named(
  'SweepResult',
  Type.Object(
    {
      scenario: Type.String({ examples: ['hgm-collapse-2m'] }),
      seed: Type.Integer(),
      repetitions: Type.Integer(),
      source: Type.Literal('simulation'),
      axes: Type.Array(Type.Object({ path: Type.String({ examples: ['vm.vcpus'] }), values: Type.Array(GridValue) })),
      points: Type.Array(
        Type.Object({
          at: Type.Record(Type.String(), GridValue, { description: 'The value on each axis, by path.' }),
          result: PointResult,
        }),
        { description: 'All combinations, the last axis fastest.' },
      ),
    },
    { description: 'What `stallscope sweep --json` prints.' },
  ),
);
