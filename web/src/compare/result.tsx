// What a comparison has shown: numbers, then pictures, then what is wrong.

import { questionOfRequest } from '../api/comparison-question.ts';
import type { JobStates } from '../api/job.ts';
import { type Catalog, useLoaded } from '../api/loaded.ts';
import { service } from '../api/service.ts';
import { CausePanel } from './cause-panel.tsx';
import { Downloads } from './downloads.tsx';
import { type Explored, exploredCells } from './explored.ts';
import { exploredCaseOf } from './explored-case.ts';
import { Findings } from './findings.tsx';
import { useScenario } from './libraries.ts';
import { RatioPanel } from './ratio-panel.tsx';
import type { ComparisonResult, RowId } from './row-names.ts';
import type { SchemaNode } from './scenario-fields.ts';
import { SchemeTable } from './scheme-table.tsx';
import { SurvivalPanel } from './survival-panel.tsx';

export interface ResultProps {
  readonly job: JobStates['comparisons'];
  readonly result: ComparisonResult;
  readonly catalog: Catalog;
  /** Has it computed again. */
  readonly onFresh?: () => void;
}

export function Result({ job, result, catalog, onFresh }: ResultProps) {
  const question = questionOfRequest(job.spec);
  const scenario = useScenario(question.scenario);
  const matrix = useLoaded('matrix', async () => (await service.api.GET('/v1/catalog/matrix')).data!);
  const explored = (row: RowId): Explored | null => {
    const [cells, document] = [matrix.value.value, scenario.value.value];
    if (cells === null || document === null) return null;
    const about = exploredCaseOf(document, question, catalog.scenarioSchema as SchemaNode);
    return exploredCells(cells, about, row.scheme, row.mapcount);
  };
  return (
    <>
      <h2>
        {result.scenario}
        <span class="result-about">
          {' '}
          profile {result.profile}, {result.repetitions} {result.repetitions === 1 ? 'repetition' : 'repetitions'} from
          seed {result.seed}
        </span>
      </h2>
      {job.reused ? (
        <p class="result-reused">
          The same was asked before: this is the result of then.{' '}
          {onFresh === undefined ? null : (
            <button type="button" onClick={onFresh}>
              Compute it again
            </button>
          )}
        </p>
      ) : null}
      <SchemeTable comparison={job.id} result={result} explored={explored} />
      <div class="charts">
        <SurvivalPanel result={result} />
        <CausePanel result={result} causes={catalog.stallCauses.map(({ id }) => id)} />
        <RatioPanel result={result} />
        <Findings result={result} />
      </div>
      <Downloads comparison={job.id} result={result} />
    </>
  );
}
