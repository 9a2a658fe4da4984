// Where one stands in a counterexample, and what moves one on.

import { useEffect, useState } from 'preact/hooks';
import type { SteppedSchedule } from './types.ts';
import { type Move, moved, preemptionPlaces } from './walk.ts';

export interface StepperProps {
  readonly stepped: SteppedSchedule;
  readonly findingPlace: number;
  readonly place: number;
  readonly places: readonly number[];
  readonly skipsLooks: boolean;
  readonly onSkipLooks: (skips: boolean) => void;
  readonly onGoTo: (place: number) => void;
  readonly onMove: (move: Move) => void;
}

const PLAY_MS = 700;

export function Stepper(props: StepperProps) {
  const { stepped, findingPlace, place, places, skipsLooks, onSkipLooks, onGoTo, onMove } = props;
  const [isPlaying, setPlaying] = useState(false);
  const last = stepped.steps.length;
  const preemption = preemptionPlaces(stepped).find((one) => one > place);

  useEffect(() => {
    if (!isPlaying) return;
    if (place >= last) return setPlaying(false);
    const timer = setTimeout(() => onGoTo(moved(places, place, 'next')), PLAY_MS);
    return () => clearTimeout(timer);
  }, [isPlaying, place, places]);

  const step = stepped.steps[place - 1];
  const told = step === undefined ? 'before the first step' : `${stepped.tasks[step.task]}: ${step.label}`;
  return (
    <section class="stepper" aria-label="Steps">
      <button type="button" aria-label="First" disabled={place === 0} onClick={() => onMove('first')}>
        |◀
      </button>
      <button type="button" disabled={place === 0} onClick={() => onMove('previous')}>
        ◀ Previous
      </button>
      <button type="button" disabled={place === last} onClick={() => onMove('next')}>
        Next ▶
      </button>
      <button type="button" aria-label="Last" disabled={place === last} onClick={() => onMove('last')}>
        ▶|
      </button>
      <button
        type="button"
        class="play"
        onClick={() => {
          if (!isPlaying && place >= last) onGoTo(0);
          setPlaying(!isPlaying);
        }}
      >
        {isPlaying ? 'Pause' : 'Play'}
      </button>
      <input
        type="range"
        min={0}
        max={last}
        value={place}
        aria-label="Step"
        aria-valuetext={`step ${place} of ${last}, ${told}`}
        onInput={({ currentTarget }) => onGoTo(Number(currentTarget.value))}
      />
      <span class="place" role="status">
        {place === 0 ? 'Before the first of' : `Step ${place} of`} {last}
      </span>
      <button type="button" disabled={place === findingPlace} onClick={() => onGoTo(findingPlace)}>
        To the finding
      </button>
      <button type="button" disabled={preemption === undefined} onClick={() => onGoTo(preemption ?? place)}>
        Next preemption
      </button>
      <label>
        <input
          type="checkbox"
          checked={skipsLooks}
          onChange={({ currentTarget }) => onSkipLooks(currentTarget.checked)}
        />{' '}
        Skip mere looks
      </label>
    </section>
  );
}
