import { InvalidInput } from './invalid-input.ts';
import { applyOverrides, type Overrides } from './scenario-overrides.ts';
import { brokenRules } from './scenario-rules.ts';
import { type Scenario, scenarioSchema } from './scenario-schema.ts';
import { isPlainObject, readBySchema } from './schema-reader.ts';

export type { Scenario, TimelineEntry } from './scenario-schema.ts';

/**
 * A complete scenario from a document and changes to it. Every field may be absent; times may be "5ms" and sizes
 * "1GiB". Throws `InvalidInput` with all errors: first of the overrides' paths, then of fields and of the rules
 * between them.
 */
export function parseScenario(document: unknown, overrides: Overrides = {}): Scenario {
  const reading = readBySchema(scenarioSchema, applyOverrides(document, overrides));
  const scenario = withRangeEnds(reading.value) as Scenario;
  const failedPaths = reading.errors.map(({ path }) => path);
  const errors = [...reading.errors, ...brokenRules(scenario, failedPaths)];
  if (errors.length > 0) throw new InvalidInput('scenario', errors, reading.unlisted);
  return scenario;
}

/** Gives each range without a length the rest of the memory. Takes what may be invalid, and leaves that as it is. */
function withRangeEnds(value: unknown): unknown {
  if (!isPlainObject(value) || !isPlainObject(value.vm)) return value;
  const { memory } = value.vm;
  if (typeof memory !== 'number') return value;
  const { guest, timeline } = value;
  return {
    ...value,
    guest: withPhaseEnds(withRangeEnd(guest, memory), memory),
    timeline: withRangeEndsIn(timeline, memory),
  };
}

function withPhaseEnds(guest: unknown, memory: number): unknown {
  return isPlainObject(guest) ? { ...guest, phases: withRangeEndsIn(guest.phases, memory) } : guest;
}

function withRangeEndsIn(list: unknown, memory: number): unknown {
  return Array.isArray(list) ? list.map((owner: unknown) => withRangeEnd(owner, memory)) : list;
}

export function withRangeEnd(owner: unknown, memory: number): unknown {
  if (!isPlainObject(owner) || !isPlainObject(owner.range)) return owner;
  const { start, length } = owner.range;
  if (length !== undefined || typeof start !== 'number') return owner;
  // A start at or behind the end of the memory leaves nothing, which the rules on ranges refuse.
  return { ...owner, range: { start, length: Math.max(memory - start, 0) } };
}
