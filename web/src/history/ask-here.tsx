// A link from another service, or to a result that is gone: its question is in it.

import { useState } from 'preact/hooks';
import { type ProblemText, problemText } from '../api/problem-text.ts';
import { service } from '../api/service.ts';
import { navigate } from '../app/router.ts';
import { Notice } from '../ui/notice.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { type AnyRequest, collectionOf, type Kind, shareHref } from './job-kinds.ts';

export function AskHere({ kind, ask }: { readonly kind: Kind; readonly ask: string }) {
  const request = parsed(ask);
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const [isBusy, setBusy] = useState(false);
  if (request === null) {
    return (
      <Notice kind="error" title="The link holds no question">
        What stands in its <code>ask</code> cannot be read, and this service does not have the result that it names.
      </Notice>
    );
  }
  const start = async (): Promise<void> => {
    setBusy(true);
    try {
      const { id } = await service[collectionOf(kind)].start(request as never);
      navigate(shareHref({ kind, id }, request), { replace: true });
    } catch (error) {
      setProblem(problemText(error));
      setBusy(false);
    }
  };
  return (
    <Notice kind="warning" title="This service does not have that result">
      <p>It was deleted, or comes from another service. The link asks:</p>
      <pre class="history-request">{JSON.stringify(request, null, 2)}</pre>
      <ProblemNotice problem={problem} />
      <button type="button" class="primary" disabled={isBusy} onClick={() => void start()}>
        Ask it here
      </button>
    </Notice>
  );
}

function parsed(text: string): AnyRequest | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as AnyRequest) : null;
  } catch {
    return null;
  }
}
