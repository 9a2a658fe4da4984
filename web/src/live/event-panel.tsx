// The stream: what is heard, how much of it came, and the newest events. Only the rows in sight are elements.

import { useRef, useState } from 'preact/hooks';
import { useCatalog } from '../api/loaded.ts';
import { formatCount, formatNs } from '../ui/duration.ts';
import { Explained } from '../ui/explained.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { type EventRow, ROWS_KEPT } from './event-tally.ts';
import { eventText } from './event-text.ts';
import { rowsInSight } from './row-window.ts';
import type { WatchedSimulation } from './watch-simulation.ts';

interface Props {
  readonly simulation: WatchedSimulation;
  readonly topics: readonly string[];
  readonly onTopics: (topics: readonly string[]) => void;
}

const ROW_PX = 22;
const HEIGHT_PX = 440;

export function EventPanel({ simulation, topics, onTopics }: Props) {
  const { tally, heard, streamProblem } = simulation;
  const catalog = useCatalog().value.value;
  const [held, setHeld] = useState<readonly EventRow[] | null>(null);
  const [heldAt, setHeldAt] = useState(0);
  const shownTopics = new Set<string>([...topics, 'gap']);
  // Read, so that news draws this again.
  const isFresh = heard.value >= 0;
  const rows = held ?? (isFresh ? tally.rows.newestWhere(({ topic }) => shownTopics.has(topic)) : []);

  const toggle = (topic: string): void =>
    onTopics(topics.includes(topic) ? topics.filter((other) => other !== topic) : [...topics, topic]);
  const hold = (): void => {
    setHeld(held === null ? rows : null);
    setHeldAt(tally.events);
  };

  return (
    <section class="live-panel live-events" aria-labelledby="live-events-title">
      <h2 id="live-events-title">Events</h2>
      <ProblemNotice problem={streamProblem.value} />
      <fieldset class="live-topics">
        <legend>Topics</legend>
        {catalog?.topics.map(({ id, description }) => (
          <label key={id} title={description}>
            <input type="checkbox" checked={topics.includes(id)} onChange={() => toggle(id)} />
            {id} <span class="live-count">{formatCount(tally.countOf(id))}</span>
          </label>
        ))}
      </fieldset>
      <div class="tools">
        <button type="button" aria-pressed={held !== null} onClick={hold}>
          {held === null ? 'Hold the list' : 'Go on with the list'}
        </button>
        <span>
          <Explained
            what={`Events that came over the stream since this view was opened. The list keeps the newest ${formatCount(ROWS_KEPT)} of them.`}
            source="the WebSocket of the simulation"
          >
            <span data-testid="events">{formatCount(tally.events)}</span>
          </Explained>{' '}
          events came{held === null ? '' : `, ${formatCount(tally.events - heldAt)} since the list is held`}
        </span>
        {tally.gaps === 0 ? null : (
          <strong class="live-gap">
            {formatCount(tally.dropped)} more were lost in {formatCount(tally.gaps)} gaps: this view could not keep up
          </strong>
        )}
      </div>
      <EventRows rows={rows} />
    </section>
  );
}

function EventRows({ rows }: { readonly rows: readonly EventRow[] }) {
  const place = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const { first, count, before, total } = rowsInSight(rows.length, top, HEIGHT_PX, ROW_PX);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table of a part of its rows would say that there are no others.
    <div
      ref={place}
      class="live-rows"
      role="region"
      aria-label={`The newest ${rows.length} events, newest first`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be in reach of the keyboard.
      tabIndex={0}
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
    >
      {rows.length === 0 ? <p class="field-hint">Nothing of these topics has happened yet.</p> : null}
      <div class="live-rows-all" style={{ height: `${total}px` }}>
        <ol style={{ transform: `translateY(${before}px)` }}>
          {rows.slice(first, first + count).map((row) => (
            <li key={row.seq} class={`live-row live-topic-${row.topic}`}>
              <span class="live-seq">{row.seq}</span>
              <span class="live-time">{'simTimeNs' in row ? formatNs(row.simTimeNs) : ''}</span>
              <span class="live-topic">{row.topic}</span>
              <span class="live-text" title={eventText(row)}>
                {eventText(row)}
              </span>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}
