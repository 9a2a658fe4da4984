// The whole test command: the checks, the audit, then every test, then one closing line that counts them all. A check that
// fails does not keep the tests from running.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAudit, tellAudit } from './audit.ts';
import { CHECKS, runChecks } from './check.ts';

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

const folder = mkdtempSync(join(tmpdir(), 'stallscope-test-'));
const reportFile = join(folder, 'report.json');
try {
  const failedChecks = runChecks();
  const audit = runAudit();
  process.stdout.write(`${tellAudit(audit)}\n`);
  const vitest = spawnSync(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`, ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  const report = readReport(reportFile);

  // A file that does not load has no tests to count, yet is a failure.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  let failed = failedChecks.length + (audit.kind === 'holes' ? 1 : 0) + report.numFailedTests + brokenFiles.length;
  const passed = CHECKS.length - failedChecks.length + (audit.kind === 'clean' ? 1 : 0) + report.numPassedTests;
  const skipped = (audit.kind === 'skipped' ? 1 : 0) + report.numPendingTests + report.numTodoTests;
  if (vitest.status !== 0 && failed === 0) failed = 1; // for example an error outside of any test

  if (failedChecks.length > 0) process.stdout.write(`Failed checks: ${failedChecks.join(', ')}\n`);
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Returns what vitest counted; all zero if it ended before it could write. */
function readReport(file: string): VitestReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}
