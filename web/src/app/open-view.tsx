// The view of the present address, loaded when it is first wanted.

import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Notice } from '../ui/notice.tsx';
import { place } from './router.ts';
import { type View, viewAt } from './views.ts';

interface Loaded {
  readonly view: View;
  readonly Component: ComponentType;
}

export function OpenView() {
  const { path } = place.value;
  const view = viewAt(path);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [failed, setFailed] = useState<View | null>(null);
  const [attempt, setAttempt] = useState(0);
  const before = useRef(path);

  useEffect(() => {
    if (view === undefined) return;
    document.title = `${view.name} · Stallscope`;
    let isWanted = true;
    view.load().then(
      (Component) => isWanted && setLoaded({ view, Component }),
      () => isWanted && setFailed(view),
    );
    return () => {
      isWanted = false;
    };
  }, [view, attempt]);

  // Whoever reads by ear or by key starts at the top of what was opened, and not at the link that opened it.
  useEffect(() => {
    if (before.current !== path) document.querySelector<HTMLElement>('#main')?.focus();
    before.current = path;
  }, [path]);

  if (view === undefined) {
    return (
      <Notice kind="error" title="There is no such view">
        {path} is none of the views above.
      </Notice>
    );
  }
  if (loaded?.view === view) return <loaded.Component />;
  if (failed === view) {
    return (
      <Notice kind="error" title={`${view.name} could not be loaded`}>
        <button
          type="button"
          onClick={() => {
            setFailed(null);
            setAttempt(attempt + 1);
          }}
        >
          Try again
        </button>
      </Notice>
    );
  }
  return (
    <p class="loading" aria-live="polite">
      Loading {view.name} …
    </p>
  );
}
