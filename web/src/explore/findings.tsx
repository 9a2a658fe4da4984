// What an exploration has found. One of them is chosen, to be stepped through.

import { useCatalog } from '../api/loaded.ts';
import { formatCount } from '../ui/duration.ts';
import { Explained } from '../ui/explained.tsx';
import { descriptionOf, explorationWords } from './catalog-words.ts';
import type { ExplorationFinding } from './types.ts';

export interface FindingsProps {
  readonly findings: readonly ExplorationFinding[];
  readonly selected: string;
  readonly onSelect: (kind: string) => void;
}

const MINIMALITY = {
  'fewest-preemptions': 'No schedule within the bounds shows the finding with fewer.',
  'as-found': 'Whether one with fewer shows it is not known.',
} as const;

export function Findings({ findings, selected, onSelect }: FindingsProps) {
  const words = explorationWords(useCatalog().value.value);
  return (
    <fieldset class="findings">
      <legend>
        {findings.length === 1 ? 'One finding' : `${findings.length} findings: choose one to step through`}
      </legend>
      {findings.map(({ kind, class: of, message, count, counterexample: { preemptions, length, minimality } }) => (
        <div key={kind} class={`finding finding-${of}`}>
          <label>
            <input
              type="radio"
              name="finding"
              value={kind}
              checked={kind === selected}
              onChange={() => onSelect(kind)}
            />{' '}
            <span class="finding-class">
              <Explained what={descriptionOf(words.findingClasses, of)} source="findings[].class">
                {of}
              </Explained>
            </span>{' '}
            <code>{kind}</code>: {message}
          </label>
          <p class="field-hint">
            {descriptionOf(words.findingKinds, kind)} Met in{' '}
            <Explained what="Schedules in which it was met." unit="schedules" source="findings[].count">
              {formatCount(count)}
            </Explained>{' '}
            {count === 1 ? 'schedule' : 'schedules'}; the one below has{' '}
            <Explained what="Steps of the counterexample." unit="steps" source="findings[].counterexample.length">
              {length}
            </Explained>{' '}
            steps and{' '}
            <Explained
              what={`Switches away from a task that could have gone on. ${MINIMALITY[minimality]}`}
              unit="preemptions"
              source="findings[].counterexample.preemptions"
            >
              {preemptions}
            </Explained>{' '}
            {preemptions === 1 ? 'preemption' : 'preemptions'}
            {minimality === 'fewest-preemptions' ? ' (no schedule has fewer)' : ' (as it was found)'}.
          </p>
        </div>
      ))}
    </fieldset>
  );
}
