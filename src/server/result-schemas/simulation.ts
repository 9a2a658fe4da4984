// What the calls of a live simulation answer, as JSON Schema. The types stand in src/lab/live/live-types.ts and
// src/server/simulations, and what the fields mean.

import Type, { type TSchema } from 'typebox';
import { mapcountSchemes, schemeIds } from '../../lab/vocabulary.ts';
import { named } from '../openapi/components.ts';
import { count, ns, numbers, numbersBy, textOrNull, word } from './fields.ts';
import { RunFindingSchema, stallCauses } from './records.ts';

const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

const mapcount = word(mapcountSchemes.map(({ id }) => id) as (typeof mapcountSchemes)[number]['id'][]);

/** What a list has of each. */
const summary = {
  id: Type.String({ examples: ['0f8fad5b-d9cb-469f-a165-70867728950e'] }),
  createdAt: Type.String({ format: 'date-time' }),
  status: word(['paused', 'advancing', 'flowing', 'ended']),
  ended: Type.Union(
    [word(['event-budget', 'time-budget', 'deadlock', 'failed', 'out-of-memory', 'died'], undefined), Type.Null()],
    { description: 'Why it goes on no more; null: it does.', examples: [null] },
  ),
  endMessage: textOrNull('What ended it, in a sentence.'),
  scenario: Type.String({ examples: ['hgm-collapse-2m'] }),
  scheme: word(schemeIds),
  mapcount,
  seed: Type.Integer(),
  simTimeNs: ns('Virtual time.'),
  events: count('Events of the engine so far.'),
};

const OperationSchema = named(
  'LiveOperation',
  Type.Object({
    index: count('Counts the operations of the simulation, those of its timeline first.'),
    operation: Type.String({ examples: ['madv-collapse'] }),
    process: count(),
    range: Type.Object({ start: count(), length: count() }),
    startNs: orNull(ns('Null: of the timeline, and not started yet.')),
    durationNs: orNull(ns('Null: not ended.')),
    errno: textOrNull('Null: none, or not ended.'),
  }),
);

const VcpuSchema = named(
  'LiveVcpu',
  Type.Object({
    vcpu: count('Through all VMs.'),
    vm: count(),
    state: word(
      ['running', 'halted', 'left', ...stallCauses],
      'Or what it stands still for. left: KVM_RUN has returned an error, and it runs no more.',
    ),
    sinceNs: ns(),
    stalledSinceNs: orNull(ns('Since when it has run no guest code; null: it runs, or wants to run none.')),
    touches: count('Accesses that its guest has made.'),
  }),
);

const state = {
  ...summary,
  pace: orNull(
    Type.Object({
      speed: Type.Number({ description: 'Virtual ns for each real ns.' }),
      achieved: orNull(Type.Number({ description: 'What came of it in the last second.' })),
      behind: Type.Boolean({ description: 'The machine does not keep up.' }),
    }),
  ),
  idle: Type.Boolean({ description: 'All operations have ended, and nobody is on the way.' }),
  operations: Type.Array(OperationSchema, { description: 'The newest 50.' }),
  operationsTotal: count(),
  operationsDone: count(),
  vcpus: Type.Array(VcpuSchema),
  stalls: Type.Object({
    count: count('Closed windows.'),
    totalNs: ns(),
    maxNs: ns(),
    byCauseNs: numbersBy(stallCauses, 'Time by cause.'),
    spinNs: ns(),
    sleepNs: ns(),
    open: count('Windows that are open now; nothing else here counts them.'),
  }),
  notifier: Type.Object({ sections: count(), startNs: ns(), openNs: ns(), collapsed: count() }),
  faults: Type.Object({ total: count(), retries: count(), spurious: count(), userfault: count() }),
  tlbFlushes: count(),
  seqBumps: count(),
  counters: numbers('What the model did, by name.'),
  hugeRecoveryNs: orNull(ns('Until every SPTE that can be huge was huge; null: not yet.')),
  findings: Type.Array(RunFindingSchema, { description: 'The first 20.' }),
  findingsTotal: count(),
};

export const SimulationSchema = named('Simulation', Type.Object(state));

export const AdvancedSchema = named(
  'AdvancedSimulation',
  Type.Object(
    {
      outcome: Type.Union([word(['reached', 'stuck', 'paused', 'ended']), Type.Null()], {
        description:
          'Null: it goes on. `stuck`: nothing is left that could happen, and somebody waits for an operation that nobody has started.',
      }),
      ...state,
    },
    { description: 'The outcome, and the state as GET has it.' },
  ),
);

export const SimulationListSchema = named(
  'SimulationList',
  Type.Object({
    items: Type.Array(named('SimulationSummary', Type.Object(summary))),
    nextCursor: textOrNull('Null: this was the last page.'),
  }),
);

export const OperationStartedSchema = named(
  'StartedOperation',
  Type.Object({
    index: count('Counts the operations of the simulation, those of its timeline first.'),
    simTimeNs: ns('When it has started.'),
  }),
);

const pageOf = <Item extends TSchema>(item: Item) => ({
  items: Type.Array(item),
  next: orNull(Type.Integer({ description: '`from` of the next call.' })),
});

export const OperationsSchema = named('LiveOperationList', Type.Object(pageOf(OperationSchema)));

const window = {
  vcpu: count(),
  startNs: ns(),
  endNs: ns(),
  causes: numbersBy(stallCauses, 'Times by cause; they add up to the length of the window.'),
};

export const StallsSchema = named(
  'LiveStalls',
  Type.Object({
    ...pageOf(Type.Object({ index: count('Counts the closed windows of the simulation.'), ...window })),
    total: count('Closed windows so far.'),
    dropped: count('Of these, the oldest, which are kept no more.'),
    open: Type.Array(Type.Object(window), { description: 'As they stand now.' }),
  }),
);

const size = word(['4k', '2m', '1g']);

/** Entries side by side that are alike. */
const run = {
  start: count('Where in the memory of the process, in bytes.'),
  length: count('In bytes.'),
  size: orNull(size),
  writable: Type.Boolean(),
  frame: orNull(count('First frame that it maps.')),
  folio: orNull(count('Index of the folio of that frame.')),
};

export const MappingsSchema = named(
  'LiveMappings',
  Type.Object({
    start: count(),
    length: count(),
    process: count(),
    next: orNull(count('`start` of the next call.')),
    primary: Type.Array(
      named(
        'PrimaryRun',
        Type.Object({
          ...run,
          kind: word(['present', 'none', 'migration', 'invalid', 'poison']),
          uffdWp: Type.Boolean({ description: 'Protected by UFFDIO_WRITEPROTECT.' }),
          special: Type.Boolean({ description: 'Carries the mark of a mapcount scheme.' }),
        }),
      ),
      { description: 'Entries of the process, run-length coded.' },
    ),
    secondary: Type.Array(
      Type.Object({
        vm: count(),
        slot: count(),
        runs: Type.Array(
          named(
            'SpteRun',
            Type.Object({
              ...run,
              gfn: count(),
              pages: count(),
              kind: word(['present', 'none', 'frozen']),
              protected: Type.Boolean({ description: 'Read-only for dirty logging alone.' }),
              accessed: Type.Boolean({ description: 'False: aging has cleared the bit, and nobody has come since.' }),
            }),
          ),
        ),
      }),
      { description: 'SPTEs of each VM, by memslot.' },
    ),
  }),
);

export const FolioSchema = named(
  'LiveFolio',
  Type.Object({
    index: count('Number of its first frame.'),
    size,
    pages: count(),
    kind: word(['hugetlb', 'file', 'anonymous']),
    refcount: Type.Integer(),
    gupRefs: count('Of these, held by GUP and faults under way.'),
    mapcount: Type.Object({
      scheme: Type.Union([mapcount, Type.Literal('kernel')], {
        description: 'That counts it; that of the run for hugetlb, that of the kernel for others.',
      }),
      entire: Type.Integer({ description: 'What the folio keeps for all of it.' }),
      pages: orNull(
        Type.Array(Type.Object({ page: count(), count: count(), mapcount: Type.Integer() }), {
          description: 'What it keeps for each 4K page, run-length coded.',
        }),
      ),
      pagesCut: Type.Boolean({ description: 'There are more runs than an answer has.' }),
      total: Type.Integer({ description: 'What folio_mapcount() would answer,' }),
      firstPage: Type.Integer({ description: 'page_mapcount() of the first page,' }),
      mapped: Type.Boolean({ description: 'and folio_mapped().' }),
    }),
    cacheIndex: orNull(count('Where the page cache has it, in units of the file.')),
    locked: Type.Boolean(),
    poisoned: Type.Boolean(),
    migratable: Type.Boolean(),
  }),
);

export const FoliosSchema = named('LiveFolioList', Type.Object(pageOf(FolioSchema)));

const mode = word(['read', 'write']);

export const LocksSchema = named(
  'LiveLocks',
  Type.Object({
    locks: Type.Array(
      Type.Object({
        lockClass: Type.String({ examples: ['mmu_lock'] }),
        instance: textOrNull('What it belongs to, such as `process 0`.'),
        kind: word(['sleeping', 'spinning', 'queue'], 'queue: nobody holds it, who waits is woken by an event.'),
        holders: Type.Array(Type.Object({ task: Type.String(), mode })),
        waiters: Type.Array(
          Type.Object({
            task: Type.String(),
            mode: orNull(mode),
            how: word(['spin', 'sleep'], 'Whether its CPU is busy meanwhile.'),
            sinceNs: ns(),
          }),
          { description: 'In the order in which they came.' },
        ),
      }),
    ),
  }),
);
