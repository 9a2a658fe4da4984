// Asks a question of all interleavings, or of many: the door of the explorer. Synchronous and deterministic; who has to stop it
// by the clock hands in `stop`, and gets a result that says so.

import { setProbe } from '../engine/probe.ts';
import { boundsOf } from './bounds.ts';
import { ExhaustiveSearch, type SearchCounts, type SearchEnd } from './exhaustive-search.ts';
import type {
  Counterexample,
  ExplorationFinding,
  ExplorationOptions,
  ExplorationQuestion,
  ExplorationResult,
  FindingClass,
} from './exploration-types.ts';
import { type Found, QuestionRun } from './explored-run.ts';
import { PreemptionSearch } from './fewest-preemptions.ts';
import { byClass, classOf } from './finding-classes.ts';
import { KnownTransitions } from './known-transitions.ts';
import { RandomSearch } from './random-search.ts';
import { Recorder } from './recorder.ts';
import { replay } from './replay.ts';

/** Runs between two calls of onProgress. */
const PROGRESS_EVERY = 500;

/** Runs between two questions whether the search for the fewest preemptions is to stop. */
const ASK_EVERY = 50;

/** Transitions that the search for the fewest preemptions may take, repeated ones counted. */
const MINIMIZE_BUDGET = 150_000;

interface Kept {
  readonly found: Found;
  readonly class: FindingClass;
  count: number;
  schedule: readonly number[];
  preemptions: number;
}

interface Searched {
  readonly question: ExplorationQuestion;
  readonly kept: ReadonlyMap<string, Kept>;
  readonly recorder: Recorder;
  readonly known: KnownTransitions | null;
}

interface AnySearch {
  readonly counts: SearchCounts;
  schedule(): number[];
  run(): SearchEnd;
}

export function explore(question: ExplorationQuestion, options: ExplorationOptions): ExplorationResult {
  const recorder = new Recorder();
  const kept = new Map<string, Kept>();
  const { search: which, limits, stepChecks = false } = options;
  // The checks of every step look at more than the step touches.
  const known = stepChecks ? null : new KnownTransitions();
  const reduction = which === 'exhaustive' ? (options.reduction ?? 'both') : 'none';
  let sinceProgress = 0;
  let hazard = false;

  const note = (found: Found, schedule: () => number[]): void => {
    const before = kept.get(found.kind);
    if (before !== undefined) {
      before.count += 1;
      return;
    }
    const classed = classOf(found.kind, question);
    if (classed === null) return;
    if (classed === 'hazard') hazard = true;
    kept.set(found.kind, { found, class: classed, count: 1, schedule: schedule(), preemptions: -1 });
  };
  const found = (one: Found): void => note(one, () => search.schedule());
  const start = (tell = found): QuestionRun => {
    // The order of locks is the same in every schedule that takes them: it is looked at in the first.
    const lockdep = search.counts.schedules <= 1;
    return new QuestionRun(question, recorder, tell, { lockdep, stepChecks });
  };
  const stop = (): boolean => {
    if (++sinceProgress >= PROGRESS_EVERY) {
      sinceProgress = 0;
      options.onProgress?.({ ...progressOf(search.counts), findings: kept.size });
      if (options.stop?.() === true) return true;
    }
    return hazard && options.all === false;
  };
  const search: AnySearch =
    which === 'exhaustive'
      ? new ExhaustiveSearch({
          recorder,
          start,
          found,
          known,
          stop,
          limits,
          reducesOrder: reduction === 'partial-order' || reduction === 'both',
          hashesStates: reduction === 'state-hashing' || reduction === 'both',
        })
      : new RandomSearch({
          recorder,
          start,
          stop,
          limits,
          seed: options.seed,
          bugDepth: which === 'pct' ? (options.bugDepth ?? 3) : null,
        });

  setProbe(recorder);
  let end: SearchEnd;
  let minimal: number;
  try {
    end = search.run();
    minimal = kept.size === 0 ? -1 : findFewest({ question, kept, recorder, known }, options);
  } finally {
    setProbe(null);
  }
  const complete = end === 'complete';
  const findings = [...kept.values()]
    .sort((a, b) => byClass(a.class, b.class))
    .map((one): ExplorationFinding => findingOf(question, one, minimal, stepChecks));
  const endedBy = end === 'stopped' && hazard && options.all === false ? 'first-hazard' : end;
  return {
    question,
    search: which,
    reduction,
    seed: options.seed,
    stepChecks,
    verdict: hazard ? 'unsafe' : complete ? 'safe' : 'incomplete',
    complete,
    endedBy,
    bounds: boundsOf(question, options),
    ...search.counts,
    findings,
    counterexample: findings[0]?.class === 'hazard' ? findings[0].counterexample : null,
  };
}

const progressOf = ({ schedules, states, transitions, replayed }: SearchCounts) => ({
  schedules,
  states,
  transitions,
  replayed,
});

/** Replaces the schedules by such with fewer preemptions, as far as the budget goes. Returns the bound that is searched to the end. */
function findFewest({ question, kept, recorder, known }: Searched, options: ExplorationOptions): number {
  const { minimizeBudget: budget = MINIMIZE_BUDGET, stepChecks = false } = options;
  let sinceAsked = 0;
  recorder.rewind();
  const note = (found: Found): void => {
    const one = kept.get(found.kind);
    if (one === undefined) return;
    const schedule = search.schedule();
    const better =
      one.preemptions === -1 || (one.preemptions === search.bound && schedule.length < one.schedule.length);
    if (!better) return;
    one.schedule = schedule;
    one.preemptions = search.bound;
  };
  const search = new PreemptionSearch({
    recorder,
    known,
    start: (tell) => new QuestionRun(question, recorder, tell, { stepChecks }),
    found: note,
    depth: options.limits.depth,
    budget,
    stop: () => ++sinceAsked % ASK_EVERY === 0 && options.stop?.() === true,
    isDone: () => [...kept.values()].every(({ preemptions, class: of }) => preemptions >= 0 || of === 'warning'),
  });
  return search.run();
}

function findingOf(question: ExplorationQuestion, one: Kept, minimal: number, stepChecks: boolean): ExplorationFinding {
  const { kind, message, evidence } = one.found;
  const told = replay(question, one.schedule, stepChecks);
  const here = told.found.find((found) => found.kind === kind);
  const counterexample: Counterexample = {
    tasks: told.tasks,
    schedule: one.schedule,
    steps: told.steps,
    preemptions: told.preemptions,
    length: told.steps.length,
    minimality: one.preemptions >= 0 && one.preemptions <= minimal + 1 ? 'fewest-preemptions' : 'as-found',
  };
  return {
    kind,
    class: one.class,
    message: here?.message ?? message,
    evidence: here?.evidence ?? evidence,
    count: one.count,
    counterexample,
  };
}
