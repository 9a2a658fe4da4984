import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { planComparison } from '../../lab/comparison.ts';
import { InvalidInput } from '../../lab/invalid-input.ts';
import { runScenario } from '../../lab/run.ts';
import type { OperationResult, RunRecord, RunResult, StallRecord, Topic } from '../../lab/run-types.ts';
import type { TimelineEntry } from '../../lab/scenario.ts';
import { topics as knownTopics } from '../../lab/vocabulary.ts';
import { libraryWithProfile, scenarioArgument } from '../documents.ts';
import { recordLines } from '../finding-lines.ts';
import { checksOption, integer, overridesOf, profileOption, setOption, traceOption } from '../options.ts';
import { percent, showNs } from '../quantities.ts';

interface RunOptions {
  readonly scheme: string;
  readonly mapcount?: string;
  readonly seed?: number;
  readonly set?: string[];
  readonly profile?: string;
  readonly trace?: string;
  readonly checks: boolean;
  readonly stepping?: boolean;
  readonly records?: string;
  readonly windows: number;
  readonly json?: boolean;
}

const DEFAULT_WINDOWS = 20;
const LINES_IN_ONE_WRITE = 1000;

export function runCommand(): Command {
  return new Command('run')
    .description('one run: one scenario, one scheme, one seed, with its stall windows')
    .argument('<scenario>', 'name of a scenario, or a JSON file')
    .option('--scheme <id>', 'notifier scheme', 'range')
    .option('--mapcount <id>', 'mapcount scheme (default: that of the scenario)')
    .option('--seed <n>', 'seed (default: 1)', integer(0, Number.MAX_SAFE_INTEGER))
    .addOption(setOption())
    .addOption(profileOption())
    .addOption(traceOption())
    .addOption(checksOption())
    .option('--stepping', 'step every guest access instead of skipping to the next miss: slow')
    .option('--windows <n>', 'stall windows to list, the longest first', integer(0, 1_000_000), DEFAULT_WINDOWS)
    .addOption(new Option('--json', 'print the outcome as JSON').conflicts('records'))
    .addOption(new Option('--records <topics>', 'print the records of these topics instead, one JSON object a line'))
    .action(run);
}

/** In this thread: there is one run and nobody else to serve, and no record may be lost on the way to the output. */
function run(argument: string, options: RunOptions): void {
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
  const stepping = options.stepping === true;

  if (options.records !== undefined) {
    const lines = lineWriter();
    runScenario({ ...input, stepping, topics: topicsOf(options.records), onRecord: (record) => lines.write(record) });
    lines.flush();
    return;
  }
  const windows: StallRecord[] = [];
  const result = runScenario({
    ...input,
    stepping,
    topics: ['stall'],
    onRecord: (record) => {
      if (record.topic === 'stall') windows.push(record);
    },
  });
  if (options.json) {
    const { stallsNs: _, ...figures } = result;
    process.stdout.write(
      `${JSON.stringify({ scenario: plan.scenario.name, profile: plan.profile.name, ...figures, windows })}\n`,
    );
  } else {
    process.stdout.write(`${outcome(result, plan.scenario.timeline)}\n${windowTable(windows, options.windows)}\n`);
  }
}

function topicsOf(list: string): Topic[] {
  const ids = knownTopics.map(({ id }) => id);
  const wanted = list.split(',');
  const unknown = wanted.filter((topic) => !(ids as string[]).includes(topic));
  if (unknown.length > 0) {
    const message = `no such topic: ${unknown.join(', ')}; topics are ${ids.join(', ')}, with commas between them`;
    throw new InvalidInput('topics', [{ path: '--records', message }]);
  }
  return wanted as Topic[];
}

/** Writes many lines at once. On a pipe or a file the write is done when it returns, so memory stays small. */
function lineWriter() {
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
    lines = [];
  };
  return {
    write(record: RunRecord): void {
      lines.push(JSON.stringify(record));
      if (lines.length >= LINES_IN_ONE_WRITE) flush();
    },
    flush,
  };
}

function outcome(result: RunResult, timeline: readonly TimelineEntry[]): string {
  const { stallsNs, operations, notifier, faults, findings } = result;
  const totalNs = stallsNs.reduce((sum, ns) => sum + ns, 0);
  const longestNs = stallsNs.reduce((longest, ns) => Math.max(longest, ns), 0);
  const rows: [string, string][] = [
    ['scheme', `${result.scheme}, mapcount ${result.mapcount}, seed ${result.seed}`],
    ['simulated', `${showNs(result.simulatedNs)}, ${result.events} events`],
    ['stall windows', `${stallsNs.length}, longest ${showNs(longestNs)}, all together ${showNs(totalNs)}`],
    ['of that', `spinning ${showNs(result.spinNs)}, asleep ${showNs(result.sleepNs)}`],
    ['causes', causesOf(result.stallByCauseNs, totalNs)],
    ['blackouts', `${result.blackout.count}, longest ${showNs(result.blackout.maxNs)}`],
    ...timeline.map(({ operation }, index): [string, string] => [operation, operationOutcome(operations[index])]),
    ['notifier', `${notifier.sections} sections, open ${showNs(notifier.openNs)}; ${notifier.collapsed} collapsed`],
    [
      'faults',
      `${faults.total}, retries ${faults.retries}, spurious ${faults.spurious}, userfault ${faults.userfault}`,
    ],
    ['TLB flushes', `${result.tlbFlushes}; sequence moved ${result.seqBumps} times`],
    ['huge again', result.hugeRecoveryNs === null ? 'never' : `after ${showNs(result.hugeRecoveryNs)}`],
    ['guest', `${result.guest.touches} touches, throughput loss ${percent(result.guest.throughputLoss)}`],
    ...findings.flatMap((finding): [string, string][] => [
      ['finding', `at ${showNs(finding.simTimeNs)}: ${finding.kind}: ${finding.message}`],
      ...recordLines(finding).map((line): [string, string] => ['', `  ${line}`]),
    ]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n');
}

function operationOutcome(result: OperationResult | undefined): string {
  if (result === undefined) return 'had not ended with the run';
  const { startNs, durationNs, errno } = result;
  return `at ${showNs(startNs)}, took ${showNs(durationNs)}${errno === null ? '' : `, ${errno}`}`;
}

function causesOf(causes: Readonly<Partial<Record<string, number>>>, totalNs: number): string {
  const shares = Object.entries(causes)
    .map(([cause, ns]): [string, number] => [cause, ns ?? 0])
    .filter(([, ns]) => ns > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([cause, ns]) => `${cause} ${showNs(ns)} (${percent(ns / totalNs)})`);
  return shares.length === 0 ? 'none' : shares.join(', ');
}

function windowTable(windows: readonly StallRecord[], shown: number): string {
  if (windows.length === 0 || shown === 0) return '';
  const table = new Table({
    head: ['vCPU', 'from', 'to', 'length', 'causes'],
    style: { head: [], border: [], compact: true },
    colAligns: ['right', 'right', 'right', 'right', 'left'],
  });
  const longestFirst = [...windows].sort((a, b) => b.endNs - b.startNs - (a.endNs - a.startNs));
  for (const { vcpu, startNs, endNs, causes } of longestFirst.slice(0, shown)) {
    table.push([
      String(vcpu),
      `${startNs} ns`,
      `${endNs} ns`,
      showNs(endNs - startNs),
      causesOf(causes, endNs - startNs),
    ]);
  }
  const more = windows.length > shown ? `\n${windows.length - shown} shorter ones are not listed.` : '';
  return `${table.toString()}${more}`;
}
