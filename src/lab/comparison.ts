// A comparison: one scenario under several notifier and mapcount schemes, with the same seeds. Planning checks all of
// the request and lists the runs; who executes them, and on how many threads, is not its concern.

import Type, { type Static } from 'typebox';
import { type InputError, InvalidInput } from './invalid-input.ts';
import { builtInLibrary, type Library, loadProfile, loadScenario } from './library.ts';
import type { CostProfile } from './profile.ts';
import type { MapcountSchemeId, NotifierSchemeId } from './run-types.ts';
import { parseScenario, type Scenario } from './scenario.ts';
import type { Overrides } from './scenario-overrides.ts';
import { scenarioDocumentSchema } from './scenario-schema.ts';
import { documentSchemaOf } from './schema-node.ts';
import { readBySchema } from './schema-reader.ts';
import { schemeRefusal, schemesFor } from './scheme-rules.ts';
import { availableIds, mapcountSchemes, schemeIds } from './vocabulary.ts';

const MAX_REPETITIONS = 1000;
export const MAX_SEED = 2 ** 32 - 1;

export const comparisonRequestSchema = Type.Object(
  {
    scenario: Type.Unsafe<unknown>({
      anyOf: [{ type: 'string' }, scenarioDocumentSchema],
      opaque: true,
      description: 'Name of a scenario in the library, or a document.',
      expected: 'the name of a scenario or a scenario document',
    }),
    schemes: Type.Array(Type.Enum([...schemeIds]), {
      minItems: 1,
      maxItems: schemeIds.length,
      derived: true,
      description:
        'Notifier schemes, each once. The baseline is range, or the first where range is not among them. Absent: all that the scenario can be run under.',
      expected: `a list of 1 to ${schemeIds.length} notifier schemes`,
    }),
    mapcounts: Type.Array(Type.Enum(availableIds(mapcountSchemes)), {
      minItems: 1,
      maxItems: availableIds(mapcountSchemes).length,
      derived: true,
      description: 'Mapcount schemes, each once. Absent: that of the scenario.',
      expected: `a list of 1 to ${availableIds(mapcountSchemes).length} mapcount schemes`,
    }),
    overrides: Type.Record(Type.String(), Type.Unknown(), {
      default: {},
      description: 'Changes of the scenario by path, such as {"vm.vcpus": 16}.',
      expected: 'an object from paths to values',
    }),
    repetitions: Type.Integer({
      minimum: 1,
      maximum: MAX_REPETITIONS,
      default: 3,
      description: 'Runs of each scheme; repetition r has the seed seed + r.',
    }),
    seed: Type.Integer({ minimum: 0, maximum: MAX_SEED, default: 1, description: 'Seed of the first repetition.' }),
  },
  { additionalProperties: false, description: 'One scenario under several schemes, with the same seeds.' },
);

/** What may be written, as plain JSON Schema. */
export const comparisonDocumentSchema = documentSchemaOf(comparisonRequestSchema);

/** A request as it may be written: everything but the scenario may be absent. */
export interface ComparisonRequest {
  /** Name in the library, or a document. */
  readonly scenario: unknown;
  readonly schemes?: readonly string[];
  readonly mapcounts?: readonly string[];
  readonly overrides?: Overrides;
  readonly repetitions?: number;
  readonly seed?: number;
}

/** One run. Plain data, so that it can be sent to a worker thread as it is. */
export interface RunSpec {
  /** Place in the plan. */
  readonly index: number;
  readonly scenario: Scenario;
  readonly profile: CostProfile;
  readonly scheme: NotifierSchemeId;
  readonly mapcount: MapcountSchemeId;
  readonly seed: number;
}

export interface ComparisonPlan {
  readonly scenario: Scenario;
  readonly profile: CostProfile;
  readonly schemes: readonly NotifierSchemeId[];
  readonly mapcounts: readonly MapcountSchemeId[];
  readonly seed: number;
  readonly repetitions: number;
  /** By mapcount scheme, then notifier scheme, then repetition. */
  readonly runs: readonly RunSpec[];
}

/** Throws `InvalidInput`: what concerns the scenario has the path that it has in the scenario. */
export function planComparison(request: ComparisonRequest, library: Library = builtInLibrary): ComparisonPlan {
  const { scenario: wanted, mapcounts: wantedMapcounts, overrides, repetitions, seed, ...read } = readRequest(request);
  const scenario =
    typeof wanted === 'string' ? loadScenario(wanted, overrides, library) : parseScenario(wanted, overrides);
  const profile = loadProfileOf(scenario, library);
  const schemes = read.schemes ?? schemesFor(scenario);
  const refused = schemes.map((scheme) => schemeRefusal(scheme, scenario)).filter((message) => message !== null);
  if (refused.length > 0) {
    throw new InvalidInput(
      'comparison',
      refused.map((message) => ({ path: 'schemes', message })),
    );
  }
  const mapcounts = wantedMapcounts ?? [scenario.mapcount];
  const runs = mapcounts
    .flatMap((mapcount) => schemes.map((scheme) => ({ mapcount, scheme })))
    .flatMap((pair) => Array.from({ length: repetitions }, (_, r) => ({ ...pair, seed: seed + r })))
    .map((run, index): RunSpec => ({ index, scenario, profile, ...run }));
  return { scenario, profile, schemes, mapcounts, seed, repetitions, runs };
}

type ReadRequest = Omit<Static<typeof comparisonRequestSchema>, 'mapcounts' | 'schemes'> & {
  readonly schemes: NotifierSchemeId[] | undefined;
  readonly mapcounts: MapcountSchemeId[] | undefined;
};

function readRequest(request: ComparisonRequest): ReadRequest {
  const reading = readBySchema(comparisonRequestSchema, request);
  const read = reading.value as ReadRequest;
  const errors: InputError[] = [...reading.errors];
  if (errors.length === 0) {
    errors.push(...repeated('schemes', read.schemes ?? []), ...repeated('mapcounts', read.mapcounts ?? []));
  }
  if (errors.length > 0) throw new InvalidInput('comparison', errors, reading.unlisted);
  return read;
}

function repeated(path: string, ids: readonly string[]): InputError[] {
  const twice = ids.filter((id, index) => ids.indexOf(id) < index);
  return twice.length === 0 ? [] : [{ path, message: `must name each once, got ${twice.join(', ')} again` }];
}

export function loadProfileOf(scenario: Scenario, library: Library): CostProfile {
  const name = scenario.machine.profile;
  if (library.profile(name) !== null) return loadProfile(name, library);
  const known = library.profileNames().join(', ');
  throw new InvalidInput('scenario', [
    { path: 'machine.profile', message: `no cost profile is named "${name}"; there are ${known}` },
  ]);
}
