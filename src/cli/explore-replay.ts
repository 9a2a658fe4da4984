// `explore --schedule`: one schedule of a question, step by step.

import { existsSync, writeFileSync } from 'node:fs';
import { counterexampleTrace } from '../explore/counterexample-trace.ts';
import { readExploration } from '../explore/exploration-request.ts';
import type { ExplorationQuestion } from '../explore/exploration-types.ts';
import { classOf } from '../explore/finding-classes.ts';
import { type Replay, replay } from '../explore/replay.ts';
import { steppedSchedule } from '../explore/stepped.ts';
import { InvalidInput } from '../lab/invalid-input.ts';
import { readText } from './documents.ts';
import { stepTable } from './exploration-table.ts';
import { type ExploreOptions, requestOf } from './explore-options.ts';

interface ReplayOptions extends ExploreOptions {
  readonly json?: boolean;
  readonly steps?: boolean;
  readonly trace?: string;
}

interface Recorded {
  readonly schedule: readonly number[];
  /** Of a result: what it was the answer to. */
  readonly question: object | null;
  /** Steps that make checks are cut otherwise. */
  readonly stepChecks: boolean;
}

/** Prints the steps; returns the exit code. */
export function replayed(argument: string, options: ReplayOptions): number {
  const { schedule, question: recorded, stepChecks } = recordedIn(argument);
  const document = options.operations === undefined && recorded !== null ? recorded : requestOf(options);
  const { question } = readExploration(document);
  const told = goThrough(question, schedule, options.stepChecks ?? stepChecks);
  const found = told.found
    .map((one) => ({ ...one, class: classOf(one.kind, question) }))
    .filter((one) => one.class !== null);
  const { tasks, steps, atRest, preemptions } = told;
  if (options.trace !== undefined) {
    const counterexample = {
      tasks,
      schedule,
      steps,
      preemptions,
      length: steps.length,
      minimality: 'as-found',
    } as const;
    writeFileSync(options.trace, counterexampleTrace('a schedule', counterexample));
  }
  if (options.steps === true) {
    process.stdout.write(`${stepsText(question, schedule, options.stepChecks ?? stepChecks)}\n`);
  } else if (options.json === true) {
    process.stdout.write(
      `${JSON.stringify({ question, schedule, tasks, steps, preemptions, atRest, findings: found })}\n`,
    );
  } else {
    const end = atRest ? 'At its end nobody can go on.' : 'At its end somebody can go on still.';
    const lines = found.map((one) => `${one.class} ${one.kind}: ${one.message}`);
    process.stdout.write(`${[stepTable(tasks, steps), end, ...lines].join('\n')}\n`);
  }
  return found.some((one) => one.class === 'hazard') ? 1 : 0;
}

/** All steps, with the state after each: what GET /v1/explorations/{id}/steps answers, however many there are. */
export const stepsText = (question: ExplorationQuestion, schedule: readonly number[], stepChecks: boolean): string =>
  JSON.stringify(steppedSchedule(question, schedule, { stepChecks, limit: Math.max(schedule.length, 1) }));

function goThrough(question: ExplorationQuestion, schedule: readonly number[], stepChecks: boolean): Replay {
  try {
    return replay(question, schedule, stepChecks);
  } catch (error) {
    if (error instanceof RangeError) throw refused(error.message.replace(/^schedule/, ''));
    throw error;
  }
}

/** `0,0,1`, or a file: a list, a result, or a counterexample. */
function recordedIn(argument: string): Recorded {
  const text = existsSync(argument) ? readText(argument) : argument;
  if (/^[\d\s,]+$/.test(text))
    return {
      schedule: text
        .split(/[\s,]+/)
        .filter((part) => part !== '')
        .map(Number),
      question: null,
      stepChecks: false,
    };
  const document = parsed(text);
  const schedule = Array.isArray(document) ? document : (document?.schedule ?? document?.counterexample?.schedule);
  if (!Array.isArray(schedule) || !schedule.every((task) => Number.isInteger(task))) {
    throw refused(
      'must be task numbers with commas between, or a file with them or with a result that has a counterexample',
    );
  }
  const recorded = Array.isArray(document) ? null : document;
  return { schedule, question: recorded?.question ?? null, stepChecks: recorded?.stepChecks === true };
}

interface Recording {
  readonly schedule?: unknown;
  readonly counterexample?: { readonly schedule?: unknown } | null;
  readonly question?: object;
  readonly stepChecks?: unknown;
}

function parsed(text: string): unknown[] | Recording | null {
  try {
    return JSON.parse(text) as unknown[] | Recording | null;
  } catch {
    return null;
  }
}

const refused = (message: string): InvalidInput => new InvalidInput('schedule', [{ path: 'schedule', message }]);
