// How much a search has gone through.

import { formatCount } from '../ui/duration.ts';
import { Explained } from '../ui/explained.tsx';

export interface SearchNumbersProps {
  readonly schedules: number;
  readonly states: number;
  readonly transitions: number;
}

export const numbersText = ({ schedules, states, transitions }: SearchNumbersProps): string =>
  `${formatCount(schedules)} schedules, ${formatCount(states)} states, ${formatCount(transitions)} transitions`;

export function SearchNumbers({ schedules, states, transitions }: SearchNumbersProps) {
  return (
    <>
      <Explained what="Runs of the processes from a fresh world." unit="schedules" source="schedules">
        {formatCount(schedules)}
      </Explained>{' '}
      schedules,{' '}
      <Explained what="States of the world that differ; 0 where the search keeps none." unit="states" source="states">
        {formatCount(states)}
      </Explained>{' '}
      states,{' '}
      <Explained
        what="Steps of tasks that were explored; those that were repeated to come back to a place are not counted."
        unit="transitions"
        source="transitions"
      >
        {formatCount(transitions)}
      </Explained>{' '}
      transitions
    </>
  );
}
