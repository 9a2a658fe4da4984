// Options that several commands have, and how their values are read.

import { InvalidArgumentError, Option } from 'commander';
import { type Overrides, parseAssignment } from '../lab/scenario-overrides.ts';
import { mapcountSchemes, schemeIds } from '../lab/vocabulary.ts';
import { readText } from './documents.ts';

/** For options that may be given again and again. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

export function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It has to be an integer from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

const THREADS_MAX = 64;

export const threadsOption = (): Option =>
  new Option('--threads <n>', 'worker threads (default: one for each CPU)').argParser(integer(1, THREADS_MAX));

export const setOption = (): Option =>
  new Option('--set <path=value>', 'change a field of the scenario, as in vm.vcpus=16; may be repeated').argParser(
    collect,
  );

export const profileOption = (): Option =>
  new Option('--profile <name|file>', 'cost profile (default: that of the scenario)');

export const traceOption = (): Option =>
  new Option('--trace <file>', 'replay the accesses in a CSV file: guest.trace, and trace as guest.pattern');

export const mapcountOption = (): Option =>
  new Option(
    '--mapcount <id>',
    `mapcount scheme; may be repeated (default: that of the scenario; ${mapcountSchemes.map(({ id }) => id).join(', ')})`,
  ).argParser(collect);

export const schemeOption = (): Option =>
  new Option('--scheme <id>', `notifier scheme; may be repeated (default: all; ${schemeIds.join(', ')})`).argParser(
    collect,
  );

export const parquetOption = (): Option =>
  new Option('--parquet <file>', 'also write the rows of the CSV there, as Parquet');

export const checksOption = (): Option =>
  new Option('--no-checks', 'do not check what must hold while it runs: a little faster, and fewer findings');

/** What `--set`, `--profile`, `--trace` and `--no-checks` change in the scenario. The later one of two for the same path counts. */
export function overridesOf(
  assignments: readonly string[] | undefined,
  profile: string | undefined,
  traceFile?: string,
  checks = true,
): Overrides {
  return {
    ...Object.fromEntries((assignments ?? []).map(parseAssignment)),
    ...(profile === undefined ? {} : { 'machine.profile': profile }),
    ...(traceFile === undefined ? {} : { 'guest.pattern': 'trace', 'guest.trace': readText(traceFile) }),
    ...(checks ? {} : { checks: false }),
  };
}
