import { Command } from 'commander';
import { planComparison } from '../../lab/comparison.ts';
import { InvalidInput } from '../../lab/invalid-input.ts';
import { parseProfileDocument } from '../../lab/profile.ts';
import { libraryWithProfile, readDocument } from '../documents.ts';
import { overridesOf, profileOption, setOption } from '../options.ts';

interface ValidateOptions {
  readonly set?: string[];
  readonly profile?: string;
}

export function validateCommand(): Command {
  return new Command('validate')
    .description('check scenario and profile files without running them')
    .argument('<file...>', 'JSON files; one with costs is a profile')
    .addOption(setOption())
    .addOption(profileOption())
    .action(validate);
}

/** Checks every file, also after one that is wrong. */
function validate(files: readonly string[], options: ValidateOptions): void {
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
