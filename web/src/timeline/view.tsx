import './timeline.css';
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { useLoaded } from '../api/loaded.ts';
import { service } from '../api/service.ts';
import { place } from '../app/router.ts';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { Choose, type Comparison, NothingChosen, useSources } from './choose.tsx';
import { type LoadingTrace, loadTrace, type TraceSource } from './load-trace.ts';
import { comparisonTracePath, type Question, questionIn, simulationTracePath } from './question.ts';
import { Shown, type ShownRun } from './shown.tsx';

/** A run that is wanted: where its trace comes from, and what it is called until that is there. */
interface Wanted {
  readonly key: string;
  readonly name: string;
  readonly scheme: string | null;
  readonly source: TraceSource;
}

export function TimelineView() {
  const question = questionIn(place.value.query);
  const sources = useSources();
  const files = useSignal<readonly File[]>([]);
  const asked = useLoaded<Comparison>(question.comparison, () => service.comparisons.get(question.comparison!));
  const comparison = question.comparison === null ? null : asked.value.value;
  const wanted = files.value.length > 0 ? files.value.map(wantedFile) : wantedRuns(question, comparison);
  const isDropping = useSignal(false);

  // Another run from the lists takes the place of files.
  const chosen = `${question.comparison} ${question.simulation}`;
  useEffect(() => {
    files.value = [];
  }, [chosen, files]);

  const open = (list: readonly File[]): void => {
    if (list.length > 0) files.value = list.slice(0, 2);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what can be dropped here can be opened by the button as well.
    <div
      class={isDropping.value ? 'timeline timeline-dropping' : 'timeline'}
      onDragOver={(event) => {
        event.preventDefault();
        isDropping.value = true;
      }}
      onDragLeave={() => {
        isDropping.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        isDropping.value = false;
        open([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <h1>Timeline</h1>
      <Choose question={question} sources={sources} comparison={comparison} onFiles={open} />
      {question.comparison === null ? null : <ProblemNotice problem={asked.problem.value} />}
      {wanted.length > 0 ? <Loading key={files.value.length > 0 ? wanted[0]!.key : chosen} wanted={wanted} /> : null}
      {wanted.length === 0 && question.comparison === null ? <NothingChosen sources={sources} /> : null}
    </div>
  );
}

let opened = 0;
const numbers = new WeakMap<File, number>();

function wantedFile(file: File): Wanted {
  const number = numbers.get(file) ?? ++opened;
  numbers.set(file, number);
  return { key: `file ${number}`, name: file.name, scheme: null, source: { file } };
}

function wantedRuns(question: Question, comparison: Comparison | null): Wanted[] {
  const { simulation } = question;
  if (simulation !== null) {
    const path = simulationTracePath(simulation);
    return [{ key: path, name: 'live simulation', scheme: null, source: { path } }];
  }
  if (comparison === null) return [];
  const mapcount = question.mapcount ?? comparison.spec.mapcounts?.[0];
  const first = question.scheme ?? comparison.schemes[0];
  return [first, question.below]
    .filter((scheme) => scheme !== null && scheme !== undefined)
    .map((scheme) => {
      const path = comparisonTracePath(comparison.id, { scheme, mapcount }, question);
      return { key: path, name: scheme, scheme, source: { path } };
    });
}

/** A trace that is still wanted beside others than before is not asked for again. */
function Loading({ wanted }: { readonly wanted: readonly Wanted[] }) {
  const traces = useMemo(() => new Map<string, LoadingTrace>(), []);
  for (const { key, source } of wanted) if (!traces.has(key)) traces.set(key, loadTrace(source));
  const keys = wanted.map(({ key }) => key).join(' ');
  useEffect(() => {
    for (const [key, trace] of traces) {
      if (wanted.some((one) => one.key === key)) continue;
      trace.stop();
      traces.delete(key);
    }
  }, [keys, traces]);
  useEffect(
    () => () => {
      for (const trace of traces.values()) trace.stop();
    },
    [traces],
  );
  const runs = wanted.map(({ key, name, scheme }): ShownRun => {
    const trace = traces.get(key)!;
    return { name, scheme, trace, state: trace.state.value };
  });
  return <Shown runs={runs} />;
}
