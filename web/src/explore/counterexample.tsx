// A counterexample, to be stepped through: what each task did, and the world as each step leaves it.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useLoaded } from '../api/loaded.ts';
import { type ProblemText, problemText } from '../api/problem-text.ts';
import { service } from '../api/service.ts';
import { flagCodec, numberCodec, useQueryState, writeQuery } from '../app/query-state.ts';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { saveBlob } from '../ui/save.ts';
import { commandOf } from './command-line.ts';
import { StateView } from './state-view.tsx';
import { Stepper } from './stepper.tsx';
import { loadSteps, STEPS_SHOWN_MAX } from './steps.ts';
import { TraceTable } from './trace-table.tsx';
import type { ExplorationFinding, ExplorationResult, SteppedSchedule } from './types.ts';
import { type Move, moved, placeOfFinding, placesOf, stateAt } from './walk.ts';

export interface CounterexampleProps {
  readonly id: string;
  readonly result: ExplorationResult;
  readonly finding: ExplorationFinding;
}

export function Counterexample(props: CounterexampleProps) {
  const { id, finding } = props;
  const { value, problem } = useLoaded(`${id} ${finding.kind}`, () => loadSteps(id, finding.kind));
  return (
    <section class="counterexample" aria-labelledby="explore-counterexample">
      <h3 id="explore-counterexample">
        How it comes to <code>{finding.kind}</code>
      </h3>
      <ProblemNotice problem={problem.value} />
      {value.value !== null ? (
        <Walk {...props} stepped={value.value} />
      ) : problem.value === null ? (
        <p class="loading" aria-live="polite">
          Going through the schedule once more …
        </p>
      ) : null}
    </section>
  );
}

const KEYS: Readonly<Record<string, Move>> = {
  ArrowRight: 'next',
  ArrowDown: 'next',
  ArrowLeft: 'previous',
  ArrowUp: 'previous',
  Home: 'first',
  End: 'last',
};

function Walk({ id, result, finding, stepped }: CounterexampleProps & { readonly stepped: SteppedSchedule }) {
  const [wanted] = useQueryState('step', numberCodec, 0);
  const [skipsLooks, setSkipsLooks] = useQueryState('skip', flagCodec, false);
  const places = useMemo(() => placesOf(stepped, skipsLooks), [stepped, skipsLooks]);
  const place = Math.max(0, Math.min(Math.trunc(wanted), stepped.steps.length));
  const findingPlace = useMemo(() => placeOfFinding(stepped, finding.kind), [stepped, finding.kind]);
  const goTo = (to: number): void => writeQuery({ step: to === 0 ? null : String(to) });
  const move = (to: Move): void => goTo(moved(places, place, to));

  const onKeyDown = (event: KeyboardEvent): void => {
    const to = KEYS[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(to);
  };

  return (
    <>
      <Stepper
        place={place}
        places={places}
        findingPlace={findingPlace}
        stepped={stepped}
        skipsLooks={skipsLooks}
        onSkipLooks={setSkipsLooks}
        onGoTo={goTo}
        onMove={move}
      />
      {stepped.next === null ? null : (
        <p class="field-hint">
          The first {STEPS_SHOWN_MAX} of {stepped.length} steps are shown. The JSON has the schedule of all.
        </p>
      )}
      <div class="walk">
        <TraceTable
          stepped={stepped}
          place={place}
          finding={finding}
          findingPlace={findingPlace}
          places={places}
          onGoTo={goTo}
          onKeyDown={onKeyDown}
        />
        <StateView
          stepped={stepped}
          place={place}
          before={stateAt(stepped, Math.max(0, place - 1))}
          finding={finding}
          findingPlace={findingPlace}
        />
      </div>
      <Exports id={id} result={result} finding={finding} stepped={stepped} />
    </>
  );
}

function Exports({ id, result, finding, stepped }: CounterexampleProps & { readonly stepped: SteppedSchedule }) {
  const command = commandOf(result.question, {
    schedule: finding.counterexample.schedule,
    stepChecks: result.stepChecks,
  });
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const [isCopied, setCopied] = useState(false);
  const text = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [isCopied]);

  const attempt = async (what: () => Promise<void>): Promise<void> => {
    try {
      setProblem(null);
      await what();
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  const copy = async (): Promise<void> => {
    // Where the page may not write to the clipboard, the text is selected for whoever presses the keys.
    text.current!.select();
    await navigator.clipboard?.writeText(command).then(
      () => setCopied(true),
      () => {},
    );
  };
  const name = `stallscope-${finding.kind}`;
  const saveTrace = async (): Promise<void> => {
    const query = { finding: finding.kind };
    const { data } = await service.api.GET('/v1/explorations/{id}/trace', { params: { path: { id }, query } });
    saveJson(`${name}.trace.json`, data);
  };

  return (
    <div class="exports">
      <label for="explore-command">The schedule, to go through it on a terminal</label>
      <textarea id="explore-command" ref={text} class="mono" readOnly rows={3} value={command} />
      <div class="tools">
        <button type="button" onClick={() => void copy()}>
          Copy the command
        </button>
        <span role="status">{isCopied ? 'Copied.' : ''}</span>
        <button type="button" onClick={() => void attempt(saveTrace)}>
          Save the trace for Perfetto
        </button>
        <button type="button" onClick={() => saveJson(`${name}.steps.json`, stepped)}>
          Save the steps as JSON
        </button>
        <button type="button" onClick={() => saveJson('stallscope-exploration.json', result)}>
          Save the result as JSON
        </button>
      </div>
      <ProblemNotice problem={problem} />
    </div>
  );
}

const saveJson = (name: string, value: unknown): void =>
  saveBlob(name, new Blob([JSON.stringify(value)], { type: 'application/json' }));
