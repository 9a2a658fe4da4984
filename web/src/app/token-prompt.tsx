// The service asks for a token: the page asks its user. The calls that were refused wait, and go out again with it.

import { useEffect, useRef, useState } from 'preact/hooks';
import { giveToken, tokenAsked } from '../api/token.ts';
import { Field } from '../ui/field.tsx';

export function TokenPrompt() {
  const asked = tokenAsked.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');

  useEffect(() => {
    const element = dialog.current;
    if (asked === null) element?.close();
    else if (element?.open === false) element.showModal();
  }, [asked]);

  return (
    <dialog ref={dialog} class="token-prompt" aria-labelledby="token-prompt-title" onCancel={(e) => e.preventDefault()}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== '') giveToken(text.trim());
          setText('');
        }}
      >
        <h2 id="token-prompt-title">This service asks for a token</h2>
        <Field
          label="Token"
          hint="What STALLSCOPE_TOKEN of the service is. It is kept until this tab is closed."
          error={asked === 'refused' ? 'The service does not take this token.' : undefined}
        >
          {(control) => (
            <input
              {...control}
              type="password"
              autocomplete="off"
              value={text}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
          )}
        </Field>
        <button type="submit">Go on</button>
      </form>
    </dialog>
  );
}
