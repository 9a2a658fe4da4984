// A button for every operation of the catalog, and a form with its parameters.

import { useState } from 'preact/hooks';
import type { components } from '../../../src/client/index.ts';
import { type CatalogEntry, useCatalog } from '../api/loaded.ts';
import { service } from '../api/service.ts';
import { Field } from '../ui/field.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import type { BandView } from './band-view.ts';
import { formatBytes } from './bytes.ts';
import {
  mistakesIn,
  type OperationField,
  operationFields,
  operationRequest,
  refusalOf,
  refusedElsewhere,
  scenarioFields,
  type Written,
} from './operation-fields.ts';
import { OperationList } from './operation-list.tsx';
import { useDrive } from './use-drive.ts';
import type { WatchedSimulation } from './watch-simulation.ts';

interface Props {
  readonly simulation: WatchedSimulation;
  /** What the maps show; null: all. */
  readonly shown: BandView | null;
}

export function OperationPanel({ simulation, shown }: Props) {
  const [chosen, setChosen] = useState<string | null>(null);
  const { value, problem } = useCatalog();
  const operations = value.value?.operations.filter(({ available }) => available) ?? [];
  const operation = operations.find(({ id }) => id === chosen);
  const isEnded = simulation.state.value?.status === 'ended';
  return (
    <section class="live-panel" aria-labelledby="live-operations-title">
      <h2 id="live-operations-title">Operations</h2>
      <ProblemNotice problem={problem.value} />
      <div class="live-buttons">
        {operations.map(({ id, description }) => (
          <button
            key={id}
            type="button"
            title={description}
            disabled={isEnded}
            aria-pressed={id === chosen}
            onClick={() => setChosen(id === chosen ? null : id)}
          >
            {id}
          </button>
        ))}
      </div>
      {operation === undefined ? (
        <p class="field-hint">
          One that is chosen shows its parameters. It starts at the present virtual time, in a thread of its own.
        </p>
      ) : (
        <OperationForm key={operation.id} operation={operation} simulation={simulation} shown={shown} />
      )}
      <OperationList simulation={simulation} />
    </section>
  );
}

function OperationForm({ operation, simulation, shown }: Props & { readonly operation: CatalogEntry }) {
  const fields = operationFields(operation.parameters);
  const elsewhere = scenarioFields(operation.parameters);
  const [written, setWritten] = useState<Written>({});
  const [mistakes, setMistakes] = useState<Readonly<Record<string, string>>>({});
  const [started, setStarted] = useState<number | null>(null);
  const drive = useDrive();
  const paths = new Set(fields.map(({ path }) => path));
  const others = refusedElsewhere(drive.problem?.fields ?? [], fields);

  const submit = (): void => {
    const found = mistakesIn(fields, written);
    setMistakes(found);
    setStarted(null);
    if (Object.keys(found).length > 0) return;
    const request = operationRequest(operation.id, fields, written) as components['schemas']['SimulationOperation'];
    drive.run(async () => {
      setStarted((await service.simulations.start(simulation.id, request)).index);
      simulation.refresh();
    });
  };
  const write = (path: string, text: string): void => {
    setWritten({ ...written, [path]: text });
    const { [path]: _, ...rest } = mistakes;
    setMistakes(rest);
    drive.clear();
  };

  return (
    <form
      class="live-form"
      aria-label={operation.id}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p>{operation.description}</p>
      <div class="live-fields">
        {fields.map((field) => (
          <OperationControl
            key={field.path}
            field={field}
            text={written[field.path] ?? ''}
            error={mistakes[field.path] ?? refusalOf(drive.problem?.fields ?? [], fields, field)}
            onText={(text) => write(field.path, text)}
          />
        ))}
      </div>
      {elsewhere.length === 0 ? null : (
        <p class="field-hint">
          It also goes by <code>{elsewhere.join(', ')}</code>, which belong to the scenario.
        </p>
      )}
      {drive.problem === null || (drive.problem.fields.length > 0 && others.length === 0) ? null : (
        <ProblemNotice problem={{ ...drive.problem, fields: others }} />
      )}
      <div class="tools">
        <button type="submit" class="primary" disabled={drive.isBusy}>
          Start {operation.id}
        </button>
        {shown === null || !paths.has('range.start') ? null : (
          <button
            type="button"
            onClick={() => {
              setWritten({
                ...written,
                'range.start': formatBytes(shown.start),
                'range.length': formatBytes(shown.length),
              });
              setMistakes({});
            }}
          >
            Range that the maps show
          </button>
        )}
        <span role="status">{started === null ? '' : `Operation ${started} has started.`}</span>
      </div>
    </form>
  );
}

interface ControlProps {
  readonly field: OperationField;
  readonly text: string;
  readonly error: string | undefined;
  readonly onText: (text: string) => void;
}

function OperationControl({ field: { path, about, control, fallback, unit }, text, error, onText }: ControlProps) {
  return (
    <Field label={path} hint={about} error={error}>
      {(props) => {
        if (control.kind === 'flag' || control.kind === 'words') {
          const words = control.kind === 'flag' ? ['true', 'false'] : control.words;
          return (
            <select {...props} value={text} onChange={({ currentTarget }) => onText(currentTarget.value)}>
              <option value="">{fallback === '' ? '(null)' : `(${fallback})`}</option>
              {words.map((word) => (
                <option key={word} value={word}>
                  {word}
                </option>
              ))}
            </select>
          );
        }
        return (
          <input
            {...props}
            type="text"
            spellcheck={false}
            autocomplete="off"
            placeholder={placeholderOf(control.kind, fallback, unit)}
            value={text}
            onInput={({ currentTarget }) => onText(currentTarget.value)}
          />
        );
      }}
    </Field>
  );
}

function placeholderOf(kind: string, fallback: string, unit: string): string {
  if (fallback !== '') return kind === 'size' ? formatBytes(Number(fallback)) : fallback;
  if (kind === 'size') return 'such as 2MiB';
  return kind === 'time' ? 'such as 5ms' : unit;
}
