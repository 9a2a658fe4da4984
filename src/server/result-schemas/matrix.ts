// The matrix of verdicts as JSON Schema. The types stand in src/explore/matrix-result.ts.

import Type from 'typebox';
import { collapseProtections, explorationDocumentSchema } from '../../explore/exploration-request.ts';
import type { CellRequest } from '../../explore/matrix.ts';
import { backings, hgmVersions, kernels, mapcountSchemes, schemeIds } from '../../lab/vocabulary.ts';
import { named } from '../openapi/components.ts';
import { FindingClass } from './exploration.ts';
import { count, idsOf, word } from './fields.ts';

const row = Type.String({ examples: ['madv-collapse+truncate'] });
const limits = Type.Object({ schedules: count(), transitions: count(), depth: count() });

const RowSchema = named(
  'MatrixRow',
  Type.Object({
    id: row,
    about: Type.String(),
    operations: Type.Array(Type.Array(Type.String({ examples: ['madv-collapse'] })), {
      description: 'Of each thread, what it does one after the other.',
    }),
    backing: word(idsOf(backings)),
    limits,
    bounds: Type.Array(Type.String(), { description: 'What a complete search of a cell covers, in words.' }),
  }),
);

const ended = ['complete', 'schedules', 'transitions', 'depth', 'first-hazard', 'stopped'] as const;

const CellSchema = named(
  'MatrixCell',
  Type.Object({
    row,
    scheme: word(schemeIds),
    mapcount: word([...idsOf(mapcountSchemes), '-'] as const, "-: memory that hugetlb's schemes do not count."),
    kernel: word(idsOf(kernels)),
    verdict: word(['safe', 'unsafe', 'leak', 'performance', 'incomplete', 'refused']),
    because: Type.Array(Type.String(), {
      description: 'Kinds of the findings that make the verdict; why, where it is refused or incomplete.',
      examples: [['lost-write']],
    }),
    schedules: count(),
    states: count(),
    transitions: count(),
    preemptions: Type.Union([count(), Type.Null()], { description: 'Of the counterexample.' }),
    length: Type.Union([count(), Type.Null()], { description: 'Of the counterexample, in steps.' }),
    endedBy: Type.Union([word(ended), Type.Null()], { description: 'Of the search; null: refused.' }),
    findings: Type.Array(Type.Object({ kind: Type.String({ examples: ['lost-write'] }), class: FindingClass }), {
      description: 'All that the search came upon until it ended; a search ends at the first hazard.',
    }),
    complete: Type.Boolean({ description: 'Every schedule within the bounds was searched.' }),
    hgm: Type.Union(
      [Type.Object({ version: word(idsOf(hgmVersions)), protection: word(collapseProtections) }), Type.Null()],
      { description: 'Revision, and what keeps others away from a page in collapse; null: refused.' },
    ),
    // POST /v1/explorations with this body asks the question of the cell anew.
    request: Type.Unsafe<CellRequest>(named('ExplorationRequest', explorationDocumentSchema)),
  }),
);

export const MatrixSchema = named(
  'Matrix',
  Type.Object(
    {
      search: Type.Unsafe<'exhaustive'>({ type: 'string', enum: ['exhaustive'] }),
      rows: Type.Array(RowSchema),
      cells: Type.Array(CellSchema, { description: 'By row, then scheme, mapcount scheme, kernel.' }),
    },
    { description: 'What `stallscope explore --matrix --json` prints.' },
  ),
);
