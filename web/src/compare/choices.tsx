// Several of a list, each with what it means.

import { useId } from 'preact/hooks';
import type { Catalog } from '../api/loaded.ts';
import { SchemeMark } from '../ui/scheme-mark.tsx';

interface Choice {
  readonly id: string;
  readonly label: string;
  readonly description: string;
}

interface ChoiceListProps {
  readonly choices: readonly Choice[];
  readonly chosen: readonly string[];
  readonly isScheme?: boolean;
  readonly onToggle: (id: string) => void;
}

function ChoiceList({ choices, chosen, isScheme = false, onToggle }: ChoiceListProps) {
  const listId = useId();
  return (
    <ul class="choices">
      {choices.map(({ id, label, description }, index) => (
        <li key={id} class="choice">
          <input
            type="checkbox"
            id={`${listId}-${index}`}
            aria-describedby={`${listId}-${index}-about`}
            checked={chosen.includes(id)}
            onChange={() => onToggle(id)}
          />
          <label for={`${listId}-${index}`}>
            {isScheme ? <SchemeMark scheme={id} /> : null}
            <code>{label}</code>
          </label>
          <span id={`${listId}-${index}-about`} class="choice-about">
            {description}
          </span>
        </li>
      ))}
    </ul>
  );
}

interface SchemeChoiceProps {
  readonly catalog: Catalog;
  /** null: all that the scenario can be run under. */
  readonly chosen: readonly string[] | null;
  readonly error: string | undefined;
  readonly onChange: (schemes: readonly string[] | null) => void;
}

export function SchemeChoice({ catalog, chosen, error, onChange }: SchemeChoiceProps) {
  const errorId = useId();
  const present = chosen ?? catalog.schemeIds;
  const toggle = (id: string): void => {
    const wanted = catalog.schemeIds.filter((other) => (other === id) !== present.includes(other));
    onChange(wanted.length === catalog.schemeIds.length ? null : wanted);
  };
  return (
    <fieldset class="question-part" aria-describedby={error === undefined ? undefined : errorId}>
      <legend>Notifier schemes</legend>
      <p class="field-hint">
        What mm tells KVM about a collapse, and when. The baseline is range, or the first without it.
      </p>
      <ChoiceList choices={schemeChoices(catalog)} chosen={present} isScheme onToggle={toggle} />
      <div class="tools">
        <button type="button" disabled={chosen === null} onClick={() => onChange(null)}>
          All schemes
        </button>
      </div>
      {error === undefined ? null : (
        <p class="field-error" id={errorId} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

/** What is said of a scheme with a handler is that of the handler; what they share stands in front of the first. */
function schemeChoices(catalog: Catalog): readonly Choice[] {
  return catalog.schemeIds.map((id) => {
    const [scheme = '', handler] = id.split('/');
    const of = catalog.schemes.find((entry) => entry.id === scheme)?.description ?? '';
    if (handler === undefined) return { id, label: id, description: of };
    const own = catalog.handlers.find((entry) => entry.id === handler)?.description ?? '';
    const isFirst = catalog.schemeIds.find((other) => other.startsWith(`${scheme}/`)) === id;
    return { id, label: id, description: isFirst ? `${of.replace(/ Takes a handler\.$/, '')} ${own}` : own };
  });
}

interface MapcountChoiceProps {
  readonly catalog: Catalog;
  /** null: that of the scenario. */
  readonly chosen: readonly string[] | null;
  readonly ofScenario: string;
  readonly error: string | undefined;
  readonly onChange: (mapcounts: readonly string[] | null) => void;
}

export function MapcountChoice({ catalog, chosen, ofScenario, error, onChange }: MapcountChoiceProps) {
  const errorId = useId();
  const present = chosen ?? [ofScenario];
  const toggle = (id: string): void => {
    const order = catalog.mapcounts.map((entry) => entry.id);
    const wanted = order.filter((other) => (other === id) !== present.includes(other));
    onChange(wanted.length === 1 && wanted[0] === ofScenario ? null : wanted);
  };
  return (
    <fieldset class="question-part" aria-describedby={error === undefined ? undefined : errorId}>
      <legend>Mapcount schemes</legend>
      <p class="field-hint">How a folio counts the entries that map it. Each is run under every notifier scheme.</p>
      <ChoiceList
        choices={catalog.mapcounts.map(({ id, description }) => ({ id, label: id, description }))}
        chosen={present}
        onToggle={toggle}
      />
      <div class="tools">
        <button type="button" disabled={chosen === null} onClick={() => onChange(null)}>
          As the scenario
        </button>
      </div>
      {error === undefined ? null : (
        <p class="field-error" id={errorId} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
