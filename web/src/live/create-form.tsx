// What a simulation is to be made of. Everything chosen stands in the address.

import { useState } from 'preact/hooks';
import { useCatalog, useLoaded } from '../api/loaded.ts';
import { fieldError, type ProblemText } from '../api/problem-text.ts';
import { service } from '../api/service.ts';
import { writeQuery } from '../app/query-state.ts';
import { place } from '../app/router.ts';
import { Field } from '../ui/field.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import {
  DEFAULTS,
  mistakesIn,
  PATHS,
  type Question,
  type QuestionField,
  queryOf,
  questionIn,
  requestOf,
} from './question.ts';
import { useDrive } from './use-drive.ts';

/** As many as one answer lists. */
const SCENARIOS = 100;

/** Makes it, and opens it with its question beside it. */
export async function createSimulation(question: Question): Promise<void> {
  const { id } = await service.simulations.create(requestOf(question));
  writeQuery({ ...queryOf(question), simulation: id }, { replace: false });
}

export function CreateForm() {
  const question = questionIn(place.value.query);
  const catalog = useCatalog().value.value;
  const library = useLoaded('scenarios', async () => {
    const { data } = await service.api.GET('/v1/scenarios', { params: { query: { limit: SCENARIOS } } });
    return data!.items;
  });
  const scenarios = library.value.value ?? [];
  const [mistakes, setMistakes] = useState<Partial<Record<QuestionField, string>>>({});
  const drive = useDrive();
  const set = (field: QuestionField, text: string): void => {
    writeQuery(queryOf({ ...question, [field]: text } as Question));
    setMistakes({});
    drive.clear();
  };
  const errorOf = (field: QuestionField): string | undefined => mistakes[field] ?? refusal(drive.problem, PATHS[field]);
  const about = scenarios.find(({ name }) => name === question.scenario)?.description;
  const isParts = question.from === 'parts';
  const shared = { question, set, errorOf };

  return (
    <form
      class="live-create"
      onSubmit={(event) => {
        event.preventDefault();
        const found = mistakesIn(question);
        setMistakes(found);
        if (Object.keys(found).length === 0) drive.run(() => createSimulation(question));
      }}
    >
      <fieldset class="live-from">
        <legend>Made from</legend>
        {(['scenario', 'parts'] as const).map((from) => (
          <label key={from}>
            <input type="radio" name="from" checked={question.from === from} onChange={() => set('from', from)} />
            {from === 'scenario' ? 'a scenario of the library' : 'parts'}
          </label>
        ))}
      </fieldset>
      <div class="live-fields">
        {isParts ? (
          <>
            <Choice
              {...shared}
              field="backing"
              label="Backing"
              hint="What the memory is made of."
              words={catalog?.backings}
            />
            <Choice
              {...shared}
              field="mapped"
              label="Mapped"
              hint="Size of the host's entries at time 0."
              words={catalog?.mapped}
            />
          </>
        ) : (
          <Choice
            {...shared}
            field="scenario"
            label="Scenario"
            hint={about ?? 'One of the library.'}
            words={scenarios.map(({ name }) => ({ id: name, description: '' }))}
          />
        )}
        <Choice
          {...shared}
          field="scheme"
          label="Notifier scheme"
          hint={schemeHint(catalog, question.scheme)}
          words={catalog?.schemeIds.map((id) => ({ id, description: '' }))}
        />
        <Choice
          {...shared}
          field="mapcount"
          label="Mapcount scheme"
          empty="as the scenario says"
          hint="How a folio counts its mappings."
          words={catalog?.mapcounts}
        />
        <Choice
          {...shared}
          field="kernel"
          label="Kernel"
          empty={isParts ? '6.12' : 'as the scenario says'}
          hint="Kernel version that the fault path and the zap follow."
          words={catalog?.kernels}
        />
        <Text
          {...shared}
          field="vcpus"
          label="vCPUs"
          hint="Of each VM, each on a CPU of its own."
          placeholder={isParts ? '8' : 'as the scenario says'}
        />
        <Text
          {...shared}
          field="memory"
          label="Memory"
          hint="Of the VM, such as 64MiB."
          placeholder={isParts ? '16MiB' : 'as the scenario says'}
        />
        <Text
          {...shared}
          field="seed"
          label="Seed"
          hint="The same seed and the same calls give the same bytes."
          placeholder="1"
        />
        <Text
          {...shared}
          field="set"
          label="Other fields"
          hint="path=value, several with commas: vm.count=2,guest.pattern=zipf"
          placeholder=""
        />
      </div>
      {isParts ? null : (
        <label class="live-check">
          <input
            type="checkbox"
            checked={question.timeline === '1'}
            onChange={({ currentTarget }) => set('timeline', currentTarget.checked ? '1' : DEFAULTS.timeline)}
          />
          With the operations of the scenario, at their times. Without, nothing happens but what is started here.
        </label>
      )}
      <ProblemNotice problem={drive.problem} />
      <div class="tools">
        <button type="submit" class="primary" disabled={drive.isBusy}>
          {drive.isBusy ? 'Building its world …' : 'Create the simulation'}
        </button>
      </div>
    </form>
  );
}

/** The service names overrides with or without a word in front. */
function refusal(problem: ProblemText | null, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  return fieldError(problem, path) ?? fieldError(problem, `overrides.${path}`);
}

function schemeHint(catalog: ReturnType<typeof useCatalog>['value']['value'], id: string): string {
  const [scheme, handler] = id.split('/');
  const texts = [
    catalog?.schemes.find((entry) => entry.id === scheme)?.description,
    catalog?.handlers.find((entry) => entry.id === handler)?.description,
  ];
  return texts.filter((text) => text !== undefined).join(' ') || 'What mm tells KVM about a collapse.';
}

interface FieldProps {
  readonly question: Question;
  readonly set: (field: QuestionField, text: string) => void;
  readonly errorOf: (field: QuestionField) => string | undefined;
  readonly field: QuestionField;
  readonly label: string;
  readonly hint: string;
}

interface ChoiceProps extends FieldProps {
  /** What it is called to choose none. */
  readonly empty?: string;
  readonly words: readonly { readonly id: string; readonly description: string }[] | undefined;
}

function Choice({ question, set, errorOf, field, label, hint, empty, words = [] }: ChoiceProps) {
  const chosen = question[field];
  const isKnown = words.some(({ id }) => id === chosen);
  const own = words.find(({ id }) => id === chosen)?.description;
  return (
    <Field label={label} hint={own || hint} error={errorOf(field)}>
      {(control) => (
        <select {...control} value={chosen} onChange={({ currentTarget }) => set(field, currentTarget.value)}>
          {empty === undefined ? null : <option value="">{empty}</option>}
          {/* A link may name what this service does not have: it shall say so, and not this page. */}
          {isKnown || chosen === '' ? null : <option value={chosen}>{chosen}</option>}
          {words.map(({ id }) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Text({
  question,
  set,
  errorOf,
  field,
  label,
  hint,
  placeholder,
}: FieldProps & { readonly placeholder: string }) {
  return (
    <Field label={label} hint={hint} error={errorOf(field)}>
      {(control) => (
        <input
          {...control}
          type="text"
          spellcheck={false}
          autocomplete="off"
          placeholder={placeholder}
          value={question[field]}
          onInput={({ currentTarget }) => set(field, currentTarget.value)}
        />
      )}
    </Field>
  );
}
