// What a live simulation is made from: a scenario by its name or as a document, or the parts of one, and the scheme that it
// runs under. Everything that can be wrong with it is said here.

import Type, { type Static, type TSchema } from 'typebox';
import { loadProfileOf, MAX_SEED } from '../comparison.ts';
import { type InputError, InvalidInput } from '../invalid-input.ts';
import { builtInLibrary, type Library, loadScenario } from '../library.ts';
import type { MapcountSchemeId, NotifierSchemeId, Topic } from '../run-types.ts';
import { parseScenario, type Scenario } from '../scenario.ts';
import { scenarioDocumentSchema, scenarioSchema } from '../scenario-schema.ts';
import { documentSchemaOf, type SchemaNode } from '../schema-node.ts';
import { isPlainObject, readBySchema } from '../schema-reader.ts';
import { schemeRefusal } from '../scheme-rules.ts';
import { availableIds, mapcountSchemes, schemeIds, topics } from '../vocabulary.ts';
import { liveLimits } from './limits.ts';
import type { LiveSpec } from './live-types.ts';

const topicIds = availableIds(topics) as readonly Topic[];

const topicsSchema = (fallback: readonly Topic[], description: string) =>
  Type.Unsafe<readonly Topic[]>(
    Type.Array(Type.Enum([...topicIds]), {
      maxItems: topicIds.length,
      default: [...fallback],
      description,
      expected: `a list of topics, of ${topicIds.join(', ')}`,
    }),
  );

const recordSchema = Type.Object(
  {
    topics: topicsSchema(topicIds, 'Topics of the records that are kept. Absent: all.'),
    limit: Type.Integer({
      minimum: 1,
      maximum: liveLimits.keptRecordsMax,
      default: liveLimits.keptRecords,
      description: 'How many records are kept: the newest.',
    }),
  },
  { additionalProperties: false, description: 'Records that are kept for a trace.' },
);

/** What stands beside the scenario, or beside its parts. */
const drivingFields = {
  scheme: Type.Unsafe<NotifierSchemeId>(
    Type.Enum([...schemeIds], { description: 'Notifier scheme, with its handler.' }),
  ),
  seed: Type.Integer({ minimum: 0, maximum: MAX_SEED, default: 1, description: 'Seed.' }),
  overrides: Type.Record(Type.String(), Type.Unknown(), {
    default: {},
    description: 'Changes of the scenario by path, such as {"vm.vcpus": 16}.',
    expected: 'an object from paths to values',
  }),
  topics: topicsSchema([], 'Topics that are told from the start on. Absent: none, until somebody asks.'),
  record: Type.Union([recordSchema, Type.Null()], {
    default: null,
    description: 'What is kept for a trace. Null: nothing.',
    expected: 'an object with the fields topics, limit, or null',
  }),
  keptStalls: Type.Integer({
    minimum: 1,
    maximum: liveLimits.keptStallsMax,
    default: liveLimits.keptStalls,
    description: 'How many closed stall windows are kept: the newest.',
  }),
};

const mapcountSchema = Type.Unsafe<MapcountSchemeId | undefined>(
  Type.Enum(availableIds(mapcountSchemes), {
    derived: true,
    description: 'How a folio counts its mappings. Absent: as the scenario says.',
  }),
);

const wholeRequestSchema = Type.Object(
  {
    scenario: Type.Unsafe<unknown>({
      anyOf: [{ type: 'string' }, scenarioDocumentSchema],
      opaque: true,
      description: 'Name of a scenario in the library, or a document. Absent: its parts stand in the request.',
      expected: 'the name of a scenario or a scenario document',
    }),
    mapcount: mapcountSchema,
    ...drivingFields,
  },
  { additionalProperties: false },
);

/** Fields of a scenario that may stand in the request themselves. */
const partFields: readonly string[] = Object.keys(scenarioSchema.properties);

/** The fields of a scenario are read with the scenario, so that what is wrong in them is told as everywhere. */
const partsRequestSchema = Type.Object(
  {
    ...Object.fromEntries(partFields.map((field) => [field, Type.Unsafe<unknown>({ opaque: true, derived: true })])),
    ...drivingFields,
  },
  { additionalProperties: false },
);

/** What may be written, as plain JSON Schema. */
export const liveRequestDocumentSchema = liveDocumentSchema();

function liveDocumentSchema(): TSchema {
  const parts = (scenarioDocumentSchema as SchemaNode).properties ?? {};
  const whole = (documentSchemaOf(wholeRequestSchema) as SchemaNode).properties ?? {};
  const description =
    'A live simulation: a scenario, or the parts of one, and the scheme that it runs under. The timeline may be empty.';
  // Whoever writes parts names no scenario.
  const properties = { ...parts, ...whole };
  return Type.Unsafe({ type: 'object', additionalProperties: false, required: ['scheme'], properties, description });
}

type Driving = Static<ReturnType<typeof drivingObject>>;
const drivingObject = () => Type.Object(drivingFields);

/** Throws `InvalidInput`: what concerns the scenario has the path that it has in the scenario. */
export function readLiveRequest(document: unknown, library: Library = builtInLibrary): LiveSpec {
  const named = isPlainObject(document) && Object.hasOwn(document, 'scenario');
  if (named) refuseParts(document);
  const reading = readBySchema(named ? wholeRequestSchema : partsRequestSchema, document);
  if (reading.errors.length > 0) throw new InvalidInput('simulation', reading.errors, reading.unlisted);
  const read = reading.value as Driving & { scenario?: unknown; mapcount?: MapcountSchemeId } & Record<string, unknown>;
  const scenario = named ? namedScenario(read, library) : parseScenario(partsOf(document), read.overrides);
  const refusal = schemeRefusal(read.scheme, scenario);
  if (refusal !== null) throw new InvalidInput('simulation', [{ path: 'scheme', message: refusal }]);
  const { scheme, seed, topics: told, record, keptStalls } = read;
  const mapcount = (named ? read.mapcount : undefined) ?? scenario.mapcount;
  const profile = loadProfileOf(scenario, library);
  return { scenario, profile, scheme, mapcount, seed, topics: told, record, keptStalls };
}

function namedScenario({ scenario, overrides }: Driving & { scenario?: unknown }, library: Library): Scenario {
  return typeof scenario === 'string' ? loadScenario(scenario, overrides, library) : parseScenario(scenario, overrides);
}

const partsOf = (document: unknown): Record<string, unknown> =>
  isPlainObject(document)
    ? Object.fromEntries(Object.entries(document).filter(([key]) => partFields.includes(key)))
    : {};

/** Which of the two was meant cannot be known. */
function refuseParts(document: Record<string, unknown>): void {
  const errors: InputError[] = Object.keys(document)
    .filter((key) => partFields.includes(key) && key !== 'mapcount')
    .map((path) => ({ path, message: 'must be absent where scenario is given; overrides change single fields of it' }));
  if (errors.length > 0) throw new InvalidInput('simulation', errors);
}
