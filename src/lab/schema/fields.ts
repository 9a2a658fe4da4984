// The kinds of fields that a scenario is made of: each gives type, default, unit, range and a sentence.
//
// Times are integers of ns (`unit: 'ns'`), sizes integers of bytes (`unit: 'bytes'`). Documents may also write them as
// "5ms" and "2MiB".

import Type from 'typebox';
import { GIB, MINUTE, PAGE_BYTES } from '../units.ts';
import { type AvailableId, availableIds, type Vocabulary } from '../vocabulary.ts';

export const MAX_SIMULATED_NS = 10 * MINUTE;
export const MAX_MEMORY_BYTES = 64 * GIB;

export const time = (minimum: number, maximum: number, fallback: number, description: string) =>
  Type.Integer({ minimum, maximum, default: fallback, unit: 'ns', description });

export const size = (minimum: number, maximum: number, fallback: number, description: string) =>
  Type.Integer({ minimum, maximum, default: fallback, unit: 'bytes', description });

export const count = (minimum: number, maximum: number, fallback: number, unit: string, description: string) =>
  Type.Integer({ minimum, maximum, default: fallback, unit, description });

export const fraction = (fallback: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 1, default: fallback, unit: 'fraction', description });

/** A field that names a term. */
export const oneOf = <const V extends Vocabulary>(vocabulary: V, fallback: AvailableId<V>, description: string) =>
  Type.Unsafe<AvailableId<V>>(
    Type.Enum(availableIds(vocabulary), {
      default: fallback,
      description,
    }),
  );

export const closed = { additionalProperties: false } as const;

export const nameSchema = (fallback: string, description: string) =>
  Type.String({
    pattern: '^[a-z0-9][a-z0-9.-]{0,63}$',
    default: fallback,
    description,
    expected: 'a name of up to 64 lower-case letters, digits, dots and hyphens',
  });

export const memoryRange = (description: string) =>
  Type.Object(
    {
      start: size(0, MAX_MEMORY_BYTES, 0, 'Offset into the memory of the VM.'),
      // Without a default of its own: what is left of the memory is known only when the document has been read.
      length: Type.Integer({
        minimum: PAGE_BYTES,
        maximum: MAX_MEMORY_BYTES,
        unit: 'bytes',
        derived: true,
        description: 'Length. Absent: up to the end of the memory.',
      }),
    },
    { ...closed, description },
  );
