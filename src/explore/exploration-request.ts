// An exploration as it is asked for, over HTTP and by the command line: the question and how to search. Everything but the
// operations may be absent.

import Type, { type TSchema } from 'typebox';
import { InvalidInput } from '../lab/invalid-input.ts';
import { documentSchemaOf } from '../lab/schema-node.ts';
import { readBySchema } from '../lab/schema-reader.ts';
import {
  availableIds,
  backings,
  hgmVersions,
  kernels,
  mapcountSchemes,
  preemptions,
  schemeIds,
} from '../lab/vocabulary.ts';
import { defaultLimits, type ExplorationOptions, type ExplorationQuestion } from './exploration-types.ts';
import { exploredOperations, InvalidQuestion, type QuestionInput, questionOf, userfaultModes } from './question.ts';

/** One request must not take the memory of the service: a state that is remembered takes about half a KiB. */
const TRANSITIONS_MAX = 5_000_000;
const SCHEDULES_MAX = 1_000_000;
export const DEPTH_MAX = 20_000;
const NS_PER_S = 1_000_000_000;
const SEED_MAX = 2 ** 32 - 1;
const PAGES_MAX = 32;
const FOLLOWERS_MAX = 3;

export const searches = ['exhaustive', 'pct', 'random'] as const;
export const reductions = ['none', 'state-hashing', 'partial-order', 'both'] as const;
export const collapseProtections = ['version-locks', 'folio-lock', 'atomic-swap'] as const;

const closed = { additionalProperties: false } as const;

const word = <const T extends readonly string[]>(ids: T, description: string) =>
  Type.Enum([...ids], { derived: true, description });
const pageList = (description: string) =>
  Type.Array(Type.Integer({ minimum: 0, maximum: PAGES_MAX - 1 }), { maxItems: PAGES_MAX, derived: true, description });

const operationIds = `one of ${exploredOperations.join(', ')}`;

/** An operation with those that follow it in its thread. */
function operationSchema(followers: number): TSchema {
  return Type.Object(
    {
      operation: Type.Enum([...exploredOperations], { expected: operationIds }),
      pages: Type.Object(
        {
          first: Type.Integer({ minimum: 0, maximum: PAGES_MAX - 1 }),
          count: Type.Integer({ minimum: 1, maximum: PAGES_MAX }),
        },
        { ...closed, derived: true, description: 'Pages of the small memory. Absent: all of it.' },
      ),
      protection: word(['read', 'read-write'], 'mprotect and uffdio-writeprotect: what remains allowed. Absent: read.'),
      ...(followers === 0 ? {} : { next: Type.Unsafe<object>({ ...operationSchema(followers - 1), derived: true }) }),
    },
    { ...closed, description: 'An operation, on a part of the memory, and what follows it in the same thread.' },
  );
}

const explorationRequestSchema = Type.Object(
  {
    operations: Type.Array(
      Type.Unsafe<unknown>({
        anyOf: [{ enum: [...exploredOperations], type: 'string' }, operationSchema(FOLLOWERS_MAX)],
        expected: `${operationIds}, or an object with the fields operation, pages, protection, next`,
      }),
      { minItems: 1, maxItems: 3, expected: 'a list of one to three operations', description: 'Each is a thread.' },
    ),
    scheme: word(schemeIds, 'Notifier scheme. Absent: range.'),
    mapcount: word(availableIds(mapcountSchemes), 'Mapcount scheme. Absent: subpage.'),
    kernel: word(availableIds(kernels), 'Absent: 6.12.'),
    preemption: word(availableIds(preemptions), 'Absent: full.'),
    backing: word(availableIds(backings), 'What the memory is made of. Absent: hugetlb-2m.'),
    hgm: Type.Object(
      {
        version: word(availableIds(hgmVersions), 'Absent: v2.'),
        protection: word(
          collapseProtections,
          'What keeps others away from a page in collapse. Absent: version-locks; folio-lock where the scheme has no section.',
        ),
      },
      { ...closed, derived: true },
    ),
    geometry: Type.Object(
      {
        entries: Type.Integer({ minimum: 2, maximum: 4, derived: true, description: 'Entries of a table. Absent: 2.' }),
        blocks: Type.Integer({ minimum: 1, maximum: 2, derived: true, description: 'Huge pages. Absent: 1.' }),
      },
      { ...closed, derived: true },
    ),
    mapped: word(['4k', '2m', '1g', 'none'], "Size of the host's leaves at first. Absent: 4k."),
    folios: word(['4k', '2m'], 'Size of the folios of anonymous and shmem memory. Absent: 4k.'),
    userfault: Type.Object(
      {
        mode: word(
          userfaultModes,
          'Faults of the memory that become messages; minor: missing ones too. Absent: wp beside uffdio-writeprotect, else none.',
        ),
        answered: Type.Boolean({
          derived: true,
          description: 'A thread answers: UFFDIO_COPY, UFFDIO_CONTINUE, or the end of the protection. Absent: true.',
        }),
      },
      { ...closed, derived: true },
    ),
    sptes: word(['as-host', 'none'], 'SPTEs at first. Absent: as-host.'),
    holes: pageList('Pages that the host does not map at first.'),
    readOnlySptes: pageList('Pages whose SPTEs are read-only at first.'),
    guest: Type.Unsafe<QuestionInput['guest']>({
      anyOf: [
        { type: 'integer', minimum: 1, maximum: 3 },
        Type.Array(
          Type.Array(
            Type.Object({ page: Type.Integer({ minimum: 0, maximum: PAGES_MAX - 1 }), write: Type.Boolean() }, closed),
            { maxItems: 4, expected: 'a list of up to four accesses' },
          ),
          { minItems: 1, maxItems: 3 },
        ),
      ],
      derived: true,
      description: 'The accesses of each vCPU, or how many vCPUs that each write to one page. Absent: 1.',
      expected: 'one to three vCPUs: their number, or a list of accesses {page, write} for each',
    }),
    search: Type.Enum([...searches], { default: 'exhaustive', description: 'How to search.' }),
    reduction: word(reductions, 'How an exhaustive search avoids doing the same twice. Absent: both.'),
    bugDepth: Type.Integer({ minimum: 1, maximum: 8, derived: true, description: 'Of pct. Absent: 3.' }),
    seed: Type.Integer({ minimum: 0, maximum: SEED_MAX, default: 1, description: 'Of pct and random.' }),
    stepChecks: Type.Boolean({ default: false, description: 'Make the checks of a run at every step, too. Slower.' }),
    all: Type.Boolean({ default: true, description: 'Go on after the first hazard.' }),
    limits: Type.Object(
      {
        schedules: Type.Integer({ minimum: 1, maximum: SCHEDULES_MAX, default: defaultLimits.schedules }),
        transitions: Type.Integer({ minimum: 1, maximum: TRANSITIONS_MAX, default: defaultLimits.transitions }),
        depth: Type.Integer({ minimum: 1, maximum: DEPTH_MAX, default: defaultLimits.depth }),
      },
      { ...closed, description: 'Whichever is reached first ends the search.' },
    ),
    time: Type.Integer({
      minimum: NS_PER_S / 1000,
      maximum: 3600 * NS_PER_S,
      default: 600 * NS_PER_S,
      unit: 'ns',
      description: 'Wall-clock time for the search: then it ends, and says so.',
    }),
  },
  {
    additionalProperties: false,
    description: 'Operations, a guest and a small memory, and how to search their interleavings.',
  },
);

/** What may be written, as plain JSON Schema. */
export const explorationDocumentSchema = documentSchemaOf(explorationRequestSchema);

/** As it may be written; `readExploration` sees to what is in it. */
export type ExplorationRequest = Readonly<Record<string, unknown>>;

export interface ExplorationPlan {
  readonly question: ExplorationQuestion;
  readonly options: Omit<ExplorationOptions, 'onProgress' | 'stop'>;
  readonly timeNs: number;
}

/** Throws `InvalidInput` that names every field that cannot be so. */
export function readExploration(document: unknown): ExplorationPlan {
  const { value, errors, unlisted } = readBySchema(explorationRequestSchema, document);
  if (errors.length > 0) throw new InvalidInput('exploration', errors, unlisted);
  const { search, reduction, bugDepth, seed, stepChecks, all, limits, time, ...input } = withoutAbsent(
    value,
  ) as QuestionInput &
    Pick<ExplorationOptions, 'search' | 'seed' | 'limits' | 'reduction' | 'bugDepth' | 'stepChecks'> & {
      all: boolean;
      time: number;
    };
  const options = {
    search,
    seed,
    limits,
    all,
    ...(stepChecks === true ? { stepChecks } : {}),
    ...(reduction === undefined ? {} : { reduction }),
    ...(bugDepth === undefined ? {} : { bugDepth }),
  };
  return { question: asked(() => questionOf(input)), options, timeNs: time };
}

/** Paths as everywhere else, with dots. */
function asked<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof InvalidQuestion)) throw error;
    const errors = error.errors.map(({ path, message }) => ({ path: path.replaceAll(/\[(\d+)\]/g, '.$1'), message }));
    throw new InvalidInput('exploration', errors);
  }
}

/** The reader leaves a hole where nothing was written; the question has its own defaults. */
function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([key, field]) => [key, withoutAbsent(field)]));
}
