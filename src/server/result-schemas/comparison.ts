// The result of a comparison as JSON Schema. The types stand in src/lab/result.ts, and what the fields mean.

import Type from 'typebox';
import { mapcountSchemes, schemeIds } from '../../lab/vocabulary.ts';
import { named } from '../openapi/components.ts';
import { count, interval, ns, numbers, numbersBy, textOrNull, word } from './fields.ts';
import { findingFields, stallCauses } from './records.ts';

const scheme = word(schemeIds);
const mapcount = word(mapcountSchemes.map(({ id }) => id) as (typeof mapcountSchemes)[number]['id'][]);

export const StallFigures = named(
  'StallFigures',
  Type.Object(
    {
      count: count(),
      meanNs: Type.Number(),
      p50Ns: ns(),
      p90Ns: ns(),
      p99Ns: ns(),
      p999Ns: ns(),
      maxNs: ns(),
      totalNs: ns(),
    },
    { description: 'Stall windows of all vCPUs in all repetitions together.' },
  ),
);

export const BlackoutFigures = named(
  'BlackoutFigures',
  Type.Object(
    { count: count(), maxNs: ns(), totalNs: ns() },
    { description: 'Times in which all vCPUs of a VM stall at once.' },
  ),
);

export const OperationFigures = named(
  'OperationFigures',
  Type.Object({
    operation: Type.String({ examples: ['madv-collapse'] }),
    durationNs: Type.Object({ p50: Type.Number(), max: Type.Number() }),
    errno: textOrNull('Of the first repetition that had one.'),
  }),
);

export const Estimate = named('Estimate', Type.Object({ estimate: Type.Number(), ci95: interval }));

export const RatioEstimate = named(
  'RatioEstimate',
  Type.Object(
    { estimate: Type.Union([Type.Number(), Type.Null()]), ci95: interval },
    { description: 'Null where the baseline had no stall in some repetition.' },
  ),
);

const SchemeResultSchema = named(
  'SchemeResult',
  Type.Object({
    scheme,
    mapcount,
    stall: StallFigures,
    stallByCauseNs: numbersBy(stallCauses, 'Time by cause.'),
    spinNs: ns(),
    sleepNs: ns(),
    blackout: BlackoutFigures,
    operations: Type.Array(OperationFigures),
    notifier: Type.Object(
      { sections: Type.Number(), startNs: Type.Number(), openNs: Type.Number(), collapsed: Type.Number() },
      { description: 'As of one run, each a mean.' },
    ),
    faults: Type.Object({
      total: Type.Number(),
      retries: Type.Number(),
      spurious: Type.Number(),
      userfault: Type.Number(),
    }),
    tlbFlushes: Type.Number(),
    seqBumps: Type.Number(),
    hugeRecoveryNs: Type.Union([Type.Number(), Type.Null()], {
      description: 'Until every SPTE that can be huge is huge; null: it never was, in one repetition at least.',
    }),
    guest: Type.Object({ touches: Type.Number(), throughputLoss: Type.Number({ minimum: 0, maximum: 1 }) }),
    findings: Type.Array(
      named('SchemeFinding', Type.Object({ ...findingFields, seed: Type.Integer({ description: 'Shows it again.' }) })),
    ),
    histogram: Type.String({ description: 'HdrHistogram V2, base64, of all stall windows.' }),
    counters: numbers('What the model did, a mean per run, by name.'),
    simulatedNs: Type.Number(),
    events: Type.Number(),
    wallMs: Type.Number({ description: 'The only field that two runs of one comparison may differ in.' }),
  }),
);

const PairedResultSchema = named(
  'PairedResult',
  Type.Object(
    { baseline: scheme, scheme, mapcount, maxStallRatio: RatioEstimate, maxStallDifferenceNs: Estimate },
    { description: 'A scheme beside the baseline of its mapcount scheme, repetition by repetition.' },
  ),
);

export const ComparisonResultSchema = named(
  'ComparisonResult',
  Type.Object(
    {
      scenario: Type.String({ examples: ['hgm-collapse-2m'] }),
      profile: Type.String({ examples: ['epyc-uncontended'] }),
      seed: Type.Integer(),
      repetitions: Type.Integer(),
      source: Type.Literal('simulation'),
      schemes: Type.Array(SchemeResultSchema),
      paired: Type.Array(PairedResultSchema),
    },
    { description: 'What `stallscope compare --json` prints.' },
  ),
);
