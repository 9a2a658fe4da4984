import type { components } from '../../../src/client/index.ts';
import { Explained } from '../ui/explained.tsx';

type Item = Pick<components['schemas']['HistoryItem'], 'status' | 'progress' | 'reused' | 'kind'>;

const UNITS: Readonly<Record<string, string>> = {
  comparison: 'runs',
  sweep: 'runs of all points',
  exploration: 'transitions',
  measurement: 'repetitions',
};

const ABOUT: Readonly<Record<Item['status'], string>> = {
  queued: 'It waits for others that came before.',
  running: 'It is on its way.',
  succeeded: 'It has a result.',
  failed: 'It ended without a result; open it to see why.',
  cancelled: 'Somebody has ended it. There is no result.',
};

export function JobStatusCell({ item }: { readonly item: Item }) {
  const { status, progress, reused, kind } = item;
  const reuse = reused ? ' The same had been asked before: the result is that of then.' : '';
  const far = `${progress.done} of ${progress.total} ${UNITS[kind] ?? 'steps'}`;
  return (
    <Explained what={`${ABOUT[status]}${reuse}`} exact={far} source="status, progress, reused">
      <span class={`status status-${status}`}>
        {status}
        {status === 'running' ? `, ${Math.floor((100 * progress.done) / Math.max(1, progress.total))} %` : ''}
        {reused ? ', reused' : ''}
      </span>
    </Explained>
  );
}
