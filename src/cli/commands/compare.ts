import { Command, Option } from 'commander';
import { type ComparisonPlan, planComparison } from '../../lab/comparison.ts';
import type { ComparisonResult } from '../../lab/result.ts';
import { resultTable } from '../../lab/result-table.ts';
import type { RunResult } from '../../lab/run-types.ts';
import { summarize } from '../../lab/summary.ts';
import { tableToCsv } from '../../lab/table.ts';
import { totalVcpus } from '../../lab/world.ts';
import { carryOutRuns } from '../carry-out-runs.ts';
import { comparisonTable } from '../comparison-table.ts';
import { libraryWithProfile, scenarioArgument } from '../documents.ts';
import {
  checksOption,
  integer,
  mapcountOption,
  overridesOf,
  parquetOption,
  profileOption,
  schemeOption,
  setOption,
  threadsOption,
  traceOption,
} from '../options.ts';
import { parquetFile } from '../parquet-file.ts';

interface CompareOptions {
  readonly scheme?: string[];
  readonly mapcount?: string[];
  readonly repetitions?: number;
  readonly checks: boolean;
  readonly seed?: number;
  readonly set?: string[];
  readonly profile?: string;
  readonly trace?: string;
  readonly threads?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly parquet?: string;
}

export function compareCommand(): Command {
  return new Command('compare')
    .description('run a scenario under several notifier schemes, with the same seeds')
    .argument('<scenario>', 'name of a scenario, or a JSON file')
    .addOption(schemeOption())
    .addOption(mapcountOption())
    .option('--repetitions <n>', 'runs of each scheme (default: 3)', integer(0, Number.MAX_SAFE_INTEGER))
    .option('--seed <n>', 'seed of the first repetition (default: 1)', integer(0, Number.MAX_SAFE_INTEGER))
    .addOption(setOption())
    .addOption(profileOption())
    .addOption(traceOption())
    .addOption(checksOption())
    .addOption(threadsOption())
    .addOption(new Option('--json', 'print the result as JSON').conflicts('csv'))
    .addOption(new Option('--csv', 'print the result as CSV'))
    .addOption(parquetOption())
    .action(compare);
}

async function compare(argument: string, options: CompareOptions): Promise<void> {
  const { library, profile } = libraryWithProfile(options.profile);
  const plan = planComparison(
    {
      scenario: scenarioArgument(argument),
      overrides: overridesOf(options.set, profile, options.trace, options.checks),
      ...(options.scheme === undefined ? {} : { schemes: options.scheme }),
      ...(options.mapcount === undefined ? {} : { mapcounts: options.mapcount }),
      ...(options.repetitions === undefined ? {} : { repetitions: options.repetitions }),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    },
    library,
  );
  const parquet = parquetFile(options.parquet);
  const result = await carryOut(plan, options.threads);
  parquet.write(resultTable(result));
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else if (options.csv) process.stdout.write(tableToCsv(resultTable(result)));
  else process.stdout.write(`${comparisonTable(result, totalVcpus(plan.scenario))}\n`);
}

/** Runs the plan in worker threads and sums it up. */
async function carryOut(plan: ComparisonPlan, threads: number | undefined): Promise<ComparisonResult> {
  const results: RunResult[] = [];
  const wallMs: number[] = [];
  await carryOutRuns(plan.runs, threads, (index, result, ms) => {
    results[index] = result;
    wallMs[index] = ms;
  });
  return summarize(plan, results, wallMs);
}
