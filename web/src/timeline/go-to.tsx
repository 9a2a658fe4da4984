// Somebody who is named; a click goes to where that is.

import type { Link } from './chain.ts';
import type { SpanAt } from './timeline.ts';

export type Go = (at: SpanAt) => void;

export function GoTo({ link: { text, at }, go }: { readonly link: Link; readonly go: Go }) {
  if (at === null) return <span>{text}</span>;
  return (
    <button type="button" class="timeline-go" onClick={() => go(at)}>
      {text}
    </button>
  );
}
