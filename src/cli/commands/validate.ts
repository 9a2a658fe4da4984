import { Command } from 'commander';
import { assertMeasurable } from '../../host/availability.ts';
import { calibratedProfile } from '../../host/calibration/calibrated-profile.ts';
import { hostFacts } from '../../host/host-facts.ts';
import { calibrateInProcess } from '../../host/host-process.ts';
import { LIMITS } from '../../host/measurement-plan.ts';
import { casesOf, validateHost } from '../../host/validation/validate-host.ts';
import { validationCases } from '../../host/validation/validation-cases.ts';
import { planComparison } from '../../lab/comparison.ts';
import { InvalidInput } from '../../lab/invalid-input.ts';
import { loadProfile, loadProfileDocument } from '../../lab/library.ts';
import { type CostProfile, parseProfile, parseProfileDocument } from '../../lab/profile.ts';
import { libraryWithProfile, readDocument } from '../documents.ts';
import { collect, integer, overridesOf, profileOption, setOption } from '../options.ts';
import { progressBar } from '../progress-bar.ts';
import { validationTable } from '../validation-table.ts';

interface ValidateOptions {
  readonly set?: string[];
  readonly profile?: string;
  readonly case?: string[];
  readonly repetitions?: number;
  readonly json?: boolean;
}

const REPETITIONS = 15;
/** Gives what calibration does not measure. */
const BASE_PROFILE = 'epyc-uncontended';

export function validateCommand(): Command {
  const { least, most } = LIMITS.repetitions;
  return new Command('validate')
    .description(
      "check scenario and profile files without running them; without files, the model against this host's KVM",
    )
    .argument('[file...]', 'JSON files; one with costs is a profile')
    .addOption(setOption())
    .addOption(profileOption())
    .option('--case <id>', `without files: only this; may be repeated (${ids()})`, collect)
    .option('--repetitions <n>', `without files: of each case (default: ${REPETITIONS})`, integer(least, most))
    .option('--json', 'without files: print the result as JSON')
    .action(validate);
}

const ids = (): string => validationCases.map(({ id }) => id).join(', ');

async function validate(files: readonly string[], options: ValidateOptions): Promise<void> {
  refuseOthersOptions(files.length > 0, options);
  if (files.length > 0) validateFiles(files, options);
  else await validateModel(options);
}

/** Each use has options of its own. */
function refuseOthersOptions(hasFiles: boolean, options: ValidateOptions): void {
  const others = hasFiles ? (['case', 'repetitions', 'json'] as const) : (['set'] as const);
  const errors = others
    .filter((name) => options[name] !== undefined)
    .map((name) => ({ path: `--${name}`, message: hasFiles ? 'is for validate without files' : 'is for files' }));
  if (errors.length > 0) throw new InvalidInput('validate', errors);
}

async function validateModel({ profile, case: ids, repetitions = REPETITIONS, json }: ValidateOptions): Promise<void> {
  const cases = casesOf(ids);
  const named = profile === undefined ? null : profileOf(profile);
  assertMeasurable();
  const host = hostFacts();
  const bar = progressBar(process.stderr, cases.length, 'cases');
  const result = await (async () => {
    const costs = named ?? (await calibrated(host));
    return validateHost({ cases, repetitions, profile: costs, host, onCase: () => bar.advance() });
  })().finally(() => bar.clear());
  process.stdout.write(`${json ? JSON.stringify(result) : validationTable(result)}\n`);
}

function profileOf(argument: string): CostProfile {
  const { library, profile } = libraryWithProfile(argument);
  return loadProfile(profile ?? BASE_PROFILE, library);
}

async function calibrated(host: ReturnType<typeof hostFacts>): Promise<CostProfile> {
  const { primitives } = await calibrateInProcess();
  return parseProfile(calibratedProfile('this-host', loadProfileDocument(BASE_PROFILE), primitives, host));
}

/** Checks every file, also after one that is wrong. */
function validateFiles(files: readonly string[], options: ValidateOptions): void {
  const errors = files.flatMap((file) => {
    try {
      process.stdout.write(`${file}: ${validDocument(file, options)}\n`);
      return [];
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      return error.errors.map(({ path, message }) => ({
        path: path === file || path === '' ? file : `${file}: ${path}`,
        message,
      }));
    }
  });
  if (errors.length > 0) throw new InvalidInput('files', errors);
}

/** Returns what the file holds. */
function validDocument(file: string, options: ValidateOptions): string {
  const document = readDocument(file);
  if (document.costs !== undefined) return `profile ${parseProfileDocument(document).name}`;
  const { library, profile } = libraryWithProfile(options.profile);
  const { scenario } = planComparison({ scenario: document, overrides: overridesOf(options.set, profile) }, library);
  return `scenario ${scenario.name}`;
}
