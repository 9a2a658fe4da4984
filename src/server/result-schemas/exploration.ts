// The result of an exploration as JSON Schema. The types stand in src/explore/exploration-types.ts.

import Type from 'typebox';
import { collapseProtections, reductions, searches } from '../../explore/exploration-request.ts';
import type { ExplorationQuestion } from '../../explore/exploration-types.ts';
import { exploredOperations } from '../../explore/question.ts';
import { backings, hgmVersions, kernels, mapcountSchemes, preemptions, schemeIds } from '../../lab/vocabulary.ts';
import { named } from '../openapi/components.ts';
import { count, idsOf, word } from './fields.ts';

export const FindingClass = word(['hazard', 'leak', 'performance', 'warning', 'outcome']);

const pages = Type.Array(count());

/** What follows an operation is one itself; a reference that a type cannot follow, so the type is given. */
const OperationSchema = named(
  'ExploredOperation',
  Type.Unsafe<ExplorationQuestion['operations'][number]>({
    ...Type.Object({
      operation: word(exploredOperations),
      pages: Type.Object({ first: count(), count: count() }),
      protection: word(['read', 'read-write']),
    }),
    description: 'Its `next`, if any, is one of these and follows it in the same thread.',
  }),
);

export const QuestionSchema = named(
  'ExplorationQuestion',
  Type.Object(
    {
      operations: Type.Array(OperationSchema),
      scheme: word(schemeIds),
      mapcount: word(idsOf(mapcountSchemes)),
      kernel: word(idsOf(kernels)),
      preemption: word(idsOf(preemptions)),
      backing: word(idsOf(backings)),
      hgm: Type.Object({ version: word(idsOf(hgmVersions)), protection: word(collapseProtections) }),
      geometry: Type.Object({
        entries: Type.Unsafe<2 | 3 | 4>({ type: 'integer', minimum: 2, maximum: 4 }),
        blocks: Type.Unsafe<1 | 2>({ type: 'integer', minimum: 1, maximum: 2 }),
      }),
      mapped: word(['4k', '2m', '1g', 'none']),
      folios: word(['4k', '2m']),
      sptes: word(['as-host', 'none']),
      holes: pages,
      readOnlySptes: pages,
      guest: Type.Array(Type.Array(Type.Object({ page: count(), write: Type.Boolean() }))),
      userfault: Type.Object({ mode: word(['none', 'missing', 'minor', 'wp']), answered: Type.Boolean() }),
    },
    { description: 'The question with every default filled in.' },
  ),
);

const CounterexampleSchema = named(
  'Counterexample',
  Type.Object({
    tasks: Type.Array(Type.String(), { description: 'Names of the threads.' }),
    schedule: Type.Array(count(), { description: 'The task chosen at each transition. Replays.' }),
    steps: Type.Array(Type.Object({ task: count(), label: Type.String(), effects: Type.Array(Type.String()) })),
    preemptions: count('Switches away from a task that could have gone on.'),
    length: count(),
    minimality: word(['fewest-preemptions', 'as-found']),
  }),
);

const FindingSchema = named(
  'ExplorationFinding',
  Type.Object({
    kind: Type.String({ examples: ['lost-write'] }),
    class: FindingClass,
    message: Type.String(),
    evidence: Type.Unknown({ description: 'What shows it; its shape depends on the kind.', examples: [{}] }),
    count: count('Schedules in which it was met.'),
    counterexample: CounterexampleSchema,
  }),
);

export const ExplorationResultSchema = named(
  'ExplorationResult',
  Type.Object(
    {
      question: QuestionSchema,
      search: word(searches),
      reduction: word(reductions),
      seed: count(),
      stepChecks: Type.Boolean({ description: 'Whether the checks of a run were made at every step.' }),
      verdict: word(['safe', 'unsafe', 'incomplete']),
      complete: Type.Boolean(),
      endedBy: word(['complete', 'schedules', 'transitions', 'depth', 'first-hazard', 'stopped']),
      bounds: Type.Array(Type.String(), { description: 'What was covered, in words.' }),
      schedules: count(),
      states: count('States that differ; 0 where the search keeps none.'),
      transitions: count(),
      replayed: count(),
      depth: count('The longest schedule.'),
      findings: Type.Array(FindingSchema),
      counterexample: Type.Union([CounterexampleSchema, Type.Null()], { description: 'Of the worst finding.' }),
    },
    { description: 'What `stallscope explore --json` prints.' },
  ),
);
