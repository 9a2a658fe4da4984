// Each scenario of the library under today's notifier, the proposed one and none, seed 1: what a run comes to, held against a
// committed text. A change of the model shows here as a difference to read, and to accept with UPDATE_GOLDEN=1.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { listScenarios, loadProfile, loadScenario } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { NotifierSchemeId, RunResult } from '../../src/lab/run-types.ts';

const folder = new URL('./', import.meta.url);
const schemes: readonly NotifierSchemeId[] = ['range', 'post-collapse/promote', 'none'];

function summaryOf(name: string): string {
  const scenario = loadScenario(name);
  const profile = loadProfile(scenario.machine.profile);
  const lines = schemes.flatMap((scheme) =>
    linesOf(runScenario({ scenario, profile, scheme, mapcount: scenario.mapcount, seed: 1 })),
  );
  return `${[`${name}, seed 1`, ...lines].join('\n')}\n`;
}

function linesOf(result: RunResult): string[] {
  const { stallsNs, stallByCauseNs, operations, notifier, faults, findings, counters } = result;
  const longest = stallsNs.reduce((max, ns) => Math.max(max, ns), 0);
  const causes = Object.entries(stallByCauseNs).sort(([a], [b]) => (a < b ? -1 : 1));
  const done = operations.map(({ operation, durationNs, errno }) => `${operation} ${durationNs} ${errno ?? 'ok'}`);
  const kinds = [...new Set(findings.map(({ kind }) => kind))].sort();
  const work = Object.entries(counters).filter(([, count]) => count !== 0);
  return [
    '',
    result.scheme,
    `  stalls      ${stallsNs.length}, longest ${longest} ns, spin ${result.spinNs}, sleep ${result.sleepNs}`,
    `  causes      ${causes.map(([cause, ns]) => `${cause} ${ns}`).join(', ') || 'none'}`,
    `  operations  ${done.join(', ')}`,
    `  notifier    ${notifier.sections} sections, start ${notifier.startNs} ns, open ${notifier.openNs} ns, ${notifier.collapsed} collapsed`,
    `  faults      ${faults.total}, retries ${faults.retries}, spurious ${faults.spurious}; ${result.tlbFlushes} flushes`,
    `  huge again  ${result.hugeRecoveryNs ?? 'never'}`,
    `  findings    ${kinds.join(', ') || 'none'}`,
    ...work.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `    ${name} ${count}`),
  ];
}

describe('golden summaries', () => {
  const names = listScenarios().map(({ name }) => name);

  test.each(names)(
    '%s: as committed',
    (name) => {
      const file = new URL(`${name}.expected`, folder);
      const summary = summaryOf(name);
      if (process.env.UPDATE_GOLDEN !== undefined) writeFileSync(file, summary);
      expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(summary);
    },
    120_000,
  );

  test('files: one for each scenario, and no other', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.expected'));
    expect(files.sort()).toEqual(names.map((name) => `${name}.expected`).sort());
  });
});
