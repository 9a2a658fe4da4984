// Cost profiles: the nanoseconds of a run. The file gives a value, a range, a source and a confidence for each cost;
// a run sees only the values.

import Type, { type Static } from 'typebox';
import { type CostName, costDescriptions, costNames } from './cost-names.ts';
import { type InputError, InvalidInput } from './invalid-input.ts';
import { readBySchema } from './schema-reader.ts';

const MAX_COST_NS = 1_000_000_000;

const costSchema = (description: string) =>
  Type.Object(
    {
      value: Type.Integer({ minimum: 0, maximum: MAX_COST_NS, description: 'What the model spends, in ns.' }),
      low: Type.Number({ minimum: 0, maximum: MAX_COST_NS, description: 'Low end of the evidence, in ns.' }),
      high: Type.Number({ minimum: 0, maximum: MAX_COST_NS, description: 'High end of the evidence, in ns.' }),
      source: Type.String({
        minLength: 1,
        maxLength: 2000,
        description: 'Where it comes from: rows of the cost evidence and the arithmetic, or a measurement.',
        expected: 'a text that names the source',
      }),
      confidence: Type.Enum(['H', 'M', 'L'], {
        description: 'H: read in the primary source; M: conditions incomplete; L: an estimate.',
      }),
    },
    { additionalProperties: false, description },
  );

type CostSchemas = Record<CostName, ReturnType<typeof costSchema>>;

const costSchemas = Object.fromEntries(
  costNames.map((name) => [name, costSchema(`${costDescriptions[name]}.`)]),
) as CostSchemas;

export const costProfileSchema = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z0-9][a-z0-9.-]{0,63}$',
      description: 'Name; that of the file in the library.',
      expected: 'a name of up to 64 lower-case letters, digits, dots and hyphens',
    }),
    description: Type.String({
      minLength: 1,
      maxLength: 2000,
      description: 'Which machine, and under which conditions.',
      expected: 'a text of 1 to 2000 characters',
    }),
    regime: Type.Enum(['uncontended', 'as-reported'], {
      description: 'as-reported: constants fitted to a published result, with its contention folded in.',
    }),
    costs: Type.Object(costSchemas, { additionalProperties: false, description: 'All times in ns.' }),
  },
  { additionalProperties: false, description: 'What each step of the model costs.' },
);

/** A profile as it stands in the file, with the evidence of each cost. */
export type CostProfileDocument = Static<typeof costProfileSchema>;

/** The nanoseconds of a run, all integers. */
export interface CostProfile {
  readonly name: string;
  readonly description: string;
  /** `as-reported`: constants fitted to a published result, with whatever contention it had folded in. */
  readonly regime: 'uncontended' | 'as-reported';
  readonly costs: Readonly<Record<CostName, number>>;
}

/** Throws `InvalidInput` with every missing, unknown or impossible number. */
export function parseProfileDocument(document: unknown): CostProfileDocument {
  const reading = readBySchema(costProfileSchema, document);
  const errors = reading.errors.length > 0 ? reading.errors : valuesOutOfRange(reading.value as CostProfileDocument);
  if (errors.length > 0) throw new InvalidInput('cost profile', errors, reading.unlisted);
  return reading.value as CostProfileDocument;
}

function valuesOutOfRange({ costs }: CostProfileDocument): InputError[] {
  return costNames.flatMap((name) => {
    const { value, low, high } = costs[name];
    if (low <= value && value <= high) return [];
    return [{ path: `costs.${name}.value`, message: `must be from low to high (${low} to ${high}), got ${value}` }];
  });
}

export function parseProfile(document: unknown): CostProfile {
  const { name, description, regime, costs } = parseProfileDocument(document);
  const values = Object.fromEntries(costNames.map((cost) => [cost, costs[cost].value]));
  return { name, description, regime, costs: values as Record<CostName, number> };
}
