// How far a search is, as its stream tells: schedules, states, transitions, findings.

import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { throttleTime } from 'rxjs';
import type { components } from '../../../src/client/index.ts';
import { resuming } from '../api/resuming.ts';
import { service } from '../api/service.ts';

type Event = components['schemas']['ExplorationEvent'];
export type SearchProgress = Extract<Event, { topic: 'progress' }>;

const REFRESH_MS = 200;

/** null until the first event, and for a search whose events the service has no more. */
export function useProgress(id: string, isRunning: boolean): ReadonlySignal<SearchProgress | null> {
  const progress = useMemo(() => signal<SearchProgress | null>(null), [id]);
  useEffect(() => {
    if (!isRunning) return;
    const follow = resuming<Event>((options) => service.explorations.follow(id, options), { topics: ['progress'] });
    const following = follow.pipe(throttleTime(REFRESH_MS, undefined, { leading: true, trailing: true })).subscribe({
      next: (item) => {
        if (item.type === 'event' && item.event.topic === 'progress') progress.value = item.event;
      },
      // The state of the job says what is wrong; this is only how far it is.
      error: () => {},
    });
    return () => following.unsubscribe();
  }, [id, isRunning]);
  return progress;
}
