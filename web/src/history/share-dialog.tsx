// A link that asks the question again, wherever it is opened.

import { useRef, useState } from 'preact/hooks';
import { useLoaded } from '../api/loaded.ts';
import { service } from '../api/service.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { saveBlob } from '../ui/save.ts';
import { type AnyRequest, collectionOf, type JobRef, LONGEST_LINK, shareHref } from './job-kinds.ts';

export function ShareDialog({ job, onEnd }: { readonly job: JobRef; readonly onEnd: () => void }) {
  const request = useLoaded(job.id, async () => (await service[collectionOf(job.kind)].get(job.id)).spec);
  const [isWhole, setWhole] = useState(false);
  const asked = request.value.value;
  const name = asked === null ? null : libraryName(asked);
  const document = useLoaded(isWhole && name !== null ? name : null, () => scenarioOf(name ?? ''));
  const wanted = isWhole ? withScenario(asked, document.value.value) : asked;
  return (
    <Dialog title={`Share this ${job.kind}`} onClose={onEnd}>
      <ProblemNotice problem={request.problem.value ?? document.problem.value} />
      {wanted === null ? <p aria-live="polite">Loading …</p> : <LinkField job={job} request={wanted} />}
      {name === null ? null : (
        <p>
          <label>
            <input type="checkbox" checked={isWhole} onChange={() => setWhole(!isWhole)} /> with the scenario in it, for
            a service whose library has no <code>{name}</code>, or another one
          </label>
        </p>
      )}
      <div class="tools">
        <button type="button" onClick={onEnd}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function LinkField({ job, request }: { readonly job: JobRef; readonly request: AnyRequest }) {
  const input = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<string | null>(null);
  const link = `${location.origin}${shareHref(job, request)}`;
  const copy = async (): Promise<void> => {
    input.current?.select();
    try {
      // Only pages of this machine or with TLS may write there; others leave it to the keys.
      await navigator.clipboard.writeText(link);
      setCopied(link);
    } catch {
      setCopied(null);
    }
  };
  if (link.length > LONGEST_LINK) {
    return (
      <Notice kind="warning" title="This question is too long for a link">
        It has {link.length.toLocaleString('en-US')} characters, and {LONGEST_LINK.toLocaleString('en-US')} go through.{' '}
        <button
          type="button"
          onClick={() =>
            saveBlob(`${job.kind}.json`, new Blob([JSON.stringify(request)], { type: 'application/json' }))
          }
        >
          Save the request as a file
        </button>
      </Notice>
    );
  }
  return (
    <>
      <Field
        label="Link"
        hint="It holds the question itself. Where this result is stored it is shown; elsewhere the same question is asked, and has the same answer."
      >
        {(control) => (
          <input
            {...control}
            ref={input}
            class="mono history-link"
            readOnly
            value={link}
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
        )}
      </Field>
      <div class="tools">
        <button type="button" class="primary" onClick={() => void copy()}>
          Copy
        </button>
        <span role="status">{copied === link ? 'Copied.' : ''}</span>
      </div>
    </>
  );
}

/** null: it names none. */
function libraryName(request: AnyRequest): string | null {
  return 'scenario' in request && typeof request.scenario === 'string' ? request.scenario : null;
}

const scenarioOf = async (name: string): Promise<unknown> =>
  (await service.api.GET('/v1/scenarios/{name}', { params: { path: { name } } })).data;

const withScenario = (request: AnyRequest | null, scenario: unknown): AnyRequest | null =>
  request === null || scenario === null ? null : ({ ...request, scenario } as AnyRequest);
