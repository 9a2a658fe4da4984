// A simulation that the service knows no more: why that may be, and the same again.

import type { ProblemText } from '../api/problem-text.ts';
import { Link } from '../app/link.tsx';
import { place } from '../app/router.ts';
import { Notice } from '../ui/notice.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { createSimulation } from './create-form.tsx';
import { mistakesIn, questionIn, questionOf, saysQuestion } from './question.ts';
import { useDrive } from './use-drive.ts';
import type { SimulationState } from './watch-simulation.ts';

interface Props {
  readonly problem: ProblemText;
  /** As it was when it was last heard of; null: never. */
  readonly last: SimulationState | null;
}

export function GoneNotice({ problem, last }: Props) {
  const drive = useDrive();
  const { query } = place.value;
  const isSaid = saysQuestion(query);
  const question = isSaid ? questionIn(query) : last === null ? null : questionOf(last);
  const isSound = question !== null && Object.keys(mistakesIn(question)).length === 0;
  return (
    <Notice kind="error" title="This simulation is no more">
      <p>
        The service says: {problem.detail} A live simulation is in the memory of the service alone. It does not survive
        a restart, and ends when it is deleted, or when nobody has called or watched it for a while.
      </p>
      {last === null ? null : <p>What is shown below is how it stood when it was last heard of.</p>}
      {isSaid || last === null ? null : (
        <p>It was not made in this tab: other fields that it was made with are not known here.</p>
      )}
      <ProblemNotice problem={drive.problem} />
      <div class="tools">
        {isSound ? (
          <button
            type="button"
            class="primary"
            disabled={drive.isBusy}
            onClick={() => drive.run(() => createSimulation(question))}
          >
            Create the same again
          </button>
        ) : null}
        <Link href="/live">All live simulations</Link>
      </div>
      {isSound ? (
        <p class="field-hint">It begins at virtual time 0; operations that were started by hand are not repeated.</p>
      ) : null}
    </Notice>
  );
}
