import './history.css';
import { place } from '../app/router.ts';
import { refsOf } from './job-kinds.ts';
import { JobList } from './job-list.tsx';
import { SideBySide } from './side-by-side.tsx';

export function HistoryView() {
  const refs = refsOf(place.value.query.get('results') ?? '');
  return (
    <div class="history">
      {refs.length === 0 ? <JobList /> : <SideBySide key={refs.map(({ id }) => id).join()} refs={refs} />}
    </div>
  );
}
