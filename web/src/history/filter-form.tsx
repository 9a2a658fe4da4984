import { useCatalog } from '../api/loaded.ts';
import { writeQuery } from '../app/query-state.ts';
import { navigate } from '../app/router.ts';
import { Field } from '../ui/field.tsx';
import { type Filters, instantOfLocal, isFiltered, localTime, SHORTEST_SEARCH, STATUSES } from './filters.ts';
import { KINDS } from './job-kinds.ts';

/** Another pick begins at the newest again. */
const set = (name: keyof Filters, value: string): void =>
  writeQuery({ [name]: value === '' ? null : value, cursor: null });

export function FilterForm({ filters }: { readonly filters: Filters }) {
  const schemes = useCatalog().value.value?.schemeIds ?? [];
  const isShort = filters.q.trim() !== '' && filters.q.trim().length < SHORTEST_SEARCH;
  return (
    <search>
      <form class="history-filters" aria-label="Find results" onSubmit={(event) => event.preventDefault()}>
        <Field
          label="Search"
          hint="In scenario, schemes and request."
          error={isShort ? `Three characters or more.` : undefined}
        >
          {(control) => (
            <input
              {...control}
              type="search"
              maxLength={100}
              value={filters.q}
              onInput={({ currentTarget }) => set('q', currentTarget.value)}
            />
          )}
        </Field>
        <Choice label="Kind" value={filters.kind} options={KINDS} onChoose={(kind) => set('kind', kind)} />
        <Choice label="Status" value={filters.status} options={STATUSES} onChoose={(status) => set('status', status)} />
        <Choice label="Scheme" value={filters.scheme} options={schemes} onChoose={(scheme) => set('scheme', scheme)} />
        <Field label="Scenario">
          {(control) => (
            <input
              {...control}
              maxLength={64}
              value={filters.scenario}
              onChange={({ currentTarget }) => set('scenario', currentTarget.value.trim())}
            />
          )}
        </Field>
        <Field label="From">
          {(control) => (
            <input
              {...control}
              type="datetime-local"
              value={localTime(filters.since)}
              onChange={({ currentTarget }) => set('since', instantOfLocal(currentTarget.value))}
            />
          )}
        </Field>
        <Field label="Before">
          {(control) => (
            <input
              {...control}
              type="datetime-local"
              value={localTime(filters.until)}
              onChange={({ currentTarget }) => set('until', instantOfLocal(currentTarget.value))}
            />
          )}
        </Field>
        <button
          type="button"
          class="history-clear"
          disabled={!isFiltered(filters)}
          onClick={() => navigate('/history')}
        >
          Show all
        </button>
      </form>
    </search>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value, options, onChoose }: ChoiceProps) {
  return (
    <Field label={label}>
      {(control) => (
        <select {...control} value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
          <option value="">any</option>
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
