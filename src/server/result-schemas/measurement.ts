// The result of a measurement as JSON Schema. The types stand in src/host/measurement-result.ts; null is what nobody can see from
// outside of the kernel.

import Type from 'typebox';
import { hostBackings, hostSizes, places } from '../../host/vocabulary.ts';
import { named } from '../openapi/components.ts';
import { BlackoutFigures, Estimate, OperationFigures, RatioEstimate, StallFigures } from './comparison.ts';
import { count, numbers, textOrNull, word } from './fields.ts';

const place = word(places.map(({ id }) => id) as (typeof places)[number]['id'][]);
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);
const quantiles = Type.Object({ p10: Type.Number(), p50: Type.Number(), p90: Type.Number() });

const StallSchema = named(
  'MeasuredStall',
  Type.Object({
    repetition: count(),
    vcpu: count(),
    startNs: Type.Integer({ description: 'From the start of the operation, or of the control.' }),
    endNs: Type.Integer(),
    offset: Type.Integer({ description: 'What the guest touched behind it, from the start of its memory.' }),
  }),
);

const EventSchema = named(
  'KernelEvent',
  Type.Object({
    repetition: count(),
    name: Type.String({ examples: ['kvm_unmap_hva_range'] }),
    atNs: Type.Integer({ description: 'From the start of the operation, or of the control.' }),
    cpu: count(),
    task: Type.String({ examples: ['vcpu 0'] }),
    fields: Type.Unsafe<Record<string, number | string | boolean>>({
      type: 'object',
      additionalProperties: { type: ['number', 'string', 'boolean'] },
    }),
  }),
);

const SchemeSchema = named(
  'MeasuredScheme',
  Type.Object({
    scheme: word(['control', 'kernel'], 'All but the operation; the operation.'),
    mapcount: Type.Literal('kernel'),
    place,
    repetitions: count(),
    dropped: count('Left out because a thread had to wait for a CPU.'),
    stall: StallFigures,
    perRepetition: Type.Object({ longestNs: quantiles, totalNs: quantiles }),
    stallByCauseNs: Type.Null(),
    spinNs: Type.Null(),
    sleepNs: Type.Null(),
    blackout: BlackoutFigures,
    operations: Type.Array(OperationFigures),
    notifier: Type.Null(),
    faults: Type.Union([
      Type.Object({ total: Type.Number(), retries: Type.Null(), spurious: Type.Number(), userfault: Type.Null() }),
      Type.Null(),
    ]),
    tlbFlushes: numberOrNull,
    seqBumps: Type.Null(),
    hugeRecoveryNs: Type.Null(),
    guest: Type.Object({ touches: Type.Number(), throughputLoss: Type.Number() }),
    findings: Type.Unsafe<never[]>({ type: 'array', maxItems: 0 }),
    histogram: Type.String({ description: 'HdrHistogram V2, base64, of all stall windows.' }),
    counters: numbers('What KVM and the threads counted, a mean per repetition, by name.'),
    windowNs: Type.Number(),
    wallMs: Type.Number(),
    windows: Type.Optional(Type.Array(StallSchema, { description: 'If they were asked for.' })),
    kernelEvents: Type.Optional(Type.Array(EventSchema, { description: 'If they were asked for and could be had.' })),
  }),
);

const PairSchema = named(
  'MeasuredPair',
  Type.Object({
    baseline: Type.Literal('control'),
    scheme: Type.Literal('kernel'),
    place,
    maxStallRatio: RatioEstimate,
    maxStallDifferenceNs: Estimate,
    totalStallDifferenceNs: Estimate,
  }),
);

const EventsSummarySchema = Type.Union([
  Type.Object({ recorded: Type.Array(Type.String()), dropped: Type.Integer(), missing: Type.Null() }),
  Type.Object({ recorded: Type.Null(), dropped: Type.Literal(0), missing: Type.String() }),
  Type.Null(),
]);

const HostSchema = named(
  'HostFacts',
  Type.Object(
    {
      kernel: Type.String(),
      kernelBuild: Type.String(),
      cpu: Type.String(),
      cpus: Type.Integer(),
      virtualized: Type.Boolean(),
      kvm: Type.Object({
        module: textOrNull(),
        mmu: Type.Union([word(['tdp', 'shadow']), Type.Null()]),
        tdpMmu: Type.Boolean(),
        nxHugePages: textOrNull(),
      }),
      thp: Type.Object({ enabled: textOrNull(), shmem: textOrNull(), defrag: textOrNull() }),
      hugetlb2m: Type.Object({ total: Type.Integer(), free: Type.Integer() }),
      clocksource: textOrNull(),
    },
    { description: 'The machine that it was made on.' },
  ),
);

export const MeasurementResultSchema = named(
  'MeasurementResult',
  Type.Object(
    {
      scenario: Type.String({ description: 'The operation.', examples: ['madv-collapse'] }),
      profile: Type.Null(),
      seed: Type.Null(),
      repetitions: count('Those that count, at the place that has the fewest.'),
      source: Type.Literal('host'),
      schemes: Type.Array(SchemeSchema),
      paired: Type.Array(PairSchema),
      measurement: Type.Object({
        memory: Type.Object({ backing: word(hostBackings), folios: word(hostSizes), mapped: word(hostSizes) }),
        memoryBytes: Type.Integer(),
        rangeBytes: Type.Integer(),
        strideBytes: Type.Integer(),
        vcpus: Type.Integer(),
        thresholdNs: Type.Integer(),
        tailNs: Type.Integer(),
        tscHz: Type.Integer(),
        guestTscOffset: Type.Integer(),
        cpus: Type.Union([Type.Object({ operator: Type.Integer(), vcpus: Type.Array(Type.Integer()) }), Type.Null()]),
        kernelEvents: EventsSummarySchema,
      }),
      host: HostSchema,
    },
    { description: 'What `stallscope measure --json` prints.' },
  ),
);
