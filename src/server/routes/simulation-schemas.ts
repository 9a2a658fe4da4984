// Shapes of what the calls of a live simulation take and answer.

import Type, { type TSchema } from 'typebox';
import { liveGoalDocumentSchema } from '../../lab/live/goal.ts';
import { liveOperationDocumentSchema } from '../../lab/live/operation.ts';
import { liveRequestDocumentSchema } from '../../lab/live/request.ts';
import { documentSchemaOf } from '../../lab/schema-node.ts';
import { MINUTE } from '../../lab/units.ts';
import { SPEED_MAX, WAIT_MS } from '../simulations/simulation-limits.ts';

const closed = { additionalProperties: false } as const;
const open = { additionalProperties: true } as const;
const NS_PER_MS = 1e6;

const orNull = (schema: TSchema) => Type.Union([schema, Type.Null()]);
const ns = (description: string) => Type.Integer({ minimum: 0, description });

/** Examples are no part of what the lab checks, so they are put on here. */
export const CreateBody = Type.Unsafe<Record<string, unknown>>({
  ...liveRequestDocumentSchema,
  examples: [
    { scenario: 'hgm-collapse-2m', scheme: 'range', overrides: { timeline: [] }, seed: 1 },
    { vm: { vcpus: 2, memory: '64MiB' }, scheme: 'post-collapse/promote', record: {} },
  ],
});

export const OperateBody = Type.Unsafe<Record<string, unknown>>({
  ...liveOperationDocumentSchema,
  examples: [{ operation: 'madv-collapse', range: { start: 0, length: '1GiB' } }],
});

/** In ns, as every time that is read by the lab's reader. */
export const WaitField = Type.Integer({
  unit: 'ns',
  minimum: 0,
  maximum: WAIT_MS.most * NS_PER_MS,
  default: WAIT_MS.default * NS_PER_MS,
  description: `Real time that the answer may wait for the end of the advance. At most ${(WAIT_MS.most * NS_PER_MS) / MINUTE} min.`,
});

/** The goal as the lab reads it, and how long the answer may wait for it. */
export const AdvanceBody = Type.Unsafe<Record<string, unknown>>({
  ...liveGoalDocumentSchema,
  properties: {
    ...(liveGoalDocumentSchema as { properties?: Record<string, TSchema> }).properties,
    wait: documentSchemaOf(WaitField),
  },
  examples: [{ by: '5ms' }, { until: 'operations-done', wait: '1min' }],
});

export const PaceBody = Type.Object(
  {
    speed: Type.Number({
      minimum: 0,
      maximum: SPEED_MAX,
      description: 'Virtual ns for each real ns; 0: time stands.',
    }),
  },
  { ...closed, examples: [{ speed: 0.001 }] },
);

const simulation = {
  id: Type.String(),
  createdAt: Type.String({ format: 'date-time' }),
  status: Type.Enum(['paused', 'advancing', 'flowing', 'ended']),
  ended: orNull(Type.Enum(['event-budget', 'time-budget', 'deadlock', 'failed', 'out-of-memory', 'died'])),
  endMessage: orNull(Type.String()),
  scenario: Type.String(),
  scheme: Type.String(),
  mapcount: Type.String(),
  seed: Type.Integer(),
  simTimeNs: ns('Virtual time.'),
  events: Type.Integer({ description: 'Events of the engine so far.' }),
};

const operation = Type.Object({
  index: Type.Integer(),
  operation: Type.String(),
  process: Type.Integer(),
  range: Type.Object({ start: Type.Integer(), length: Type.Integer() }),
  startNs: orNull(Type.Integer()),
  durationNs: orNull(Type.Integer()),
  errno: orNull(Type.String()),
});

const stallFields = {
  vcpu: Type.Integer(),
  startNs: Type.Integer(),
  endNs: Type.Integer(),
  causes: Type.Object({}, { ...open, description: 'ns by cause; they add up to the length.' }),
};

export const StateSchema = Type.Unsafe<object>(
  Type.Object(
    {
      ...simulation,
      pace: orNull(
        Type.Object({
          speed: Type.Number(),
          achieved: orNull(Type.Number({ description: 'What came of it in the last second.' })),
          behind: Type.Boolean({ description: 'The machine does not keep up.' }),
        }),
      ),
      idle: Type.Boolean({ description: 'All operations have ended, and nobody is on the way.' }),
      operations: Type.Array(operation, { description: 'The newest 50.' }),
      operationsTotal: Type.Integer(),
      operationsDone: Type.Integer(),
      vcpus: Type.Array(
        Type.Object({
          vcpu: Type.Integer(),
          vm: Type.Integer(),
          state: Type.String({ description: 'running, halted, left, or what it stands still for.' }),
          sinceNs: Type.Integer(),
          stalledSinceNs: orNull(Type.Integer()),
          touches: Type.Integer(),
        }),
      ),
      stalls: Type.Object({ count: Type.Integer(), totalNs: Type.Integer(), maxNs: Type.Integer() }, open),
      notifier: Type.Object({}, open),
      faults: Type.Object({}, open),
      tlbFlushes: Type.Integer(),
      seqBumps: Type.Integer(),
      counters: Type.Object({}, open),
      hugeRecoveryNs: orNull(Type.Integer()),
      findings: Type.Array(Type.Object({}, open), { description: 'The first 20.' }),
      findingsTotal: Type.Integer(),
    },
    {
      ...open,
      examples: [{ status: 'paused', ended: null, scenario: 'hgm-collapse-2m', scheme: 'range', simTimeNs: 0 }],
    },
  ),
);

export const AdvancedSchema = Type.Unsafe<object>(
  Type.Object(
    {
      outcome: orNull(
        Type.Enum(['reached', 'stuck', 'paused', 'ended'], {
          description:
            'Null: it goes on. `stuck`: nothing is left that could happen, and somebody waits for an operation that nobody has started.',
        }),
      ),
      ...simulation,
    },
    {
      ...open,
      description: 'The outcome, and the state as GET has it.',
      examples: [{ outcome: 'reached', status: 'paused', ended: null, simTimeNs: 5_000_000, events: 2203 }],
    },
  ),
);

export const SimulationListSchema = Type.Unsafe<object>(
  Type.Object({
    items: Type.Array(Type.Object(simulation)),
    nextCursor: orNull(Type.String()),
  }),
);

export const OperationStartedSchema = Type.Unsafe<object>(
  Type.Object(
    {
      index: Type.Integer({ description: 'Counts the operations of the simulation, those of its timeline first.' }),
      simTimeNs: ns(''),
    },
    { examples: [{ index: 0, simTimeNs: 5_000_000 }] },
  ),
);

const pageOf = (item: TSchema, more: Record<string, TSchema> = {}) =>
  Type.Unsafe<object>(
    Type.Object({
      items: Type.Array(item),
      next: orNull(Type.Integer({ description: '`from` of the next call.' })),
      ...more,
    }),
  );

export const OperationsSchema = pageOf(operation);

export const StallsSchema = pageOf(Type.Object({ index: Type.Integer(), ...stallFields }), {
  total: Type.Integer({ description: 'Closed windows so far.' }),
  dropped: Type.Integer({ description: 'Of these, the oldest, which are kept no more.' }),
  open: Type.Array(Type.Object(stallFields), { description: 'As they stand now.' }),
});

const run = {
  start: Type.Integer(),
  length: Type.Integer(),
  size: orNull(Type.Enum(['4k', '2m', '1g'])),
  kind: Type.String({ description: 'present, none, migration, invalid, poison; of an SPTE present, none, frozen.' }),
  writable: Type.Unknown(),
  frame: orNull(Type.Integer()),
  folio: orNull(Type.Integer()),
};

export const MappingsSchema = Type.Unsafe<object>(
  Type.Object({
    start: Type.Integer(),
    length: Type.Integer(),
    process: Type.Integer(),
    next: orNull(Type.Integer({ description: '`start` of the next call.' })),
    primary: Type.Array(Type.Object(run, open), { description: 'Entries of the process, run-length coded.' }),
    secondary: Type.Array(
      Type.Object({ vm: Type.Integer(), slot: Type.Integer(), runs: Type.Array(Type.Object(run, open)) }),
      { description: 'SPTEs of each VM, by memslot.' },
    ),
  }),
);

export const FolioSchema = Type.Unsafe<object>(
  Type.Object(
    {
      index: Type.Integer({ description: 'Number of its first frame.' }),
      size: Type.Enum(['4k', '2m', '1g']),
      pages: Type.Integer(),
      kind: Type.Enum(['hugetlb', 'file', 'anonymous']),
      refcount: Type.Integer(),
      mapcount: Type.Object(
        {},
        { ...open, description: 'As the mapcount scheme keeps it, and what its readers would get.' },
      ),
    },
    open,
  ),
);

export const FoliosSchema = pageOf(FolioSchema);

export const LocksSchema = Type.Unsafe<object>(
  Type.Object({
    locks: Type.Array(
      Type.Object({
        lockClass: Type.String(),
        instance: Type.String(),
        kind: Type.Enum(['sleeping', 'spinning', 'queue']),
        holders: Type.Array(Type.Object({ task: Type.String(), mode: Type.Enum(['read', 'write']) })),
        waiters: Type.Array(
          Type.Object({
            task: Type.String(),
            mode: orNull(Type.Enum(['read', 'write'])),
            how: Type.Enum(['spin', 'sleep']),
            sinceNs: Type.Integer(),
          }),
        ),
      }),
    ),
  }),
);
