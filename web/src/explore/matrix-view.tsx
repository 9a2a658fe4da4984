// The matrix of verdicts: operations that meet, by what KVM is told of a collapse.

import { useCatalog } from '../api/loaded.ts';
import { textCodec, useQueryState } from '../app/query-state.ts';
import { formatCount } from '../ui/duration.ts';
import { Explained } from '../ui/explained.tsx';
import { Field } from '../ui/field.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { saveCsv } from '../ui/save.ts';
import { explorationWords } from './catalog-words.ts';
import { useMatrix } from './kept-matrix.ts';
import { ANY, choicesOf, countVerdicts, gridOf, matrixCsv } from './matrix-grid.ts';
import { MatrixTable } from './matrix-table.tsx';
import type { Matrix } from './types.ts';
import { LOOKS } from './verdicts.ts';

export function MatrixView() {
  const { value, problem } = useMatrix();
  if (value.value !== null) return <Verdicts matrix={value.value} />;
  if (problem.value !== null) return <ProblemNotice problem={problem.value} />;
  return (
    <p class="loading" aria-live="polite">
      Loading the matrix …
    </p>
  );
}

function Verdicts({ matrix }: { readonly matrix: Matrix }) {
  const [mapcount, setMapcount] = useQueryState('mapcount', textCodec, 'subpage');
  const [kernel, setKernel] = useQueryState('kernel', textCodec, '6.12');
  const [protection, setProtection] = useQueryState('protection', textCodec, ANY);
  const [backing, setBacking] = useQueryState('backing', textCodec, ANY);
  const choices = choicesOf(matrix);
  const grid = gridOf(matrix, { mapcount, kernel, protection, backing });
  const catalog = useCatalog().value.value;
  const words = explorationWords(catalog);
  const describe = (
    entries: readonly { readonly id: string; readonly description: string }[] | undefined,
    id: string,
  ) => entries?.find((entry) => entry.id === id)?.description;

  return (
    <>
      <section class="filters" aria-label="Which cells">
        <Choice
          label="Mapcount scheme"
          hint={describe(catalog?.mapcounts, mapcount)}
          value={mapcount}
          options={choices.mapcounts}
          onChange={setMapcount}
        />
        <Choice
          label="Kernel"
          hint={describe(catalog?.kernels, kernel)}
          value={kernel}
          options={choices.kernels}
          onChange={setKernel}
        />
        <Choice
          label="Protection"
          hint={
            protection === ANY
              ? 'What keeps others away from a page in collapse: as each row has it.'
              : describe(words.protections, protection)
          }
          value={protection}
          options={[ANY, ...choices.protections]}
          onChange={setProtection}
        />
        <Choice
          label="Memory"
          hint={backing === ANY ? 'All kinds.' : describe(catalog?.backings, backing)}
          value={backing}
          options={[ANY, ...choices.backings]}
          onChange={setBacking}
        />
      </section>
      {grid.rows.length === 0 ? (
        <p class="empty">The matrix has no cell with all of this. Choose another protection, or other memory.</p>
      ) : (
        <MatrixTable grid={grid} catalog={catalog} words={words} />
      )}
      <div class="legend">
        <ul>
          {countVerdicts(grid).map(({ verdict, count }) => (
            <li key={verdict}>
              <span class={`verdict verdict-${verdict}`}>
                <span aria-hidden="true">{LOOKS[verdict].sign} </span>
                {LOOKS[verdict].word}
              </span>{' '}
              <Explained what={LOOKS[verdict].meaning} unit="cells on the screen" source="cells[].verdict">
                {formatCount(count)}
              </Explained>
            </li>
          ))}
        </ul>
        <p>
          {grid.rowsLeftOut === 0
            ? 'All rows are shown.'
            : `${grid.rowsLeftOut} of ${matrix.rows.length} rows are not asked with what is chosen above.`}{' '}
          Each cell is an {matrix.search} search that ends at the first hazard.
        </p>
        <div class="tools">
          <button type="button" onClick={() => saveCsv(`stallscope-matrix-${mapcount}-${kernel}`, matrixCsv(grid))}>
            Save CSV
          </button>
        </div>
      </div>
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly hint: string | undefined;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, hint, value, options, onChange }: ChoiceProps) {
  return (
    <Field label={label} hint={hint ?? ''}>
      {(control) => (
        <select {...control} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
          {options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
