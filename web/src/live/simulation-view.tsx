// One live simulation: driven, and looked into.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { writeQuery } from '../app/query-state.ts';
import { formatCount } from '../ui/duration.ts';
import { Explained, ExplainedNs } from '../ui/explained.tsx';
import { Notice } from '../ui/notice.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import type { BandView } from './band-view.ts';
import { ControlPanel } from './control-panel.tsx';
import { CountersPanel } from './counters-panel.tsx';
import { EventPanel } from './event-panel.tsx';
import { Findings } from './findings.tsx';
import { FolioPanel } from './folio-panel.tsx';
import { GoneNotice } from './gone-notice.tsx';
import { LockPanel } from './lock-panel.tsx';
import { MapPanel } from './map-panel.tsx';
import { OperationPanel } from './operation-panel.tsx';
import { StallPanel } from './stall-panel.tsx';
import { useDrive } from './use-drive.ts';
import { VcpuPanel } from './vcpu-panel.tsx';
import { type SimulationState, type WatchedSimulation, watchSimulation } from './watch-simulation.ts';

/** Those that cost the simulation nothing. */
const FIRST_TOPICS: readonly string[] = ['stall', 'notifier', 'operation', 'finding', 'progress'];

export function SimulationView({ id }: { readonly id: string }) {
  const simulation = useMemo(() => watchSimulation(id), [id]);
  const [topics, setTopics] = useState(FIRST_TOPICS);
  const [shown, setShown] = useState<BandView | null>(null);
  const [frame, setFrame] = useState<number | null>(null);
  useEffect(() => simulation.stop, [simulation]);
  useEffect(() => simulation.hear(topics), [simulation, topics]);
  const state = simulation.state.value;
  const gone = simulation.gone.value;

  if (state === null) {
    if (gone !== null) return <GoneNotice problem={gone} last={null} />;
    return simulation.problem.value === null ? (
      <p class="loading" aria-live="polite">
        Asking for the simulation …
      </p>
    ) : (
      <ProblemNotice problem={simulation.problem.value} />
    );
  }
  return (
    <>
      <StateLine simulation={simulation} state={state} isGone={gone !== null} />
      {gone === null ? null : <GoneNotice problem={gone} last={state} />}
      {state.ended === null ? null : (
        <Notice kind="warning" title={`It has ended: ${state.ended}`}>
          {state.endMessage} It can still be looked at, but not driven.
        </Notice>
      )}
      <Findings simulation={simulation} />
      <div class="live-body" inert={gone !== null}>
        <ControlPanel simulation={simulation} />
        <MapPanel simulation={simulation} onFolio={setFrame} onView={setShown} />
        <div class="live-panels">
          <div>
            <OperationPanel simulation={simulation} shown={shown} />
          </div>
          <div>
            <CountersPanel simulation={simulation} />
            <LockPanel simulation={simulation} />
          </div>
          <div>
            <EventPanel simulation={simulation} topics={topics} onTopics={setTopics} />
            <FolioPanel simulation={simulation} frame={frame} />
          </div>
          <div>
            <VcpuPanel simulation={simulation} />
            <StallPanel simulation={simulation} />
          </div>
        </div>
      </div>
    </>
  );
}

interface StateLineProps {
  readonly simulation: WatchedSimulation;
  readonly state: SimulationState;
  readonly isGone: boolean;
}

function StateLine({ simulation, state, isGone }: StateLineProps) {
  const drive = useDrive();
  const { scenario, scheme, mapcount, seed, status, simTimeNs, events, idle } = state;
  const remove = (): void =>
    drive.run(async () => {
      await simulation.remove();
      writeQuery({ simulation: null }, { replace: false });
    });
  return (
    <div class="live-line">
      <dl>
        <div>
          <dt>virtual time</dt>
          <dd class="live-clock" data-testid="time">
            <ExplainedNs
              ns={simTimeNs}
              what="Time of the simulation. It passes only when it is let."
              source="simTimeNs"
            />
          </dd>
        </div>
        <div>
          <dt>status</dt>
          <dd data-testid="status">
            <Explained
              what="paused: time stands. advancing: on its way to a goal. flowing: at a pace. ended: it goes on no more. idle: all operations have ended, and nobody is on the way."
              source="status and idle"
            >
              {isGone ? 'gone' : status}
              {idle && !isGone ? ', idle' : ''}
            </Explained>
          </dd>
        </div>
        <div>
          <dt>scenario</dt>
          <dd>{scenario}</dd>
        </div>
        <div>
          <dt>scheme</dt>
          <dd>{scheme}</dd>
        </div>
        <div>
          <dt>mapcount</dt>
          <dd>{mapcount}</dd>
        </div>
        <div>
          <dt>seed</dt>
          <dd>{seed}</dd>
        </div>
        <div>
          <dt>events of the engine</dt>
          <dd>
            <Explained what="Steps of tasks and timers so far." source="events">
              {formatCount(events)}
            </Explained>
          </dd>
        </div>
      </dl>
      <div class="tools">
        <button type="button" disabled={isGone || drive.isBusy} onClick={remove}>
          Delete
        </button>
        <button type="button" onClick={() => writeQuery({ simulation: null }, { replace: false })}>
          All simulations
        </button>
      </div>
      <ProblemNotice problem={drive.problem} />
    </div>
  );
}
