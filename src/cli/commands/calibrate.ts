import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { Command } from 'commander';
import { assertCallable } from '../../host/availability.ts';
import { calibratedProfile } from '../../host/calibration/calibrated-profile.ts';
import type { Primitive } from '../../host/calibration/primitive.ts';
import { hostFacts } from '../../host/host-facts.ts';
import { calibrateInProcess } from '../../host/host-process.ts';
import { loadProfileDocument } from '../../lab/library.ts';
import { showNs } from '../quantities.ts';

interface CalibrateOptions {
  readonly name: string;
  readonly base: string;
  readonly out?: string;
  readonly json?: boolean;
}

export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description("what this host's primitive steps cost, and a cost profile that has them")
    .option('--name <name>', 'name of the profile', 'this-host')
    .option('--base <name>', 'profile that gives what is not measured', 'epyc-uncontended')
    .option('--out <file>', 'write the profile to a file')
    .option('--json', 'print measurements and profile as JSON')
    .action(calibrate);
}

async function calibrate({ name, base, out, json }: CalibrateOptions): Promise<void> {
  const baseProfile = loadProfileDocument(base);
  assertCallable();
  const { primitives, ticksPerNs } = await calibrateInProcess();
  const host = hostFacts();
  const profile = calibratedProfile(name, baseProfile, primitives, host);
  if (out !== undefined) writeFileSync(out, `${JSON.stringify(profile, null, 2)}\n`);
  const tscHz = Math.round(ticksPerNs * 1e9);
  process.stdout.write(json ? `${JSON.stringify({ host, tscHz, primitives, profile })}\n` : `${table(primitives)}\n`);
  if (out !== undefined) process.stderr.write(`${profile.description} Written to ${out}.\n`);
}

function table(primitives: readonly Primitive[]): string {
  const rows = new Table({
    head: ['step', 'median', '10 %', '90 %', 'samples', 'cost of the profile'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const { name, p10, p50, p90, samples, cost } of primitives) {
    rows.push([name, showNs(p50), showNs(p10), showNs(p90), String(samples), cost ?? '']);
  }
  return rows.toString();
}
