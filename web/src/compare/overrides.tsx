// Any other field of the scenario: path and value, with what the schema says of it.

import { useId, useMemo, useState } from 'preact/hooks';
import { fieldError, type ProblemText } from '../api/problem-text.ts';
import { Field } from '../ui/field.tsx';
import { fieldHint, fieldPaths, type SchemaNode, schemaAt, shown, valueAt } from './scenario-fields.ts';

export interface OverridesProps {
  readonly overrides: Readonly<Record<string, string>>;
  /** Paths that have a control elsewhere. */
  readonly hidden: readonly string[];
  readonly schema: SchemaNode;
  readonly document: unknown;
  readonly problem: ProblemText | null;
  /** An empty value takes the override away. */
  readonly onSet: (path: string, value: string) => void;
}

export function Overrides({ overrides, hidden, schema, document, problem, onSet }: OverridesProps) {
  const rows = Object.entries(overrides).filter(([path]) => !hidden.includes(path));
  return (
    <fieldset class="overrides">
      <legend>Other fields of the scenario</legend>
      {rows.map(([path, value]) => (
        <OverrideRow
          key={path}
          path={path}
          value={value}
          about={aboutField(schema, document, path)}
          choices={choicesOf(schemaAt(schema, path))}
          error={fieldError(problem, path)}
          onSet={(text) => onSet(path, text)}
        />
      ))}
      <NewOverride schema={schema} document={document} taken={Object.keys(overrides)} onSet={onSet} />
    </fieldset>
  );
}

interface RowProps {
  readonly path: string;
  readonly value: string;
  readonly about: string;
  readonly choices: readonly string[];
  readonly error: string | undefined;
  readonly onSet: (value: string) => void;
}

function OverrideRow({ path, value, about, choices, error, onSet }: RowProps) {
  const listId = useId();
  return (
    <div class="override">
      <Field label={path} hint={about} error={error}>
        {(control) => (
          <span class="override-control">
            <input
              {...control}
              class="mono"
              list={choices.length === 0 ? undefined : listId}
              value={value}
              onChange={({ currentTarget }) => onSet(currentTarget.value.trim())}
            />
            <button type="button" aria-label={`Remove ${path}`} onClick={() => onSet('')}>
              Remove
            </button>
            {choices.length === 0 ? null : <Choices id={listId} values={choices} />}
          </span>
        )}
      </Field>
    </div>
  );
}

function NewOverride({
  schema,
  document,
  taken,
  onSet,
}: Pick<OverridesProps, 'schema' | 'document' | 'onSet'> & { readonly taken: readonly string[] }) {
  const pathsId = useId();
  const valuesId = useId();
  const [path, setPath] = useState('');
  const [value, setValue] = useState('');
  const paths = useMemo(() => fieldPaths(schema, document), [schema, document]);
  const choices = choicesOf(schemaAt(schema, path));
  const canAdd = path !== '' && value !== '';
  const add = (): void => {
    if (!canAdd) return;
    onSet(path, value);
    setPath('');
    setValue('');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    // Of the field, not of the form.
    event.preventDefault();
    add();
  };
  return (
    <div class="override override-new">
      <Field label="Path" hint={path === '' ? `One of ${paths.length}, such as guest.stridePages` : undefined}>
        {(control) => (
          <input
            {...control}
            class="mono"
            list={pathsId}
            value={path}
            onInput={({ currentTarget }) => setPath(currentTarget.value.trim())}
            onKeyDown={onKeyDown}
          />
        )}
      </Field>
      <Field label="Value" hint={path === '' ? undefined : aboutField(schema, document, path)}>
        {(control) => (
          <span class="override-control">
            <input
              {...control}
              class="mono"
              list={choices.length === 0 ? undefined : valuesId}
              value={value}
              onInput={({ currentTarget }) => setValue(currentTarget.value.trim())}
              onKeyDown={onKeyDown}
            />
            <button type="button" disabled={!canAdd} onClick={add}>
              Set
            </button>
          </span>
        )}
      </Field>
      <Choices id={pathsId} values={paths.filter((known) => !taken.includes(known))} />
      <Choices id={valuesId} values={choices} />
    </div>
  );
}

const Choices = ({ id, values }: { readonly id: string; readonly values: readonly string[] }) => (
  <datalist id={id}>
    {values.map((value) => (
      <option key={value} value={value} />
    ))}
  </datalist>
);

function aboutField(schema: SchemaNode, document: unknown, path: string): string {
  const node = schemaAt(schema, path);
  if (node === undefined) return 'No scenario has this field.';
  const written = valueAt(document, path);
  const here = written === undefined ? '' : ` The scenario has ${brief(shown(written))}.`;
  const takes = fieldHint(node);
  return `${node.description ?? ''}${takes === '' ? '' : ` Takes ${takes}.`}${here}`.trim();
}

const LONGEST_SHOWN = 60;
const brief = (text: string): string => (text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)} …` : text);

function choicesOf(node: SchemaNode | undefined): readonly string[] {
  if (node === undefined) return [];
  if (node.type === 'boolean') return ['true', 'false'];
  if (node.type === 'null') return ['null'];
  if (node.enum !== undefined) return node.enum.map(shown);
  const branches = (node.anyOf ?? []).map(choicesOf);
  return branches.some((choices) => choices.length > 1) ? branches.flat() : [];
}
