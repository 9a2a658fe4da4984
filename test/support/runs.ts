import { loadProfile, loadScenario } from '../../src/lab/library.ts';
import type { CostProfile } from '../../src/lab/profile.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { MapcountSchemeId, NotifierSchemeId, RunRecord, RunResult, Topic } from '../../src/lab/run-types.ts';
import type { Scenario } from '../../src/lab/scenario.ts';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { schemeIds } from '../../src/lab/vocabulary.ts';

export const schemes: readonly NotifierSchemeId[] = schemeIds;
/** The two that count leaves; the others have suites of their own. */
export const mapcounts: readonly MapcountSchemeId[] = ['subpage', 'head-per-pte'];

/** Two pages of 2 MiB in a VM with two vCPUs, collapsed by one call: the smallest run that has everything in it. */
const small: Overrides = {
  'vm.memory': '4MiB',
  'vm.vcpus': 2,
  'timeline.0.at': '50us',
  'timeline.0.range.length': '4MiB',
  'timeline.0.step': null,
  settle: '500us',
};

const scenarioOf = (overrides: Overrides = {}): Scenario => loadScenario('hgm-collapse-2m', { ...small, ...overrides });

export const profile: CostProfile = loadProfile('epyc-uncontended');

/** The profile with other costs in some places. */
export const profileWith = (costs: Partial<CostProfile['costs']>): CostProfile => ({
  ...profile,
  costs: { ...profile.costs, ...costs },
});

export interface RunOptions {
  readonly scheme?: NotifierSchemeId;
  readonly mapcount?: MapcountSchemeId;
  readonly seed?: number;
  readonly profile?: CostProfile;
  readonly stepping?: boolean;
  readonly onRecord?: (record: RunRecord) => void;
  readonly topics?: readonly Topic[];
}

/** Runs the small scenario with these changes: under `range` and `subpage` unless told otherwise. */
export function run(overrides: Overrides, options: RunOptions = {}): RunResult {
  return runScenario({
    scenario: scenarioOf(overrides),
    profile,
    scheme: 'range',
    mapcount: 'subpage',
    seed: 1,
    ...options,
  });
}

/** A run with all of its records of some topics. */
export function recorded(
  overrides: Overrides,
  options: RunOptions = {},
): { readonly result: RunResult; readonly records: readonly RunRecord[] } {
  const records: RunRecord[] = [];
  const result = run(overrides, { ...options, onRecord: (record) => records.push(record) });
  return { result, records };
}

export const recordsOf = <T extends Topic>(
  records: readonly RunRecord[],
  topic: T,
): readonly Extract<RunRecord, { topic: T }>[] =>
  records.filter((record): record is Extract<RunRecord, { topic: T }> => record.topic === topic);

export const findingKinds = (result: RunResult): string[] => result.findings.map(({ kind }) => kind);
export const maxOf = (values: Iterable<number>): number => Math.max(0, ...values);
export const sumOf = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0);
