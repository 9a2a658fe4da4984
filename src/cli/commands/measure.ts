import { closeSync, openSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { assertMeasurable } from '../../host/availability.ts';
import { hostFacts } from '../../host/host-facts.ts';
import { measureInProcess } from '../../host/host-process.ts';
import { LIMITS, planMeasurement } from '../../host/measurement-plan.ts';
import { measurementResult } from '../../host/measurement-result.ts';
import { measurementTrace } from '../../host/measurement-trace.ts';
import { hostBackings, hostOperations, hostSizes, places } from '../../host/vocabulary.ts';
import { resultTable } from '../../lab/result-table.ts';
import { tableToCsv } from '../../lab/table.ts';
import { parseSize, parseTime } from '../../lab/units.ts';
import { measurementTable } from '../measurement-table.ts';
import { collect, integer, parquetOption } from '../options.ts';
import { parquetFile } from '../parquet-file.ts';
import { progressBar } from '../progress-bar.ts';

interface MeasureOptions {
  readonly backing?: string;
  readonly folios?: string;
  readonly mapped?: string;
  readonly place?: string[];
  readonly memory?: number;
  readonly range?: number;
  readonly stride?: number;
  readonly vcpus?: number;
  readonly repetitions?: number;
  readonly time?: number;
  readonly threshold?: number;
  readonly tail?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly parquet?: string;
  readonly windows?: boolean;
  readonly kernelEvents?: boolean;
  readonly trace?: string;
}

export function measureCommand(): Command {
  return new Command('measure')
    .description("stall windows of a real guest on this host's own KVM")
    .argument('<operation>', `what the host does: ${hostOperations.join(', ')}`)
    .option('--backing <kind>', `what the memory is made of: ${hostBackings.join(', ')}`)
    .option('--folios <size>', `size of the folios: ${hostSizes.join(', ')}`)
    .option('--mapped <size>', `size of the entries that map them: ${hostSizes.join(', ')}`)
    .addOption(
      new Option(
        '--place <id>',
        `what the guest touches; may be repeated (${places.map(({ id }) => id).join(', ')})`,
      ).argParser(collect),
    )
    .option('--memory <size>', help('memory of the guest', 'memoryBytes'), size)
    .option('--range <size>', help('memory that is operated on', 'rangeBytes'), size)
    .option('--stride <size>', help('distance of the touches', 'strideBytes'), size)
    .option('--vcpus <n>', help('vCPUs', 'vcpus'), integer(LIMITS.vcpus.least, LIMITS.vcpus.most))
    .option(
      '--repetitions <n>',
      help('repetitions at each place', 'repetitions'),
      integer(LIMITS.repetitions.least, LIMITS.repetitions.most),
    )
    .option('--time <time>', help('time for all repetitions', 'timeNs'), time)
    .option('--threshold <time>', help('shortest gap that is recorded', 'thresholdNs'), time)
    .option('--tail <time>', help('time after the operation that counts', 'tailNs'), time)
    .addOption(new Option('--json', 'print the result as JSON').conflicts('csv'))
    .addOption(new Option('--csv', 'print the result as CSV'))
    .addOption(parquetOption())
    .option('--windows', 'with --json: all stall windows, one by one')
    .option('--kernel-events', "record the kernel's own events as well, for --json and --trace; takes time of its own")
    .option('--trace <file>', 'write a trace for Perfetto or chrome://tracing')
    .action(measure);
}

function help(what: string, limit: keyof typeof LIMITS): string {
  const { least, most, usual, show } = LIMITS[limit];
  return `${what} (default: ${show(usual)}; ${show(least)} to ${show(most)})`;
}

async function measure(operation: string, options: MeasureOptions): Promise<void> {
  const plan = planMeasurement({
    operation,
    backing: options.backing,
    folios: options.folios,
    mapped: options.mapped,
    places: options.place,
    memoryBytes: options.memory,
    rangeBytes: options.range,
    strideBytes: options.stride,
    vcpus: options.vcpus,
    repetitions: options.repetitions,
    timeNs: options.time,
    thresholdNs: options.threshold,
    tailNs: options.tail,
    windows: options.windows,
    kernelEvents: options.kernelEvents,
  });
  assertMeasurable();
  // A file that cannot be written is better known before than after.
  if (options.trace !== undefined) closeSync(openSync(options.trace, 'a'));
  const parquet = parquetFile(options.parquet);
  const bar = progressBar(process.stderr, plan.places.length * plan.repetitions, 'repetitions');
  const measurement = await measureInProcess(plan, { onRepetition: () => bar.advance() }).finally(() => bar.clear());
  const result = measurementResult(measurement, hostFacts());
  const missing = result.measurement.kernelEvents?.missing ?? null;
  if (missing !== null) process.stderr.write(`stallscope: without the kernel's events: ${missing}\n`);
  if (options.trace !== undefined) writeFileSync(options.trace, measurementTrace(measurement));
  parquet.write(resultTable(result));
  if (options.csv) process.stdout.write(tableToCsv(resultTable(result)));
  else process.stdout.write(`${options.json ? JSON.stringify(result) : measurementTable(result)}\n`);
}

const size = (text: string): number => quantity(text, parseSize, 'a size, such as 64MiB');
const time = (text: string): number => quantity(text, parseTime, 'a time, such as 2ms');

function quantity(text: string, parse: (text: string) => number | null, what: string): number {
  const value = parse(text);
  if (value === null) throw new InvalidArgumentError(`It has to be ${what}.`);
  return value;
}
