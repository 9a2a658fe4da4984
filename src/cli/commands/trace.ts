import { closeSync, openSync, writeSync } from 'node:fs';
import { Command } from 'commander';
import { planComparison } from '../../lab/comparison.ts';
import { runScenario } from '../../lab/run.ts';
import { runTrace } from '../../lab/run-trace.ts';
import { TRACE_RECORDS_MAX, TraceRecords, traceTopics } from '../../lab/trace-records.ts';
import { libraryWithProfile, scenarioArgument } from '../documents.ts';
import { checksOption, integer, overridesOf, profileOption, setOption, traceOption } from '../options.ts';
import { packageVersion } from '../package-version.ts';

interface TraceOptions {
  readonly scheme: string;
  readonly mapcount?: string;
  readonly seed?: number;
  readonly set?: string[];
  readonly profile?: string;
  readonly trace?: string;
  readonly checks: boolean;
  readonly records: number;
  readonly output?: string;
}

const MOST_RECORDS = 2_000_000;

export function traceCommand(): Command {
  return new Command('trace')
    .description(
      'one run as a trace for Perfetto or Chrome: tracks of vCPUs, threads, locks, and what caused each stall',
    )
    .argument('<scenario>', 'name of a scenario, or a JSON file')
    .option('--scheme <id>', 'notifier scheme', 'range')
    .option('--mapcount <id>', 'mapcount scheme (default: that of the scenario)')
    .option('--seed <n>', 'seed (default: 1)', integer(0, Number.MAX_SAFE_INTEGER))
    .addOption(setOption())
    .addOption(profileOption())
    .addOption(traceOption())
    .addOption(checksOption())
    .option(
      '--records <n>',
      'keep the first n records; findings are all kept',
      integer(1, MOST_RECORDS),
      TRACE_RECORDS_MAX,
    )
    .option('--output <file>', 'write the trace there (default: standard output)')
    .action(trace);
}

function trace(argument: string, options: TraceOptions): void {
  const { library, profile } = libraryWithProfile(options.profile);
  const plan = planComparison(
    {
      scenario: scenarioArgument(argument),
      schemes: [options.scheme],
      repetitions: 1,
      overrides: overridesOf(options.set, profile, options.trace, options.checks),
      ...(options.mapcount === undefined ? {} : { mapcounts: [options.mapcount] }),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    },
    library,
  );
  const [input] = plan.runs;
  if (input === undefined) throw new Error('a plan of one scheme and one repetition has no run');
  // Opened before the run: one that takes minutes is not to end with a folder that does not exist.
  const file = options.output === undefined ? null : openSync(options.output, 'w');
  try {
    const records = new TraceRecords(options.records);
    runScenario({ ...input, topics: traceTopics, onRecord: (record) => records.add(record) });
    const { kept, dropped } = records;
    for (const piece of runTrace(input, kept, { version: packageVersion(), dropped })) {
      if (file === null) process.stdout.write(piece);
      else writeAll(file, Buffer.from(piece));
    }
    const leftOut = dropped === 0 ? '' : `; ${dropped} more are left out, see --records`;
    process.stderr.write(`${kept.length} records${leftOut}\n`);
  } finally {
    if (file !== null) closeSync(file);
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
