// Which runs to show: a comparison and its schemes, a live simulation, or a file.

import { useRef } from 'preact/hooks';
import type { components } from '../../../src/client/index.ts';
import { type Loaded, useLoaded } from '../api/loaded.ts';
import { service } from '../api/service.ts';
import { Link } from '../app/link.tsx';
import { writeQuery } from '../app/query-state.ts';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import type { Question } from './question.ts';

export type Comparison = components['schemas']['Comparison'];

/** As a list has it. */
type Listed = Pick<Comparison, 'id' | 'scenario' | 'schemes' | 'createdAt' | 'status'>;

interface Sources {
  readonly comparisons: readonly Listed[];
  readonly simulations: readonly { readonly id: string; readonly scenario: string; readonly scheme: string }[];
}

const LISTED = 100;

const askSources = async (): Promise<Sources> => {
  const [comparisons, simulations] = await Promise.all([
    service.api.GET('/v1/comparisons', { params: { query: { status: 'succeeded', limit: LISTED } } }),
    service.api.GET('/v1/simulations', {}),
  ]);
  return {
    comparisons: comparisons.data!.items,
    simulations: simulations.data!.items.map(({ id, scenario, scheme }) => ({
      id,
      scenario: String(scenario),
      scheme,
    })),
  };
};

export const useSources = (): Loaded<Sources> => useLoaded('timeline sources', askSources);

export interface ChooseProps {
  readonly question: Question;
  readonly sources: Loaded<Sources>;
  /** The one that was asked for, once it is known. */
  readonly comparison: Comparison | null;
  readonly onFiles: (files: readonly File[]) => void;
}

/** What belongs to one run is of no use to another. */
const PLACE = { from: null, to: null, stall: null };
const RECORDS = ['250000', '1250000'];

export function Choose({ question, sources, comparison, onFiles }: ChooseProps) {
  const input = useRef<HTMLInputElement>(null);
  const { comparisons = [], simulations = [] } = sources.value.value ?? {};
  const listed = comparisons.some(({ id }) => id === comparison?.id) || comparison === null;
  const all = listed ? comparisons : [comparison, ...comparisons];
  const schemes = comparison?.schemes ?? [];
  const mapcounts = comparison?.spec.mapcounts ?? [];
  const repetitions = comparison?.spec.repetitions ?? DEFAULT_REPETITIONS;
  const present =
    question.comparison !== null
      ? `comparison ${question.comparison}`
      : question.simulation !== null
        ? `simulation ${question.simulation}`
        : '';

  const chooseSource = (value: string): void => {
    const [kind = '', id = null] = value.split(' ');
    const none = { comparison: null, simulation: null, scheme: null, below: null, mapcount: null, repetition: null };
    writeQuery({ ...none, ...PLACE, ...(id === null ? {} : { [kind]: id }) }, { replace: false });
  };
  const set = (name: string) => (event: { readonly currentTarget: HTMLSelectElement }) =>
    writeQuery({ stall: null, [name]: event.currentTarget.value || null });

  return (
    <form class="timeline-choose" aria-label="Which runs" onSubmit={(event) => event.preventDefault()}>
      <ProblemNotice problem={sources.problem.value} />
      <Field label="Run of">
        {(control) => (
          <select
            {...control}
            class="timeline-source"
            value={present}
            onChange={(event) => chooseSource(event.currentTarget.value)}
          >
            <option value="">{sources.value.value === null ? 'Loading …' : 'Choose a comparison …'}</option>
            <optgroup label="Comparisons">
              {all.map((one) => (
                <option key={one.id} value={`comparison ${one.id}`}>
                  {describe(one)}
                </option>
              ))}
            </optgroup>
            {simulations.length === 0 ? null : (
              <optgroup label="Live simulations">
                {simulations.map(({ id, scenario, scheme }) => (
                  <option key={id} value={`simulation ${id}`}>
                    {scenario}, {scheme}, live
                  </option>
                ))}
              </optgroup>
            )}
          </select>
        )}
      </Field>
      {comparison === null ? null : (
        <>
          <Field label="Scheme">
            {(control) => (
              <select {...control} value={question.scheme ?? schemes[0] ?? ''} onChange={set('scheme')}>
                {schemes.map((id) => (
                  <option key={id}>{id}</option>
                ))}
              </select>
            )}
          </Field>
          <Field label="and below it">
            {(control) => (
              <select {...control} value={question.below ?? ''} onChange={set('below')}>
                <option value="">nothing</option>
                {schemes.map((id) => (
                  <option key={id}>{id}</option>
                ))}
              </select>
            )}
          </Field>
          {mapcounts.length < 2 ? null : (
            <Field label="Mapcount scheme">
              {(control) => (
                <select {...control} value={question.mapcount ?? mapcounts[0] ?? ''} onChange={set('mapcount')}>
                  {mapcounts.map((id) => (
                    <option key={id}>{id}</option>
                  ))}
                </select>
              )}
            </Field>
          )}
          <Field label="Repetition">
            {(control) => (
              <select {...control} value={String(question.repetition)} onChange={set('repetition')}>
                {Array.from({ length: repetitions }, (_, at) => (
                  <option key={at} value={String(at)}>
                    {at}, seed {(comparison.spec.seed ?? DEFAULT_SEED) + at}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Records, at most">
            {(control) => (
              <select {...control} value={String(question.records ?? RECORDS[0])} onChange={set('records')}>
                {[...new Set([...RECORDS, String(question.records ?? RECORDS[0])])].map((count) => (
                  <option key={count} value={count}>
                    {Number(count).toLocaleString('en-US')}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </>
      )}
      <div class="field">
        <button type="button" onClick={() => input.current?.click()}>
          Open a file …
        </button>
        <input
          ref={input}
          type="file"
          hidden
          multiple
          accept=".json,application/json"
          aria-label="Trace files"
          onChange={(event) => {
            onFiles([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
      </div>
    </form>
  );
}

const DEFAULT_REPETITIONS = 3;
const DEFAULT_SEED = 1;

const describe = ({ scenario, schemes, createdAt, status }: Listed): string =>
  [
    scenario ?? 'a scenario without a name',
    schemes.length > 2 ? `${schemes.length} schemes` : schemes.join(' and '),
    new Date(createdAt).toLocaleString(),
    ...(status === 'succeeded' ? [] : [status]),
  ].join(', ');

/** What stands here before anything was chosen. */
export function NothingChosen({ sources }: { readonly sources: Loaded<Sources> }) {
  const isEmpty = sources.value.value?.comparisons.length === 0;
  return (
    <Notice kind="info" title={isEmpty ? 'There is no finished comparison yet' : 'No run is chosen yet'}>
      <p>
        {isEmpty ? (
          <>
            <Link href="/compare">Compare some schemes</Link>, and each of their runs can be looked at here.
          </>
        ) : (
          'Choose a comparison above, and its first run is made once more and drawn here.'
        )}{' '}
        A trace that <code>stallscope trace</code> has written can be dropped on this page or opened as a file: it is
        read here and goes nowhere.
      </p>
    </Notice>
  );
}
