import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { Command } from 'commander';
import { assertCallable } from '../../host/availability.ts';
import { type Agreement, agreementOf } from '../../host/calibration/agreement.ts';
import { calibratedProfile } from '../../host/calibration/calibrated-profile.ts';
import type { Primitive } from '../../host/calibration/primitive.ts';
import { hostFacts } from '../../host/host-facts.ts';
import { calibrateInProcess } from '../../host/host-process.ts';
import { loadProfileDocument } from '../../lab/library.ts';
import { parseProfileDocument } from '../../lab/profile.ts';
import { readDocument } from '../documents.ts';
import { showNs } from '../quantities.ts';

interface CalibrateOptions {
  readonly name: string;
  readonly base: string;
  readonly out?: string;
  readonly against?: string;
  readonly json?: boolean;
}

export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description("what this host's primitive steps cost, and a cost profile that has them")
    .option('--name <name>', 'name of the profile', 'this-host')
    .option('--base <name>', 'profile that gives what is not measured', 'epyc-uncontended')
    .option('--out <file>', 'write the profile to a file')
    .option(
      '--against <file>',
      'profile of an earlier calibration: whether this one lies within its spread; exit 1 if not',
    )
    .option('--json', 'print measurements and profile as JSON')
    .action(calibrate);
}

async function calibrate({ name, base, out, against, json }: CalibrateOptions): Promise<void> {
  const baseProfile = loadProfileDocument(base);
  const earlier = against === undefined ? null : parseProfileDocument(readDocument(against));
  assertCallable();
  const { primitives, ticksPerNs } = await calibrateInProcess();
  const host = hostFacts();
  const profile = calibratedProfile(name, baseProfile, primitives, host);
  if (out !== undefined) writeFileSync(out, `${JSON.stringify(profile, null, 2)}\n`);
  const tscHz = Math.round(ticksPerNs * 1e9);
  const agreement = earlier === null ? null : agreementOf(earlier, profile);
  const result = { host, tscHz, primitives, profile, ...(agreement === null ? {} : { agreement }) };
  const tables = [stepTable(primitives), ...(agreement === null ? [] : [agreementTable(agreement)])];
  process.stdout.write(`${json ? JSON.stringify(result) : tables.join('\n')}\n`);
  if (out !== undefined) process.stderr.write(`${profile.description} Written to ${out}.\n`);
  if (agreement?.some(({ isWithin }) => !isWithin)) process.exitCode = 1;
}

const style = { head: [], border: [], compact: true };

function stepTable(primitives: readonly Primitive[]): string {
  const rows = new Table({
    head: ['step', 'median', '10 %', '90 %', 'samples', 'cost of the profile'],
    style,
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const { name, p10, p50, p90, samples, cost } of primitives) {
    rows.push([name, showNs(p50), showNs(p10), showNs(p90), String(samples), cost ?? '']);
  }
  return rows.toString();
}

function agreementTable(agreement: readonly Agreement[]): string {
  const rows = new Table({
    head: ['cost', 'before', 'low', 'high', 'now', 'within'],
    style,
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
  });
  const show = (ns: number | undefined): string => (ns === undefined ? 'not measured' : showNs(ns));
  for (const { cost, first, second, isWithin } of agreement) {
    const spread = first === null ? ['', ''] : [showNs(first.low), showNs(first.high)];
    rows.push([cost, show(first?.value), ...spread, show(second?.value), isWithin ? 'yes' : 'no']);
  }
  const within = agreement.filter(({ isWithin }) => isWithin).length;
  return `${rows.toString()}\n${within} of ${agreement.length} costs within the spread of the calibration before`;
}
