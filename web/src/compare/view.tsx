import './compare.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import {
  asksComparison,
  type ComparisonQuestion,
  compareHref,
  questionOfQuery,
  questionOfRequest,
  requestOf,
  sameQuestion,
} from '../api/comparison-question.ts';
import { isFinished, useJob } from '../api/job.ts';
import { useCatalog } from '../api/loaded.ts';
import { type ProblemText, problemText } from '../api/problem-text.ts';
import { service } from '../api/service.ts';
import { navigate, place } from '../app/router.ts';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { ComparisonJob } from './comparison-job.tsx';
import { useLibraries, useScenario } from './libraries.ts';
import { QuestionForm } from './question-form.tsx';
import { QuestionSummary } from './question-summary.tsx';

export function CompareView() {
  const { query } = place.value;
  const id = query.get('comparison');
  const question = questionOfQuery(query);
  const { job, problem: lost } = useJob('comparisons', id);
  const catalog = useCatalog();
  const libraries = useLibraries();
  const scenario = useScenario(question.scenario);
  const [refusal, setRefusal] = useState<ProblemText | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [isOpen, setOpen] = useState(id === null);
  const result = useRef<HTMLElement>(null);

  const stored = job.value;
  // An address that names a result and no question gets the question of the result.
  useEffect(() => {
    if (stored === null || asksComparison(query)) return;
    navigate(compareHref(questionOfRequest(stored.spec), stored.id), { replace: true });
  }, [stored, query]);

  const change = (changed: ComparisonQuestion): void => {
    setRefusal(null);
    navigate(compareHref(changed, id ?? undefined), { replace: true });
  };

  const ask = async (fresh: boolean): Promise<void> => {
    setAsking(true);
    setRefusal(null);
    try {
      // What was asked may be changed while the answer is on its way.
      const asked = questionOfQuery(place.peek().query);
      const accepted = await service.comparisons.start(requestOf(asked), { fresh });
      navigate(compareHref(asked, accepted.id));
      setOpen(false);
      result.current?.focus();
    } catch (error) {
      setRefusal(problemText(error));
      setOpen(true);
    } finally {
      setAsking(false);
    }
  };

  const asked = stored === null ? null : questionOfRequest(stored.spec);
  const isBusy = isAsking || (stored !== null && stored.id === id && !isFinished(stored));
  return (
    <>
      <h1>Compare</h1>
      <details class="question-fold" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <QuestionSummary question={question} document={scenario.value.value} />
        </summary>
        {catalog.value.value === null || libraries.value.value === null ? (
          <Waiting problem={catalog.problem.value ?? libraries.problem.value} />
        ) : (
          <QuestionForm
            question={question}
            catalog={catalog.value.value}
            libraries={libraries.value.value}
            document={scenario.value.value}
            problem={refusal}
            isBusy={isBusy}
            onChange={change}
            onRun={() => void ask(false)}
          >
            {isBusy ? <span>A comparison is on its way: see below.</span> : null}
          </QuestionForm>
        )}
      </details>
      <ProblemNotice problem={refusal} />
      <section ref={result} tabIndex={-1} aria-label="Result" class="result">
        <ComparisonJob
          id={id}
          job={stored}
          lost={lost.value}
          hasChanged={asked !== null && !sameQuestion(asked, question)}
          catalog={catalog.value.value}
          onAsk={(fresh) => void ask(fresh)}
          onOpen={() => setOpen(true)}
        />
      </section>
    </>
  );
}

function Waiting({ problem }: { readonly problem: ProblemText | null }) {
  return problem === null ? <p aria-live="polite">Loading what can be asked …</p> : <ProblemNotice problem={problem} />;
}
