// Known holes in what the service runs on, as the registry tells them. A registry that has no such list says nothing about
// holes, so its silence is a step that was skipped, never one that has passed.

import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

/** What npm prints. An answer has `metadata`, a failure `error` or `statusCode`. */
interface AuditReport {
  readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, number>> };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
  readonly error?: { readonly code?: string };
  readonly statusCode?: number;
}

export type AuditOutcome =
  | { readonly kind: 'clean' }
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'holes'; readonly packages: readonly string[] };

const SERIOUS: ReadonlySet<string> = new Set(['high', 'critical']);
const TIME_MS_MAX = 60_000;

/** Of what npm printed. */
export function readAudit(text: string): AuditOutcome {
  const report = parse(text);
  if (report?.metadata?.vulnerabilities === undefined) {
    return { kind: 'skipped', why: report === null ? 'npm gave no answer' : reasonOf(report) };
  }
  const packages = Object.entries(report.vulnerabilities ?? {})
    .filter(([, { severity }]) => SERIOUS.has(severity))
    .map(([name, { severity }]) => `${name} (${severity})`);
  return packages.length === 0 ? { kind: 'clean' } : { kind: 'holes', packages };
}

/** Without addresses: they are those of the machine that asks. */
function reasonOf({ error, statusCode }: AuditReport): string {
  const code = error?.code ?? (statusCode === undefined ? undefined : `HTTP ${statusCode}`);
  return `the registry does not answer this question${code === undefined ? '' : ` (${code})`}`;
}

function parse(text: string): AuditReport | null {
  try {
    return JSON.parse(text) as AuditReport;
  } catch {
    return null;
  }
}

export function runAudit(): AuditOutcome {
  const args = ['audit', '--omit=dev', '--json', '--fetch-retries=0'];
  const { stdout } = spawnSync('npm', args, {
    encoding: 'utf8',
    timeout: TIME_MS_MAX,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return readAudit(stdout ?? '');
}

export function tellAudit(outcome: AuditOutcome): string {
  switch (outcome.kind) {
    case 'clean':
      return 'audit: no known hole of high severity in what the service runs on';
    case 'skipped':
      return `audit: skipped: ${outcome.why}`;
    case 'holes':
      return `audit: failed: ${outcome.packages.join(', ')}`;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const outcome = runAudit();
  process.stdout.write(`${tellAudit(outcome)}\n`);
  if (outcome.kind === 'holes') process.exitCode = 1;
}
