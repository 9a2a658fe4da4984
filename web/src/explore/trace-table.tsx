// The trace: a column for each task, a row for each step. The rows are made once; where one stands is marked on them.

import { useEffect, useMemo, useRef } from 'preact/hooks';
import { recordText } from './record-text.ts';
import type { ExplorationFinding, SteppedSchedule, SteppedStep } from './types.ts';
import { CLASS_SIGNS } from './verdicts.ts';
import { isTold, stateAt } from './walk.ts';

export interface TraceTableProps {
  readonly stepped: SteppedSchedule;
  readonly finding: ExplorationFinding;
  readonly findingPlace: number;
  readonly place: number;
  /** Places that are shown. */
  readonly places: readonly number[];
  readonly onGoTo: (place: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

export function TraceTable({ stepped, finding, findingPlace, place, places, onGoTo, onKeyDown }: TraceTableProps) {
  const box = useRef<HTMLElement>(null);
  const go = useRef(onGoTo);
  go.current = onGoTo;
  const told = useMemo(() => isTold(stepped, finding.kind), [stepped, finding]);
  const rows = useMemo(
    () =>
      places
        .filter((one) => one > 0)
        .map((one) => (
          <Row
            key={one}
            place={one}
            step={stepped.steps[one - 1]!}
            preempted={stepped.tasks[stepped.steps[one - 2]?.task ?? -1] ?? ''}
            tasks={stepped.tasks.length}
            finding={told && one === findingPlace ? finding : null}
            onGoTo={() => go.current(one)}
          />
        )),
    [stepped, places, finding, findingPlace],
  );

  useEffect(() => {
    for (const row of box.current!.querySelectorAll('tr[aria-current]')) row.removeAttribute('aria-current');
    const row = box.current!.querySelector<HTMLElement>(`tr[data-place="${place}"]`);
    row?.setAttribute('aria-current', 'step');
    if (row !== null) keepInView(box.current!, row);
    else if (place === 0) box.current!.scrollTop = 0;
  }, [place, rows]);

  const busy = useMemo(() => new Set(stepped.schedule), [stepped]);
  const { tasks } = stateAt(stepped, place);
  return (
    <section
      ref={box}
      class="trace"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard has to reach what scrolls.
      tabIndex={0}
      aria-label="Trace. Arrow keys go from step to step."
      onKeyDown={onKeyDown}
    >
      <table>
        <colgroup>
          <col class="col-step" />
          {stepped.tasks.map((task, index) => (
            <col key={task} class={busy.has(index) ? undefined : 'col-idle'} />
          ))}
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Step</th>
            {stepped.tasks.map((task, index) => (
              <th key={task} scope="col">
                {task}
                <span class={`task-state task-${tasks[index]?.state ?? 'ready'}`}>{taskText(tasks[index])}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows}
          {told || stepped.next !== null ? null : (
            <tr class="has-finding">
              <td colSpan={1 + stepped.tasks.length}>
                At rest: <FindingText finding={finding} />
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

/** A thread that another one spawns is not there before. */
const taskText = (task: { readonly state: string; readonly waitsFor: string | null } | undefined): string =>
  task === undefined ? 'not there yet' : task.waitsFor === null ? task.state : `waits for ${task.waitsFor}`;

interface RowProps {
  readonly place: number;
  readonly step: SteppedStep;
  /** Task of the step before. */
  readonly preempted: string;
  readonly tasks: number;
  /** That shows in this step. */
  readonly finding: ExplorationFinding | null;
  readonly onGoTo: () => void;
}

function Row({ place, step, preempted, tasks, finding, onGoTo }: RowProps) {
  const { task, label, effects, records, preemption } = step;
  const others = effects.filter((effect) => finding === null || !effect.startsWith(`${finding.kind}: `));
  return (
    <tr data-place={place} class={finding === null ? undefined : 'has-finding'} onClick={onGoTo}>
      <th scope="row">{place}</th>
      {Array.from({ length: tasks }, (_, column) => (
        <td key={column}>
          {column !== task ? null : (
            <>
              {preemption ? <span class="preemption">⇄ preempts {preempted}</span> : null}
              <span class={label === 'looks' ? 'looks' : 'label'}>{label}</span>
              {others.map((effect) => (
                <span key={effect} class="effect">
                  {effect.replaceAll(' -> ', ' → ')}
                </span>
              ))}
              {records.map((record) => (
                <span key={recordText(record)} class="record">
                  {recordText(record)}
                </span>
              ))}
              {finding === null ? null : <FindingText finding={finding} />}
            </>
          )}
        </td>
      ))}
    </tr>
  );
}

const FindingText = ({ finding }: { readonly finding: ExplorationFinding }) => (
  <strong class={`finding-here finding-${finding.class}`}>
    {CLASS_SIGNS[finding.class]} {finding.class} {finding.kind}: {finding.message}
  </strong>
);

/** Below the head of the table, which stays, and with a row to look ahead. */
function keepInView(box: HTMLElement, row: HTMLElement): void {
  const head = box.querySelector('thead')!.offsetHeight;
  const top = row.offsetTop - head;
  const onScreen = Math.min(box.clientHeight, innerHeight - box.getBoundingClientRect().top);
  const end = row.offsetTop + 2 * row.offsetHeight - Math.max(onScreen, box.clientHeight / 2);
  if (box.scrollTop > top) box.scrollTop = top;
  else if (box.scrollTop < end) box.scrollTop = Math.min(end, top);
}
