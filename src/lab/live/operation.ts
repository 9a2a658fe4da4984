// An operation that is started from outside: what an entry of a timeline is, without a time.

import Type from 'typebox';
import { InvalidInput } from '../invalid-input.ts';
import { type Scenario, type TimelineEntry, withRangeEnd } from '../scenario.ts';
import { brokenRules } from '../scenario-rules.ts';
import { timelineEntrySchema } from '../schema/timeline.ts';
import { documentSchemaOf } from '../schema-node.ts';
import { readBySchema } from '../schema-reader.ts';

const { at: _at, operation, ...fields } = timelineEntrySchema.properties;
// In a timeline an entry may be left half empty; who starts something says what.
const { default: _default, ...namedOperation } = operation as typeof operation & { default: string };

const liveOperationSchema = Type.Object(
  { operation: namedOperation as typeof operation, ...fields },
  { additionalProperties: false, description: 'An operation that starts now.' },
);

/** What may be written, as plain JSON Schema. */
export const liveOperationDocumentSchema = documentSchemaOf(liveOperationSchema);

const PLACE = 'timeline.0';

/** Throws `InvalidInput`, by the rules that a timeline has. */
export function readLiveOperation(document: unknown, scenario: Scenario): TimelineEntry {
  const reading = readBySchema(liveOperationSchema, document);
  const entry = { at: 0, ...(withRangeEnd(reading.value, scenario.vm.memory) as object) } as TimelineEntry;
  const failed = reading.errors.map(({ path }) => `${PLACE}.${path}`);
  const broken = brokenRules({ ...scenario, timeline: [entry] }, failed).filter(({ path }) => path.startsWith(PLACE));
  const errors = [
    ...reading.errors,
    ...broken.map(({ path, message }) => ({ path: path.slice(PLACE.length + 1), message })),
  ];
  if (errors.length > 0) throw new InvalidInput('operation', errors, reading.unlisted);
  return entry;
}
