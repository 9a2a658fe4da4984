// Before a simulation is open: make one, or open one that there is.

import { useState } from 'preact/hooks';
import { writeQuery } from '../app/query-state.ts';
import { Field } from '../ui/field.tsx';
import { CreateForm } from './create-form.tsx';
import { SimulationList } from './simulation-list.tsx';

export function StartPage() {
  const [id, setId] = useState('');
  return (
    <div class="live-start">
      <section aria-labelledby="live-create-title">
        <h2 id="live-create-title">Make one</h2>
        <p>It stands at virtual time 0 until it is moved. This address asks for the same one again.</p>
        <CreateForm />
      </section>
      <section aria-labelledby="live-list-title">
        <h2 id="live-list-title">Open one</h2>
        <SimulationList />
        <form
          class="live-step"
          onSubmit={(event) => {
            event.preventDefault();
            if (id.trim() !== '') writeQuery({ simulation: id.trim() }, { replace: false });
          }}
        >
          <Field label="By its id">
            {(control) => (
              <input
                {...control}
                type="text"
                spellcheck={false}
                value={id}
                onInput={({ currentTarget }) => setId(currentTarget.value)}
              />
            )}
          </Field>
          <button type="submit">Open</button>
        </form>
      </section>
    </div>
  );
}
