// The form of a question. Every field says what it means; what is left as it is takes the default of the service.

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useCatalog } from '../api/loaded.ts';
import { fieldError, type ProblemText } from '../api/problem-text.ts';
import { Field } from '../ui/field.tsx';
import { descriptionOf, explorationWords, schemeDescription } from './catalog-words.ts';
import { fieldOf, guestField, parseGuest, parsePages, withField } from './request-form.ts';
import { ThreadsField } from './threads-field.tsx';
import type { ExplorationRequest } from './types.ts';

export interface QuestionFormProps {
  readonly request: ExplorationRequest;
  readonly problem: ProblemText | null;
  readonly isRunning: boolean;
  readonly isAnswered: boolean;
  readonly onChange: (request: ExplorationRequest) => void;
  readonly onStart: () => void;
}

type Path = readonly [string, ...string[]];

export function QuestionForm({ request, problem, isRunning, isAnswered, onChange, onStart }: QuestionFormProps) {
  const catalog = useCatalog().value.value;
  const words = explorationWords(catalog);
  const bind = (path: Path) => ({
    value: fieldOf(request, path),
    error: fieldError(problem, path.join('.')),
    onChange: (value: unknown) => onChange(withField(request, path, value)),
  });
  const ids = (terms: readonly { readonly id: string }[] | undefined): string[] => (terms ?? []).map(({ id }) => id);
  const text = (path: Path): string | undefined => fieldOf(request, path) as string | undefined;
  const search = text(['search']) ?? 'exhaustive';

  return (
    <form
      class="question-form"
      aria-label="The question"
      onSubmit={(event) => {
        event.preventDefault();
        onStart();
      }}
    >
      <fieldset disabled={isRunning}>
        <legend class="visually-hidden">The question</legend>
        <section aria-labelledby="explore-meet">
          <h2 id="explore-meet">What meets</h2>
          <ThreadsField request={request} catalog={catalog} problem={problem} onChange={onChange} />
          <div class="fields">
            <Choose
              label="Memory"
              standard="hugetlb-2m"
              options={ids(catalog?.backings)}
              {...bind(['backing'])}
              hint={descriptionOf(catalog?.backings, text(['backing']) ?? 'hugetlb-2m')}
            />
            <GuestField request={request} problem={problem} onChange={onChange} />
          </div>
        </section>
        <section aria-labelledby="explore-told">
          <h2 id="explore-told">What KVM is told, and by which kernel</h2>
          <div class="fields">
            <Choose
              label="Notifier scheme"
              standard="range"
              options={catalog?.schemeIds ?? []}
              {...bind(['scheme'])}
              hint={schemeDescription(catalog, text(['scheme']) ?? 'range')}
            />
            <Choose
              label="Mapcount scheme"
              standard="subpage"
              options={ids(catalog?.mapcounts)}
              {...bind(['mapcount'])}
              hint={descriptionOf(catalog?.mapcounts, text(['mapcount']) ?? 'subpage')}
            />
            <Choose
              label="Kernel"
              standard="6.12"
              options={ids(catalog?.kernels)}
              {...bind(['kernel'])}
              hint={descriptionOf(catalog?.kernels, text(['kernel']) ?? '6.12')}
            />
            <Choose
              label="HGM revision"
              standard="v2"
              options={ids(catalog?.hgmVersions)}
              {...bind(['hgm', 'version'])}
              hint={descriptionOf(catalog?.hgmVersions, text(['hgm', 'version']) ?? 'v2')}
            />
            <Choose
              label="Protection of a page in collapse"
              standard="as the scheme needs it"
              options={ids(words.protections)}
              {...bind(['hgm', 'protection'])}
              hint={
                descriptionOf(words.protections, text(['hgm', 'protection'])) ||
                'version-locks; folio-lock where the scheme has no section.'
              }
            />
          </div>
        </section>
        <details>
          <summary>The small memory, and how it begins</summary>
          <div class="fields">
            <Choose
              label="Entries of a table"
              standard="2"
              options={['2', '3', '4']}
              isNumber
              {...bind(['geometry', 'entries'])}
              hint="On both sides. A 2m page has as many small pages, a 1g page the square of it."
            />
            <Choose
              label="Huge pages"
              standard="1"
              options={['1', '2']}
              isNumber
              {...bind(['geometry', 'blocks'])}
              hint="How many blocks of the size of a huge page the memory has."
            />
            <Choose
              label="Mapped"
              standard="4k"
              options={['4k', '2m', '1g', 'none']}
              {...bind(['mapped'])}
              hint="Size of the host's leaves at first."
            />
            <Choose
              label="Folios"
              standard="4k"
              options={['4k', '2m']}
              {...bind(['folios'])}
              hint="Of anonymous and shmem memory."
            />
            <Choose
              label="SPTEs"
              standard="as-host"
              options={['as-host', 'none']}
              {...bind(['sptes'])}
              hint="At first: of the size of the host's leaves, or none."
            />
            <ListField
              label="Holes"
              {...bind(['holes'])}
              hint="Pages that the host does not map at first, as in 0,1."
            />
            <ListField
              label="Read-only SPTEs"
              {...bind(['readOnlySptes'])}
              hint="Pages whose SPTEs are read-only at first, although the host lets them be written."
            />
            <Choose
              label="userfaultfd"
              standard="none, or wp where it is needed"
              options={['none', 'missing', 'minor', 'wp']}
              {...bind(['userfault', 'mode'])}
              hint="Faults that become messages; minor has those of missing pages, too."
            />
            <Choose
              label="Messages are answered"
              standard="yes"
              options={['yes', 'no']}
              {...yesNo(bind(['userfault', 'answered']))}
              hint="By a thread of the VMM that puts the page in place, and wakes."
            />
            <Choose
              label="Preemption"
              standard="full"
              options={ids(catalog?.preemptions)}
              {...bind(['preemption'])}
              hint={descriptionOf(catalog?.preemptions, text(['preemption']) ?? 'full')}
            />
          </div>
        </details>
        <details>
          <summary>How to search: {search}</summary>
          <div class="fields">
            <Choose
              label="Search"
              standard="exhaustive"
              options={[...words.searches]}
              {...bind(['search'])}
              hint="exhaustive goes through all schedules, and alone can say safe. pct and random draw them: they find errors in larger cases."
            />
            {search === 'exhaustive' ? (
              <Choose
                label="Reduction"
                standard="both"
                options={[...words.reductions]}
                {...bind(['reduction'])}
                hint="How it avoids doing the same twice. All give the same verdict."
              />
            ) : (
              <NumberField
                label="Seed"
                standard={1}
                {...bind(['seed'])}
                hint="The same seed draws the same schedules."
              />
            )}
            {search === 'pct' ? (
              <NumberField
                label="Bug depth"
                standard={3}
                {...bind(['bugDepth'])}
                hint="How many things have to come in one order for the error: 1 to 8."
              />
            ) : null}
            <Choose
              label="After the first hazard"
              standard="go on"
              options={['go on', 'end']}
              {...goOn(bind(['all']))}
              hint="Going on finds every kind of finding."
            />
            <NumberField
              label="Transitions"
              standard={2_000_000}
              {...bind(['limits', 'transitions'])}
              hint="Steps explored at most; then the answer is incomplete."
            />
            <NumberField
              label="Schedules"
              standard={200_000}
              {...bind(['limits', 'schedules'])}
              hint="Runs from a fresh world at most."
            />
            <NumberField
              label="Depth"
              standard={2_000}
              {...bind(['limits', 'depth'])}
              hint="Steps of one schedule at most."
            />
            <TextField
              label="Time"
              standard="10min"
              {...bind(['time'])}
              hint="Of the wall clock, such as 30s. Then it ends, and says so."
            />
            <Choose
              label="Checks at every step"
              standard="no"
              options={['yes', 'no']}
              {...yesNo(bind(['stepChecks']))}
              hint="The checks of a run after each step, too. Slower."
            />
          </div>
        </details>
      </fieldset>
      <div class="tools">
        <button type="submit" class="primary" disabled={isRunning}>
          {isAnswered ? 'Search again' : 'Search'}
        </button>
        <a class="matrix-hint" href="/docs">
          POST /v1/explorations
        </a>
      </div>
    </form>
  );
}

interface Bound {
  readonly value: unknown;
  readonly error: string | undefined;
  readonly onChange: (value: unknown) => void;
}

interface ControlledProps extends Bound {
  readonly label: string;
  readonly hint: ComponentChildren;
}

/** A field that is true or false, as two words. */
const asWords =
  (yes: string, no: string) =>
  ({ value, onChange, ...rest }: Bound): Bound => ({
    ...rest,
    value: value === undefined ? undefined : value === true ? yes : no,
    onChange: (word) => onChange(word === undefined ? undefined : word === yes),
  });
const yesNo = asWords('yes', 'no');
const goOn = asWords('go on', 'end');

interface ChooseProps extends ControlledProps {
  /** What holds where nothing is chosen. */
  readonly standard: string;
  readonly options: readonly string[];
  readonly isNumber?: boolean;
}

function Choose({ label, hint, error, value, options, standard, isNumber = false, onChange }: ChooseProps) {
  const chosen = value === undefined ? '' : String(value);
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <select
          {...control}
          value={chosen}
          onChange={({ currentTarget: { value: text } }) =>
            onChange(text === '' ? undefined : isNumber ? Number(text) : text)
          }
        >
          <option value="">default ({standard})</option>
          {options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
          {chosen === '' || options.includes(chosen) ? null : <option value={chosen}>{chosen}</option>}
        </select>
      )}
    </Field>
  );
}

interface WrittenProps extends ControlledProps {
  readonly standard?: string | number;
  /** null: it cannot be read, and stays as it was. */
  readonly parse: (text: string) => unknown;
  readonly format: (value: unknown) => string;
  readonly expected: string;
}

/** What is typed goes into the question once it can be read. */
function Written({ label, hint, error, value, standard, parse, format, expected, onChange }: WrittenProps) {
  const given = value === undefined ? '' : format(value);
  const [text, setText] = useState(given);
  const isReadable = text.trim() === '' || parse(text) !== null;
  useEffect(() => {
    setText(given);
  }, [given]);
  return (
    <Field label={label} hint={hint} error={isReadable ? error : expected}>
      {(control) => (
        <input
          {...control}
          type="text"
          value={text}
          placeholder={standard === undefined ? '' : String(standard)}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onChange={() => {
            if (text.trim() === '') onChange(undefined);
            else if (isReadable && text !== given) onChange(parse(text));
          }}
        />
      )}
    </Field>
  );
}

const NumberField = (props: ControlledProps & { readonly standard: number }) => (
  <Written
    {...props}
    parse={(text) => (/^\s*\d+\s*$/.test(text) ? Number(text) : null)}
    format={String}
    expected="It has to be a whole number."
  />
);

const TextField = (props: ControlledProps & { readonly standard: string }) => (
  <Written {...props} parse={(text) => text.trim()} format={String} expected="" />
);

const ListField = (props: ControlledProps) => (
  <Written
    {...props}
    parse={parsePages}
    format={(value) => (value as readonly number[]).join(',')}
    expected="It has to be page numbers with commas between."
  />
);

const VCPUS = ['1', '2', '3'];

function GuestField({ request, problem, onChange }: Pick<QuestionFormProps, 'request' | 'problem' | 'onChange'>) {
  const { guest } = request;
  const isWritten = typeof guest === 'object';
  const set = (value: unknown): void => onChange(withField(request, ['guest'], value));
  const error = fieldError(problem, 'guest');
  return (
    <>
      <Field
        label="Guest"
        hint={
          isWritten
            ? 'Each vCPU makes its accesses, one after the other, and ends.'
            : 'Each vCPU writes once, the first to the first page.'
        }
        error={isWritten ? undefined : error}
      >
        {(control) => (
          <select
            {...control}
            value={isWritten ? 'accesses' : guest === undefined ? '' : String(guest)}
            onChange={({ currentTarget: { value } }) =>
              set(value === '' ? undefined : value === 'accesses' ? [[{ page: 0, write: true }]] : Number(value))
            }
          >
            <option value="">default (1 vCPU)</option>
            {VCPUS.map((count) => (
              <option key={count} value={count}>
                {count} {count === '1' ? 'vCPU' : 'vCPUs'}
              </option>
            ))}
            <option value="accesses">these accesses</option>
          </select>
        )}
      </Field>
      {isWritten ? <AccessesField text={guestField(request)} error={error} onChange={set} /> : null}
    </>
  );
}

function AccessesField({
  text: given,
  error,
  onChange,
}: {
  readonly text: string;
  readonly error: string | undefined;
  readonly onChange: (value: unknown) => void;
}) {
  const [text, setText] = useState(given);
  const parsed = parseGuest(text);
  useEffect(() => {
    setText(given);
  }, [given]);
  return (
    <Field
      label="Accesses"
      hint={
        <>
          <code>w0r1,w1</code>: two vCPUs; the first writes page 0 and reads page 1. Nothing: a vCPU that touches
          nothing.
        </>
      }
      error={parsed === null ? 'It has to be accesses such as w0r1, with a comma between vCPUs.' : error}
    >
      {(control) => (
        <input
          {...control}
          type="text"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onChange={() => parsed !== null && text !== given && onChange(parsed)}
        />
      )}
    </Field>
  );
}
