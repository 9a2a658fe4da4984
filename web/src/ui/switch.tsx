import { useId } from 'preact/hooks';

export interface SwitchProps<Id extends string> {
  readonly label: string;
  readonly options: readonly { readonly id: Id; readonly label: string }[];
  readonly chosen: Id;
  readonly onChoose: (id: Id) => void;
}

/** One of a few, all of them to be seen. */
export function Switch<Id extends string>({ label, options, chosen, onChoose }: SwitchProps<Id>) {
  const name = useId();
  return (
    <fieldset class="switch">
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.id}>
          <input type="radio" name={name} checked={option.id === chosen} onChange={() => onChoose(option.id)} />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
