// The world between two steps: both page tables by level, folios, locks, counters. What the step has changed says what it was.

import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Explained } from '../ui/explained.tsx';
import { walkCells } from '../ui/grid-keys.ts';
import { PageTableMap } from './page-table-map.tsx';
import { counterFields, evidenceText, type Field, folioRows, lockRows, type Row } from './state-diff.ts';
import { frameOf, levelsOf, primaryOf, processesOf, secondaryOf, type TableFrame } from './table-map.ts';
import type { ExplorationFinding, SteppedSchedule, WorldState } from './types.ts';
import { CLASS_SIGNS } from './verdicts.ts';
import { stateAt } from './walk.ts';

export interface StateViewProps {
  readonly stepped: SteppedSchedule;
  readonly place: number;
  /** As the step before has left it. */
  readonly before: WorldState;
  readonly finding: ExplorationFinding;
  readonly findingPlace: number;
}

export function StateView({ stepped, place, before, finding, findingPlace }: StateViewProps) {
  const now = stateAt(stepped, place);
  const frames = useMemo(() => {
    const states = [stepped.before, ...stepped.steps.map(({ state }) => state)];
    const processes = processesOf(states).map((mm) => ({
      mm,
      frame: frameOf(states.map((state) => primaryOf(state, mm))),
    }));
    return { processes, secondary: frameOf(states.map(secondaryOf)) };
  }, [stepped]);

  const width = Math.max(...[frames.secondary, ...frames.processes.map(({ frame }) => frame)].map(widthOf));

  return (
    <section class="state" aria-label={place === 0 ? 'State before the first step' : `State after step ${place}`}>
      <StepWords stepped={stepped} place={place} />
      {place === findingPlace ? <FindingHere finding={finding} /> : null}
      <div class={`maps ${width > SIDE_BY_SIDE ? 'maps-wide' : ''}`}>
        {frames.processes.map(({ mm, frame }) => (
          <PageTableMap
            key={mm}
            title={mm === 0 ? 'Primary: the host' : `Primary: child ${mm} of fork`}
            unit="page"
            source="state.primary"
            frame={frame}
            levels={levelsOf(frame, primaryOf(now, mm), primaryOf(before, mm))}
          />
        ))}
        <PageTableMap
          title="Secondary: KVM"
          unit="gfn"
          source="state.secondary"
          frame={frames.secondary}
          levels={levelsOf(frames.secondary, secondaryOf(now), secondaryOf(before))}
        />
      </div>
      <p class="field-hint">Pages count from the start of the memory; in the trace, from that of the address space.</p>
      <StateTable caption="Folios" rows={folioRows(now, before)} explanations={FOLIO_WORDS} empty="There is none." />
      <StateTable
        caption="Locks that somebody holds or waits for"
        rows={lockRows(now, before, stepped.tasks)}
        explanations={LOCK_WORDS}
        empty="Nobody holds or waits for any."
      />
      <Counters fields={counterFields(now, before)} />
    </section>
  );
}

const widthOf = ({ stretches }: TableFrame): number => stretches.length;

function StepWords({ stepped, place }: { readonly stepped: SteppedSchedule; readonly place: number }) {
  const step = stepped.steps[place - 1];
  if (step === undefined) return <p class="step-words">Before the first step</p>;
  const before = stepped.steps[place - 2];
  return (
    <p class="step-words">
      After step {place}: <strong>{stepped.tasks[step.task]}</strong> {step.label}
      {step.preemption && before !== undefined ? (
        <span class="preemption"> ⇄ {stepped.tasks[before.task]} could have gone on</span>
      ) : null}
    </p>
  );
}

/** Why it is one, where it shows. */
function FindingHere({ finding: { kind, class: of, message, evidence } }: { readonly finding: ExplorationFinding }) {
  const facts = evidenceText(evidence);
  return (
    <div class={`finding-notice finding-${of}`}>
      <strong>
        {CLASS_SIGNS[of]} {of} <code>{kind}</code>
      </strong>
      : {message}.{facts === null ? null : ` Evidence: ${facts}.`}
      {facts === null && evidence !== null ? (
        <details>
          <summary>Evidence</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls. */}
          <pre class="mono" tabIndex={0}>
            {JSON.stringify(evidence, null, 2)}
          </pre>
        </details>
      ) : null}
    </div>
  );
}

/** Pages that two maps beside each other can show. */
const SIDE_BY_SIDE = 4;

const FOLIO_WORDS: Readonly<Record<string, string>> = {
  folio: 'Number of its first frame.',
  kind: 'What it belongs to, and its size.',
  refs: 'Its reference count; GUP: held by faults under way.',
  mapcount: 'What its mapcount scheme keeps: for all of it, and for each page where that is so.',
  mapped: 'What folio_mapped() would answer.',
  'in file': 'Where the page cache has it.',
  flags: 'Locked, poisoned, not to be migrated.',
};

const LOCK_WORDS: Readonly<Record<string, string>> = {
  lock: 'Its class.',
  of: 'What it belongs to.',
  'held by': 'Tasks that have it, for read or write.',
  'wanted by': 'Tasks that wait for it; who gets it next is for the schedule to say.',
};

const COUNTER_WORDS: Readonly<Record<string, string>> = {
  mmu_invalidate_in_progress: 'Sections that KVM counts as open; a fault that sees one retries.',
  mn_active_invalidate_count: 'Sections of the mm between start and end; memslots wait for it to be 0.',
  mmu_invalidate_seq: 'Sections that were closed; a fault that sees it move retries.',
  'dirty log': 'Pages that the dirty log has, where dirty logging is on.',
};

interface StateTableProps {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly explanations: Readonly<Record<string, string>>;
  readonly empty: string;
}

const CHANGES = { new: '+', gone: '−' } as const;
const CHANGE_WORDS = { new: 'new in this step', gone: 'gone with this step' } as const;

function StateTable({ caption, rows, explanations, empty }: StateTableProps) {
  const table = useRef<HTMLTableElement>(null);
  const names = rows[0]?.fields.map(({ name }) => name) ?? [];
  useEffect(() => (table.current === null ? undefined : walkCells(table.current)));
  if (rows.length === 0) {
    return (
      <p class="state-empty">
        <strong>{caption}:</strong> {empty}
      </p>
    );
  }
  return (
    <table ref={table} class="state-table">
      <caption>{caption}</caption>
      <thead>
        <tr>
          {names.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, change, fields }) => (
          <tr key={key} class={change === null ? undefined : `row-${change}`}>
            {fields.map((field, index) => {
              const Cell = index === 0 ? 'th' : 'td';
              return (
                <Cell key={field.name} scope={index === 0 ? 'row' : undefined}>
                  {index === 0 && change !== null ? (
                    <span class="change" title={CHANGE_WORDS[change]}>
                      {CHANGES[change]} <span class="visually-hidden">{CHANGE_WORDS[change]}: </span>
                    </span>
                  ) : null}
                  <FieldText
                    field={field}
                    what={explanations[field.name] ?? ''}
                    source={`state, ${caption.split(' ')[0]}`}
                  />
                </Cell>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function FieldText({ field, what, source }: { readonly field: Field; readonly what: string; readonly source: string }) {
  const { text, was } = field;
  const isNumber = /^\d/.test(text);
  const shown = isNumber ? (
    <Explained what={what} source={source}>
      {text}
    </Explained>
  ) : (
    text
  );
  return (
    <span class={was === null ? undefined : 'changed'}>
      {was === null ? null : (
        <>
          <span class="visually-hidden">was </span>
          <del>{was || 'none'}</del>{' '}
        </>
      )}
      {shown}
    </span>
  );
}

function Counters({ fields }: { readonly fields: readonly Field[] }) {
  return (
    <dl class="counters">
      {fields.map((field) => (
        <div key={field.name}>
          <dt>
            <code>{field.name}</code>
          </dt>
          <dd>
            <FieldText
              field={field}
              what={COUNTER_WORDS[field.name] ?? 'What the vCPU may translate by still.'}
              source="state.invalidation"
            />
          </dd>
        </div>
      ))}
    </dl>
  );
}
