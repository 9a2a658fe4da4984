// Where an advance is to end, as somebody has written it.

import Type, { type Static } from 'typebox';
import { InvalidInput } from '../invalid-input.ts';
import { MAX_SIMULATED_NS } from '../schema/fields.ts';
import { documentSchemaOf } from '../schema-node.ts';
import { readBySchema } from '../schema-reader.ts';
import type { LiveGoal } from './live-types.ts';

const goalSchema = Type.Object(
  {
    by: Type.Integer({
      minimum: 0,
      maximum: MAX_SIMULATED_NS,
      unit: 'ns',
      derived: true,
      description: 'So much simulated time, and all that is due then.',
    }),
    until: Type.Enum(['operations-done', 'idle'], {
      derived: true,
      description:
        'operations-done: every operation has ended, and every page of a migration is there. idle: and every vCPU runs guest code, or is halted.',
    }),
  },
  { additionalProperties: false, description: 'How far a simulation is to go: by a time, or until something is so.' },
);

/** What may be written, as plain JSON Schema. */
export const liveGoalDocumentSchema = documentSchemaOf(goalSchema);

/** Throws `InvalidInput`. A stretch of time becomes the time at which it ends, which stays what it is from slice to slice. */
export function readLiveGoal(document: unknown, nowNs: number): LiveGoal {
  const reading = readBySchema(goalSchema, document);
  if (reading.errors.length > 0) throw new InvalidInput('advance', reading.errors, reading.unlisted);
  const { by, until } = reading.value as Partial<Static<typeof goalSchema>>;
  if (by !== undefined && until === undefined) return { untilNs: nowNs + by };
  if (until !== undefined && by === undefined) return { until };
  throw new InvalidInput('advance', [{ path: '', message: 'must have one of the fields by, until' }]);
}
