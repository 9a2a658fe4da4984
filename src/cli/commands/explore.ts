import { closeSync, openSync, writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { lastValueFrom, tap } from 'rxjs';
import { counterexampleTrace } from '../../explore/counterexample-trace.ts';
import {
  collapseProtections,
  type ExplorationPlan,
  readExploration,
  reductions,
  searches,
} from '../../explore/exploration-request.ts';
import type { ExplorationProgress, ExplorationResult } from '../../explore/exploration-types.ts';
import { exploredOperations, userfaultModes } from '../../explore/question.ts';
import {
  availableIds,
  backings,
  hgmVersions,
  kernels,
  mapcountSchemes,
  preemptions,
  schemeIds,
} from '../../lab/vocabulary.ts';
import { WorkerPool } from '../../server/worker-pool.ts';
import { explorationTable, verdictLine } from '../exploration-table.ts';
import { exploreMatrix } from '../explore-matrix.ts';
import { type ExploreOptions, guest, list, number, numbers, operations, requestOf } from '../explore-options.ts';
import { replayed, stepsText } from '../explore-replay.ts';
import { threadsOption } from '../options.ts';

const NS_PER_MS = 1e6;
const EXIT_NOT_SAFE = 1;

interface Options extends ExploreOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly trace?: string;
  readonly schedule?: string;
  readonly steps?: boolean;
  readonly matrix?: boolean;
  readonly rows?: string[];
  readonly columns?: string[];
  readonly threads?: number;
}

export function exploreCommand(): Command {
  const oneOf = (what: string, ids: readonly string[]): string => `${what}: ${ids.join(', ')}`;
  const commas = (text: string): string[] => list(text, ';').flatMap((part) => list(part, ','));
  return new Command('explore')
    .description('is it safe? all interleavings of a few operations and a guest, in a small memory')
    .option(
      '--operations <list>',
      oneOf('a thread each, as in madv-collapse,munmap@0>munmap@1', exploredOperations),
      operations,
    )
    .option('--scheme <id>', oneOf('notifier scheme', schemeIds))
    .option('--mapcount <id>', oneOf('mapcount scheme', availableIds(mapcountSchemes)))
    .option('--kernel <id>', oneOf('kernel', availableIds(kernels)))
    .option('--preemption <id>', oneOf('preemption', availableIds(preemptions)))
    .option('--backing <kind>', oneOf('what the memory is made of', availableIds(backings)))
    .option('--hgm-version <id>', oneOf('HGM revision', availableIds(hgmVersions)))
    .option('--protection <id>', oneOf('of a page in collapse', collapseProtections))
    .option('--entries <n>', 'entries of a table: 2 to 4', number)
    .option('--blocks <n>', 'huge pages: 1 or 2', number)
    .option('--mapped <size>', "size of the host's leaves at first: 4k, 2m, 1g, none")
    .option('--folios <size>', 'size of anonymous and shmem folios: 4k, 2m')
    .option('--userfault <mode>', oneOf('faults that become messages', userfaultModes))
    .option('--unanswered', 'nobody answers the messages of --userfault')
    .option('--sptes <which>', 'SPTEs at first: as-host, none')
    .option('--holes <pages>', 'pages that the host does not map at first', numbers)
    .option('--read-only-sptes <pages>', 'pages whose SPTEs are read-only at first', numbers)
    .addOption(
      new Option('--vcpus <n>', 'vCPUs that each write to a page: 1 to 3').argParser(number).conflicts('guest'),
    )
    .option('--guest <accesses>', 'reads and writes of pages of each vCPU, as in w0r1,w1', guest)
    .option('--search <id>', oneOf('how to search', searches))
    .option('--reduction <id>', oneOf('of an exhaustive search', reductions))
    .option('--bug-depth <n>', 'of pct: ordering constraints of a bug, 1 to 8', number)
    .option('--seed <n>', 'of pct and random', number)
    .option('--step-checks', 'the checks of a run, at every step: slower')
    .option('--first', 'end at the first hazard')
    .option('--limit-schedules <n>', 'schedules to run at most', number)
    .option('--limit-transitions <n>', 'transitions to explore at most', number)
    .option('--limit-depth <n>', 'transitions of a schedule at most', number)
    .option('--time <time>', 'wall-clock time at most, such as 30s')
    .option(
      '--schedule <file|list>',
      'go through this schedule only: task numbers, or a file with them or with a result',
    )
    .option(
      '--steps',
      'print, as JSON, each step of the counterexample or of --schedule, with both page tables as it leaves them',
    )
    .option('--trace <file>', 'write the counterexample as a trace for Perfetto')
    .addOption(
      new Option(
        '--matrix',
        'the whole table of verdicts: operations x scheme x handler x mapcount scheme x kernel',
      ).conflicts(['operations', 'schedule', 'steps', 'trace']),
    )
    .option('--rows <ids>', 'of --matrix: rows, or operations that they must have', (text: string) => list(text, ';'))
    .option('--columns <ids>', 'of --matrix: schemes, mapcount schemes and kernels', commas)
    .addOption(threadsOption())
    .addOption(new Option('--json', 'print the result as JSON').conflicts('markdown'))
    .option('--markdown', 'of --matrix: print it for a page')
    .action(explore);
}

async function explore(options: Options): Promise<void> {
  if (options.matrix === true) return exploreMatrix(options);
  if (options.schedule !== undefined) {
    process.exitCode = replayed(options.schedule, options);
    return;
  }
  const plan = readExploration(requestOf(options));
  // A file that cannot be written is better known before than after.
  if (options.trace !== undefined) closeSync(openSync(options.trace, 'a'));
  const result = await carryOut(plan);
  if (options.trace !== undefined) writeFileSync(options.trace, traceOf(result));
  process.stdout.write(`${textOf(result, options)}\n`);
  if (result.verdict === 'safe') return;
  process.exitCode = EXIT_NOT_SAFE;
  if (options.json === true || options.steps === true) process.stderr.write(`stallscope: ${verdictLine(result)}\n`);
}

function textOf(result: ExplorationResult, { json, steps }: Options): string {
  const { question, stepChecks, findings } = result;
  const [worst] = findings;
  if (steps === true)
    return worst === undefined ? 'null' : stepsText(question, worst.counterexample.schedule, stepChecks);
  return json === true ? JSON.stringify(result) : explorationTable(result);
}

/** In a thread, so that this one hears a Ctrl-C: the first ends the search with what there is, the second the program. */
async function carryOut({ question, options, timeNs }: ExplorationPlan): Promise<ExplorationResult> {
  const pool = new WorkerPool({ threads: 1 });
  const stopped = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const stop = (): void => {
    Atomics.store(stopped, 0, 1);
    process.removeListener('SIGINT', stop);
  };
  process.on('SIGINT', stop);
  try {
    const last = await lastValueFrom(
      pool.explore({ question, options, timeMs: timeNs / NS_PER_MS }, stopped).pipe(
        tap((update) => {
          if (update.kind === 'progress') show(update.progress);
        }),
      ),
    );
    if (last.kind !== 'outcome') throw new Error('the exploration ended without a result');
    return last.result;
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    process.removeListener('SIGINT', stop);
    await pool.close();
  }
}

function show({ schedules, states, transitions, findings }: ExplorationProgress): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(
    `\r\x1b[K${schedules} schedules, ${states} states, ${transitions} transitions, ${findings} findings`,
  );
}

/** Without a counterexample: an empty trace. */
function traceOf({ findings }: ExplorationResult): string {
  const [worst] = findings;
  if (worst === undefined) return counterexampleTrace('nothing was found', emptyCounterexample);
  return counterexampleTrace(`${worst.class} ${worst.kind}`, worst.counterexample);
}

const emptyCounterexample = {
  tasks: [],
  schedule: [],
  steps: [],
  preemptions: 0,
  length: 0,
  minimality: 'fewest-preemptions',
} as const;
