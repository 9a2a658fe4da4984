import { useState } from 'preact/hooks';
import type { components } from '../../../src/client/index.ts';
import { isFinished } from '../api/job.ts';
import { type ProblemText, problemText } from '../api/problem-text.ts';
import { service } from '../api/service.ts';
import { Dialog } from '../ui/dialog.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { collectionOf, type Kind } from './job-kinds.ts';

type Item = components['schemas']['HistoryItem'];

export interface RemoveDialogProps {
  readonly item: Item;
  readonly onEnd: (isGone: boolean) => void;
}

/** Asks before a result is deleted, or what is on its way is cancelled. */
export function RemoveDialog({ item, onEnd }: RemoveDialogProps) {
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const [isBusy, setBusy] = useState(false);
  const verb = isFinished(item) ? 'Delete' : 'Cancel';
  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await service[collectionOf(item.kind as Kind)].remove(item.id);
      onEnd(true);
    } catch (error) {
      setProblem(problemText(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={`${verb} this ${item.kind}?`} onClose={() => onEnd(false)}>
      <p>
        <strong>{item.scenario ?? item.kind}</strong>, asked {new Date(item.createdAt).toLocaleString()}
        {item.schemes.length === 0 ? '' : `, ${item.schemes.join(', ')}`}.
      </p>
      <p>
        {isFinished(item)
          ? 'Its result is gone then, for everybody who uses this service. Whoever asks the same has it computed again.'
          : 'It ends without a result, for everybody who waits for it.'}
      </p>
      <ProblemNotice problem={problem} />
      <div class="tools">
        <button type="button" autofocus onClick={() => onEnd(false)}>
          Keep it
        </button>
        <button type="button" class="danger" disabled={isBusy} onClick={() => void remove()}>
          {verb}
        </button>
      </div>
    </Dialog>
  );
}
