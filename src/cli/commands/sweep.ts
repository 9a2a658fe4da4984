import { Command, Option } from 'commander';
import { planSweep } from '../../lab/sweep.ts';
import { SweepSummary, sweepTable } from '../../lab/sweep-result.ts';
import { tableToCsv } from '../../lab/table.ts';
import { carryOutRuns } from '../carry-out-runs.ts';
import { libraryWithProfile, scenarioArgument } from '../documents.ts';
import { gridOf } from '../grid-option.ts';
import {
  checksOption,
  collect,
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
import { sweepOverview } from '../sweep-table.ts';

interface SweepOptions {
  readonly grid?: string[];
  readonly scheme?: string[];
  readonly mapcount?: string[];
  readonly repetitions?: number;
  readonly checks: boolean;
  readonly seed?: number;
  readonly set?: string[];
  readonly profile?: string;
  readonly trace?: string;
  readonly histograms?: boolean;
  readonly threads?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly parquet?: string;
}

export function sweepCommand(): Command {
  return new Command('sweep')
    .description('compare schemes at every point of a grid of parameters, everywhere with the same seeds')
    .argument('<scenario>', 'name of a scenario, or a JSON file')
    .addOption(
      new Option('--grid <path=values>', 'values that a field takes, as in vm.vcpus=4,8,16; repeat it for more fields')
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .addOption(schemeOption())
    .addOption(mapcountOption())
    .option('--repetitions <n>', 'runs of each scheme at each point (default: 3)', integer(0, Number.MAX_SAFE_INTEGER))
    .option('--seed <n>', 'seed of the first repetition (default: 1)', integer(0, Number.MAX_SAFE_INTEGER))
    .addOption(setOption())
    .addOption(profileOption())
    .addOption(traceOption())
    .addOption(checksOption())
    .option('--histograms', 'with the histogram of stall windows of each scheme at each point')
    .addOption(threadsOption())
    .addOption(new Option('--json', 'print the result as JSON').conflicts('csv'))
    .addOption(new Option('--csv', 'print the result as CSV'))
    .addOption(parquetOption())
    .action(sweep);
}

async function sweep(argument: string, options: SweepOptions): Promise<void> {
  const { library, profile } = libraryWithProfile(options.profile);
  const plan = planSweep(
    {
      scenario: scenarioArgument(argument),
      grid: gridOf(options.grid ?? []),
      overrides: overridesOf(options.set, profile, options.trace, options.checks),
      ...(options.scheme === undefined ? {} : { schemes: options.scheme }),
      ...(options.mapcount === undefined ? {} : { mapcounts: options.mapcount }),
      ...(options.repetitions === undefined ? {} : { repetitions: options.repetitions }),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.histograms === undefined ? {} : { histograms: options.histograms }),
    },
    library,
  );
  const parquet = parquetFile(options.parquet);
  const summary = new SweepSummary(plan);
  await carryOutRuns(
    plan.runs.map(({ run }) => run),
    options.threads,
    (index, result, wallMs) => summary.add(index, result, wallMs),
  );
  const result = summary.result();
  parquet.write(sweepTable(result));
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else if (options.csv) process.stdout.write(tableToCsv(sweepTable(result)));
  else process.stdout.write(`${sweepOverview(result, plan)}\n`);
}
