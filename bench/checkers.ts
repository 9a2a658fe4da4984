// What the checkers take of a run: the same run with and without them, in turns, in one process.

import { loadProfile, loadScenario } from '../src/lab/library.ts';
import { runScenario } from '../src/lab/run.ts';
import type { NotifierSchemeId } from '../src/lab/run-types.ts';
import { goal, type Section } from './section.ts';

const RATIO_MAX = 1.2;
const ROUNDS = 9;

const cases: readonly (readonly [scenario: string, scheme: NotifierSchemeId, overrides?: Record<string, unknown>])[] = [
  ['hgm-collapse-1g', 'range'],
  ['hgm-collapse-1g', 'post-collapse/zap'],
  ['hgm-collapse-1g', 'post-collapse/promote'],
  ['thp-shmem-collapse', 'range'],
  ['numa-storm', 'range'],
  ['dirty-log-disable', 'range'],
];

export const checkers: Section = {
  name: 'checkers',
  title: `The checkers' share: time of a run with them over time without, median of ${ROUNDS} pairs`,
  run(print) {
    const ratios = cases.map(([name, scheme, overrides]) => {
      const time = (checks: boolean): number => timeOf(name, scheme, { ...overrides, checks });
      time(true);
      time(false);
      const pairs = Array.from({ length: ROUNDS }, () => [time(true), time(false)] as const);
      const ratio = median(pairs.map(([on, off]) => on / off));
      const [onMs, offMs] = [median(pairs.map(([on]) => on)), median(pairs.map(([, off]) => off))];
      print(
        `  ${`${name}, ${scheme}`.padEnd(40)} ${onMs.toFixed(0)} ms, without ${offMs.toFixed(0)} ms: ${ratio.toFixed(2)}`,
      );
      return ratio;
    });
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    print(`  geometric mean ${mean.toFixed(2)}, at most ${RATIO_MAX}: ${goal(mean <= RATIO_MAX)}`);
  },
};

function timeOf(name: string, scheme: NotifierSchemeId, overrides: Record<string, unknown>): number {
  const scenario = loadScenario(name, overrides);
  const profile = loadProfile(scenario.machine.profile);
  const started = performance.now();
  const { findings } = runScenario({ scenario, profile, scheme, mapcount: scenario.mapcount, seed: 1 });
  const ms = performance.now() - started;
  if (findings.length > 0) throw new Error(`${name} has findings, and is run again for their records`);
  return ms;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
