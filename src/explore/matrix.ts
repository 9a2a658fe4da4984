// The whole table of verdicts: operations x notifier scheme with its handler x mapcount scheme x kernel. Planning lists the
// cells; each is one exploration of its own, so whoever has several CPUs may carry them out in any order.

import type { NotifierSchemeId } from '../lab/run-types.ts';
import { kernels, mapcountSchemes, schemeIds } from '../lab/vocabulary.ts';
import type { KernelVersion } from '../mm/machine.ts';
import type { MapcountSchemeId } from '../mm/mapcount/mapcount-scheme.ts';
import type {
  ExplorationFinding,
  ExplorationLimits,
  ExplorationOptions,
  ExplorationQuestion,
  ExplorationResult,
} from './exploration-types.ts';
import { type MatrixRow, matrixRows } from './matrix-rows.ts';
import { InvalidQuestion, questionOf } from './question.ts';

/** Of each cell. They are small, so that the default matrix takes minutes; a cell that needs more says `incomplete`. */
const matrixLimits = { schedules: 200_000, transitions: 500_000, depth: 2_000 } as const;

/** Of the mapcount scheme of memory that is not hugetlb's: it has its own. */
const NO_MAPCOUNT = '-';

interface MatrixColumn {
  readonly scheme: NotifierSchemeId;
  readonly mapcount: MapcountSchemeId | typeof NO_MAPCOUNT;
  readonly kernel: KernelVersion;
}

export interface MatrixCell extends MatrixColumn {
  readonly row: string;
  readonly limits: ExplorationLimits;
  /** Null: refused. */
  readonly question: ExplorationQuestion | null;
  readonly refusal: string | null;
  readonly request: CellRequest;
}

/** What asks the question of a cell anew: the body of a POST /v1/explorations. */
export type CellRequest = MatrixRow['input'] &
  Pick<ExplorationQuestion, 'scheme' | 'kernel'> & {
    /** Absent: memory that hugetlb's schemes do not count. */
    readonly mapcount?: MapcountSchemeId;
    readonly all: false;
    readonly limits: ExplorationLimits;
  };

type CellVerdict = 'safe' | 'unsafe' | 'leak' | 'performance' | 'incomplete' | 'refused';

export interface MatrixAnswer extends MatrixColumn {
  readonly row: string;
  readonly verdict: CellVerdict;
  /** Kinds of the findings that make the verdict; why, for one that is refused or incomplete. */
  readonly because: readonly string[];
  readonly schedules: number;
  readonly states: number;
  readonly transitions: number;
  /** Of the counterexample. */
  readonly preemptions: number | null;
  readonly length: number | null;
  /** Why the search ended; null: it was refused. */
  readonly endedBy: ExplorationResult['endedBy'] | null;
  /** All that it came upon, whether or not that makes the verdict. */
  readonly findings: readonly Pick<ExplorationFinding, 'kind' | 'class'>[];
}

export interface MatrixFilter {
  /** Ids of rows, or operations that a row must have; absent: all. */
  readonly rows?: readonly string[] | undefined;
  /** Ids of schemes, mapcount schemes and kernels; of each of the three, absent: all. */
  readonly columns?: readonly string[] | undefined;
}

/** All that a filter may name. */
export const columnIds: readonly string[] = [
  ...schemeIds,
  ...mapcountSchemes.map(({ id }) => id),
  ...kernels.map(({ id }) => id),
];

const operationsOf = ({ input }: MatrixRow): string[] =>
  input.operations.map((one) => (typeof one === 'string' ? one : one.operation));

/** Whether a row is one that the filter names: by its id, or by one of its operations. */
export const isNamed = (row: MatrixRow, names: readonly string[]): boolean =>
  names.some((name) => name === row.id || operationsOf(row).includes(name));

/** Cells by row, then scheme, mapcount scheme, kernel. */
export function planMatrix({ rows, columns }: MatrixFilter = {}): MatrixCell[] {
  const schemes = picked(schemeIds, columns);
  const mapcounts = picked(
    mapcountSchemes.map(({ id }) => id),
    columns,
  );
  const named = mapcountSchemes.some(({ id }) => columns?.includes(id));
  const versions = picked(
    kernels.map(({ id }) => id),
    columns,
  );
  return matrixRows
    .filter((row) => rows === undefined || isNamed(row, rows))
    .flatMap((row) => {
      const hugetlb = (row.input.backing ?? 'hugetlb-2m').startsWith('hugetlb');
      const asked = named ? mapcounts : mapcounts.filter((id) => row.mapcounts?.includes(id) ?? true);
      const counted = hugetlb ? asked : ([NO_MAPCOUNT] as const);
      return schemes.flatMap((scheme) =>
        counted.flatMap((mapcount) => versions.map((kernel) => cellOf(row, { scheme, mapcount, kernel }))),
      );
    });
}

const picked = <Id extends string>(ids: readonly Id[], names: readonly string[] | undefined): readonly Id[] => {
  const named = ids.filter((id) => names?.includes(id));
  return named.length === 0 ? ids : named;
};

function cellOf({ id, input, transitions = matrixLimits.transitions }: MatrixRow, column: MatrixColumn): MatrixCell {
  const { scheme, mapcount, kernel } = column;
  const limits = { ...matrixLimits, transitions };
  const asked = { ...input, scheme, kernel, ...(mapcount === NO_MAPCOUNT ? {} : { mapcount }) };
  const place = { row: id, ...column, limits, request: { ...asked, all: false, limits } as const };
  try {
    return { ...place, question: questionOf(asked), refusal: null };
  } catch (error) {
    if (!(error instanceof InvalidQuestion)) throw error;
    return { ...place, question: null, refusal: error.message };
  }
}

/** Counterexamples of a cell are counted, not shown: they need not be the shortest. */
const MINIMIZE_BUDGET = 20_000;

export const cellOptions = ({ limits }: MatrixCell): ExplorationOptions => ({
  search: 'exhaustive',
  seed: 1,
  all: false,
  minimizeBudget: MINIMIZE_BUDGET,
  limits,
});

/** What a cell says; null as result: it was not asked. */
export function answerOf(
  { row, scheme, mapcount, kernel, refusal }: MatrixCell,
  result: ExplorationResult | null,
): MatrixAnswer {
  const place = { row, scheme, mapcount, kernel };
  if (result === null) {
    const none = {
      schedules: 0,
      states: 0,
      transitions: 0,
      preemptions: null,
      length: null,
      endedBy: null,
      findings: [],
    };
    return { ...place, verdict: 'refused', because: [refusal ?? 'not asked'], ...none };
  }
  const { schedules, states, transitions, findings } = result;
  const of = (wanted: string): string[] =>
    findings
      .filter((one) => one.class === wanted)
      .map(({ kind }) => kind)
      .sort();
  const [verdict, because] = ((): [CellVerdict, string[]] => {
    if (result.verdict === 'unsafe') return ['unsafe', of('hazard')];
    if (result.verdict === 'incomplete') return ['incomplete', [result.endedBy]];
    if (of('leak').length > 0) return ['leak', of('leak')];
    return of('performance').length > 0 ? ['performance', of('performance')] : ['safe', []];
  })();
  const counterexample = findings.find(({ kind }) => kind === because[0])?.counterexample ?? null;
  return {
    ...place,
    verdict,
    because,
    schedules,
    states,
    transitions,
    preemptions: counterexample?.preemptions ?? null,
    length: counterexample?.length ?? null,
    endedBy: result.endedBy,
    findings: findings.map(({ kind, class: of }) => ({ kind, class: of })),
  };
}
