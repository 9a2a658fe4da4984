// The command line. Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 failed or not safe, 2 bad usage.

import { Command, CommanderError } from 'commander';
import { InvalidInput } from '../lab/invalid-input.ts';
import { calibrateCommand } from './commands/calibrate.ts';
import { compareCommand } from './commands/compare.ts';
import { exploreCommand } from './commands/explore.ts';
import { mapcountsCommand } from './commands/mapcounts.ts';
import { measureCommand } from './commands/measure.ts';
import { profilesCommand } from './commands/profiles.ts';
import { runCommand } from './commands/run.ts';
import { scenariosCommand } from './commands/scenarios.ts';
import { serveCommand } from './commands/serve.ts';
import { sweepCommand } from './commands/sweep.ts';
import { traceCommand } from './commands/trace.ts';
import { validateCommand } from './commands/validate.ts';
import { packageVersion } from './package-version.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

// A reader that has seen enough, such as head, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const program = new Command('stallscope')
  .description('How long each vCPU stands still when the kernel changes the page tables under a virtual machine.')
  .version(packageVersion())
  .exitOverride()
  .showHelpAfterError('(add --help for what is allowed)');

for (const command of [
  compareCommand(),
  runCommand(),
  traceCommand(),
  sweepCommand(),
  exploreCommand(),
  scenariosCommand(),
  profilesCommand(),
  mapcountsCommand(),
  measureCommand(),
  calibrateCommand(),
  validateCommand(),
  serveCommand(),
]) {
  program.addCommand(command.copyInheritedSettings(program));
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says on stderr what went wrong, and returns the exit code. */
function report(error: unknown): number {
  // Commander has printed its message, or the help that was asked for, by itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof InvalidInput) {
    for (const { path, message } of error.errors) {
      process.stderr.write(path === '' ? `stallscope: ${message}\n` : `stallscope: ${path}: ${message}\n`);
    }
    return EXIT_USAGE;
  }
  process.stderr.write(`stallscope: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env.STALLSCOPE_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return EXIT_FAILED;
}
