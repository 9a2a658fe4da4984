import './explore.css';
import { textCodec, useQueryState, writeQuery } from '../app/query-state.ts';
import { Tabs } from '../ui/tabs.tsx';
import { MatrixView } from './matrix-view.tsx';
import { QuestionView } from './question-view.tsx';

export function ExploreView() {
  const [view] = useQueryState('view', textCodec, '');
  const [id] = useQueryState('id', textCodec, '');
  const selected = view === 'question' || (view === '' && id !== '') ? 'question' : 'matrix';
  return (
    <div class="explore">
      <h1>Is it safe?</h1>
      <Tabs
        label="Explore"
        selected={selected}
        onSelect={(to) => writeQuery({ view: to }, { replace: false })}
        tabs={[
          { id: 'matrix', label: 'Matrix of verdicts', content: () => <MatrixView /> },
          { id: 'question', label: 'A question', content: () => <QuestionView /> },
        ]}
      />
    </div>
  );
}
