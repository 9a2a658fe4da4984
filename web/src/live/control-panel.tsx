// What moves virtual time: a flow at a pace, a pause, and steps.

import { useState } from 'preact/hooks';
import { fieldError } from '../api/problem-text.ts';
import { service } from '../api/service.ts';
import { Field } from '../ui/field.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { paceInWords, positionOf, ratioInWords, SLIDER_MAX, speedAt } from './pace.ts';
import { useDrive } from './use-drive.ts';
import type { SimulationState, WatchedSimulation } from './watch-simulation.ts';

const STEPS = ['1us', '10us', '1ms'] as const;
/** Real time that an answer is waited for; after that the stream tells when an advance is over. */
const WAIT = '1s';
const FIRST_SPEED = 0.001;

type Goal = { readonly by: string | number } | { readonly until: 'operations-done' | 'idle' };

export function ControlPanel({ simulation }: { readonly simulation: WatchedSimulation }) {
  const { id, state, tally, heard } = simulation;
  const present = state.value;
  const drive = useDrive();
  const [position, setPosition] = useState(positionOf(FIRST_SPEED));
  const [outcome, setOutcome] = useState<string | null>(null);
  const status = present?.status ?? 'paused';
  const isMoving = status === 'flowing' || status === 'advancing';
  const isEnded = status === 'ended' || present === null;
  // An advance that took longer than its answer says how it ended over the stream.
  const told = outcome === '' && heard.value >= 0 && !isMoving ? tally.outcome : outcome;

  const advance = (goal: Goal): void =>
    drive.run(async () => {
      setOutcome(null);
      const answer = await service.simulations.advance(id, { ...goal, wait: WAIT } as never);
      setOutcome(answer.outcome ?? '');
      simulation.took(answer);
    });
  const flow = (at: number): void =>
    drive.run(async () => {
      setOutcome(null);
      simulation.took(await service.simulations.pace(id, speedAt(at)));
    });
  const pause = (): void => drive.run(async () => simulation.took(await service.simulations.pause(id)));

  return (
    <section class="live-controls" aria-label="Virtual time">
      <div class="tools">
        {status === 'flowing' || status === 'advancing' ? (
          <button type="button" class="primary" disabled={drive.isBusy && status === 'flowing'} onClick={pause}>
            Pause
          </button>
        ) : (
          <button type="button" class="primary" disabled={isEnded || drive.isBusy} onClick={() => flow(position)}>
            Let it flow
          </button>
        )}
        <label class="live-pace">
          Pace
          <input
            type="range"
            min={0}
            max={SLIDER_MAX}
            step={1}
            value={position}
            disabled={isEnded}
            aria-valuetext={paceInWords(speedAt(position))}
            onInput={({ currentTarget }) => setPosition(Number(currentTarget.value))}
            onChange={({ currentTarget }) => {
              if (status === 'flowing') flow(Number(currentTarget.value));
            }}
          />
          <span class="live-words">{paceInWords(speedAt(position))}</span>
        </label>
        <Achieved state={present} />
      </div>
      <fieldset class="tools">
        <legend>Advance by</legend>
        {STEPS.map((by) => (
          <button key={by} type="button" disabled={isEnded || isMoving || drive.isBusy} onClick={() => advance({ by })}>
            {by}
          </button>
        ))}
        <OtherStep
          isDisabled={isEnded || isMoving || drive.isBusy}
          onStep={(by) => advance({ by })}
          problem={drive.problem}
        />
        <span>or until</span>
        {(['operations-done', 'idle'] as const).map((until) => (
          <button
            key={until}
            type="button"
            disabled={isEnded || isMoving || drive.isBusy}
            onClick={() => advance({ until })}
          >
            {until}
          </button>
        ))}
        <span role="status" class="live-outcome">
          {told === null || told === '' ? '' : `${told}: ${OUTCOMES[told] ?? ''}`}
        </span>
      </fieldset>
      <ProblemNotice problem={drive.problem} />
    </section>
  );
}

const OUTCOMES: Readonly<Record<string, string>> = {
  reached: 'the goal is reached.',
  stuck: 'nothing is left that could happen; somebody waits for an operation that nobody has started.',
  paused: 'it was paused on its way.',
  ended: 'the simulation has ended.',
};

interface OtherStepProps {
  readonly isDisabled: boolean;
  readonly problem: Parameters<typeof fieldError>[0];
  readonly onStep: (by: string) => void;
}

const TIME = /^\d+(\.\d+)?(ns|us|µs|ms|s|min)$/;

function OtherStep({ isDisabled, problem, onStep }: OtherStepProps) {
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  return (
    <form
      class="live-step"
      onSubmit={(event) => {
        event.preventDefault();
        const by = text.trim();
        setWrong(!TIME.test(by));
        if (TIME.test(by)) onStep(by);
      }}
    >
      <Field
        label="other time"
        error={isWrong ? `must be a time such as 250us, got "${text}"` : fieldError(problem, 'by')}
      >
        {(control) => (
          <input
            {...control}
            type="text"
            size={8}
            placeholder="250us"
            value={text}
            onInput={({ currentTarget }) => {
              setText(currentTarget.value);
              setWrong(false);
            }}
          />
        )}
      </Field>
      <button type="submit" disabled={isDisabled}>
        Step
      </button>
    </form>
  );
}

function Achieved({ state }: { readonly state: SimulationState | null }) {
  if (state?.pace == null || state.pace.achieved === null) return null;
  const { achieved, behind } = state.pace;
  if (!behind) return <span class="live-achieved">keeps that pace</span>;
  return (
    <span class="live-achieved">
      {achieved === 0 ? 'hardly moves' : ratioInWords(achieved)}: more than this machine cannot do
    </span>
  );
}
