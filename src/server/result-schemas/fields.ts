// What the schemas of results are made of. They are open: a field that comes later breaks no client.

import Type from 'typebox';

/** One of these words. */
export const word = <const Words extends readonly string[]>(words: Words, description?: string, example?: string) =>
  Type.Unsafe<Words[number]>({
    type: 'string',
    enum: [...words],
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { examples: [example] }),
  });

export const ns = (description?: string) => Type.Integer(description === undefined ? {} : { description });

export const count = (description?: string) =>
  Type.Integer({ minimum: 0, ...(description === undefined ? {} : { description }) });

/** Numbers by name. */
export const numbers = (description: string) =>
  Type.Unsafe<Record<string, number>>({ type: 'object', additionalProperties: { type: 'number' }, description });

/** Numbers by one of these words, those that are not 0. */
export const numbersBy = <const Words extends readonly string[]>(words: Words, description: string) =>
  Type.Unsafe<Partial<Record<Words[number], number>>>({
    type: 'object',
    properties: Object.fromEntries(words.map((id) => [id, { type: 'number' }])),
    additionalProperties: false,
    description,
    examples: [{ [words[0] ?? '']: 1000 }],
  });

export const interval = Type.Union([
  Type.Unsafe<[number, number]>({ type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 }),
  Type.Null(),
]);

export const textOrNull = (description?: string) =>
  Type.Union([Type.String(), Type.Null()], description === undefined ? {} : { description });

export const idsOf = <const Terms extends readonly { readonly id: string }[]>(terms: Terms) =>
  terms.map(({ id }) => id) as Terms[number]['id'][];
