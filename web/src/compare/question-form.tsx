// What is asked, with what each choice means beside it. Every change goes into the address at once.

import type { ComponentChildren } from 'preact';
import type { ComparisonQuestion } from '../api/comparison-question.ts';
import { isDocument } from '../api/comparison-question.ts';
import type { Catalog } from '../api/loaded.ts';
import { fieldError, type ProblemText } from '../api/problem-text.ts';
import { Field } from '../ui/field.tsx';
import { MapcountChoice, SchemeChoice } from './choices.tsx';
import type { Libraries } from './libraries.ts';
import { Overrides } from './overrides.tsx';
import { type SchemaNode, shown, valueAt } from './scenario-fields.ts';

export interface QuestionFormProps {
  readonly question: ComparisonQuestion;
  readonly catalog: Catalog;
  readonly libraries: Libraries;
  /** The scenario as it was written; null: not known yet, or there is none of that name. */
  readonly document: unknown;
  readonly problem: ProblemText | null;
  readonly isBusy: boolean;
  readonly onChange: (question: ComparisonQuestion) => void;
  readonly onRun: () => void;
  /** Beside the button. */
  readonly children?: ComponentChildren;
}

/** Fields of the scenario that have a control of their own. */
const OWN_FIELDS = ['machine.profile', 'machine.kernel', 'vm.vcpus'] as const;

export function QuestionForm(props: QuestionFormProps) {
  const { question, catalog, libraries, document, problem, isBusy, onChange, onRun, children } = props;
  const set = (change: Partial<ComparisonQuestion>): void => onChange({ ...question, ...change });
  const setField = (path: string, value: string): void => {
    const { [path]: _, ...others } = question.overrides;
    set({ overrides: value === '' ? others : { ...others, [path]: value } });
  };
  const error = (path: string): string | undefined => fieldError(problem, path);
  const asWritten = (path: string): string => {
    const value = valueAt(document, path);
    return value === undefined ? '' : ` (${shown(value)})`;
  };
  const profile = libraries.profiles.find(({ name }) => name === question.overrides['machine.profile']);
  const kernel = catalog.kernels.find(({ id }) => id === question.overrides['machine.kernel']);

  return (
    <form
      class="question"
      aria-label="What to compare"
      onSubmit={(event) => {
        event.preventDefault();
        onRun();
      }}
    >
      <div class="question-parts">
        <div class="question-part">
          <ScenarioField question={question} libraries={libraries} error={error('scenario')} onChange={set} />
          <Field
            label="Cost profile"
            hint={profile?.description ?? 'What each step costs, in nanoseconds.'}
            error={error('machine.profile')}
          >
            {(control) => (
              <select
                {...control}
                value={question.overrides['machine.profile'] ?? ''}
                onChange={({ currentTarget }) => setField('machine.profile', currentTarget.value)}
              >
                <option value="">as the scenario{asWritten('machine.profile')}</option>
                {libraries.profiles.map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field
            label="Kernel"
            hint={kernel?.description ?? 'The version that the fault path and the zap follow.'}
            error={error('machine.kernel')}
          >
            {(control) => (
              <select
                {...control}
                value={question.overrides['machine.kernel'] ?? ''}
                onChange={({ currentTarget }) => setField('machine.kernel', currentTarget.value)}
              >
                <option value="">as the scenario{asWritten('machine.kernel')}</option>
                {catalog.kernels.map(({ id }) => (
                  <option key={id} value={id}>
                    {id}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <div class="question-numbers">
            <Field
              label="vCPUs"
              hint={`Of each VM. Empty: as the scenario${asWritten('vm.vcpus')}.`}
              error={error('vm.vcpus')}
            >
              {(control) => (
                <input
                  {...control}
                  inputMode="numeric"
                  size={5}
                  value={question.overrides['vm.vcpus'] ?? ''}
                  onChange={({ currentTarget }) => setField('vm.vcpus', currentTarget.value.trim())}
                />
              )}
            </Field>
            <Field label="Repetitions" hint="Runs of each scheme." error={error('repetitions')}>
              {(control) => (
                <input
                  {...control}
                  inputMode="numeric"
                  size={5}
                  value={question.repetitions}
                  onChange={({ currentTarget }) => set({ repetitions: currentTarget.value.trim() })}
                />
              )}
            </Field>
            <Field label="Seed" hint="Repetition r has seed + r, under every scheme." error={error('seed')}>
              {(control) => (
                <input
                  {...control}
                  inputMode="numeric"
                  size={10}
                  value={question.seed}
                  onChange={({ currentTarget }) => set({ seed: currentTarget.value.trim() })}
                />
              )}
            </Field>
          </div>
          <div class="tools">
            <button type="submit" class="primary question-run" disabled={isBusy}>
              Compare
            </button>
            {children}
          </div>
        </div>
        <SchemeChoice
          catalog={catalog}
          chosen={question.schemes}
          error={error('schemes')}
          onChange={(schemes) => set({ schemes })}
        />
        <MapcountChoice
          catalog={catalog}
          chosen={question.mapcounts}
          ofScenario={String(question.overrides.mapcount ?? valueAt(document, 'mapcount') ?? 'subpage')}
          error={error('mapcounts')}
          onChange={(mapcounts) => set({ mapcounts })}
        />
      </div>
      <Overrides
        overrides={question.overrides}
        hidden={OWN_FIELDS}
        schema={catalog.scenarioSchema as SchemaNode}
        document={document}
        problem={problem}
        onSet={setField}
      />
    </form>
  );
}

const OWN_DOCUMENT = '{}';

function ScenarioField({
  question,
  libraries,
  error,
  onChange,
}: {
  readonly question: ComparisonQuestion;
  readonly libraries: Libraries;
  readonly error: string | undefined;
  readonly onChange: (change: Partial<ComparisonQuestion>) => void;
}) {
  const { scenario } = question;
  const own = isDocument(scenario);
  const entry = libraries.scenarios.find(({ name }) => name === scenario);
  // One that a link names and this service does not have stays to be seen; the service says what is wrong with it.
  const isUnknown = !own && entry === undefined;
  return (
    <>
      <Field
        label="Scenario"
        hint={own ? 'A host, a VM, what its guest does, and the operations in between.' : entry?.description}
        error={own ? undefined : error}
      >
        {(control) => (
          <select
            {...control}
            value={own ? OWN_DOCUMENT : scenario}
            onChange={({ currentTarget }) => onChange({ scenario: currentTarget.value })}
          >
            {isUnknown ? <option value={scenario}>{scenario} (not in this library)</option> : null}
            {libraries.scenarios.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
            <option value={OWN_DOCUMENT}>a document of your own</option>
          </select>
        )}
      </Field>
      {own ? (
        <Field label="Scenario document" hint="JSON. What is absent has its default." error={error}>
          {(control) => (
            <textarea
              {...control}
              class="mono question-document"
              rows={8}
              spellcheck={false}
              value={scenario}
              onChange={({ currentTarget }) => {
                const text = currentTarget.value.trim();
                onChange({ scenario: text === '' ? OWN_DOCUMENT : text });
              }}
            />
          )}
        </Field>
      ) : null}
    </>
  );
}
