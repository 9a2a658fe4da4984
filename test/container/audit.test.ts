import { describe, expect, it } from 'vitest';
import { readAudit, tellAudit } from '../../scripts/audit.ts';

const counted = { metadata: { vulnerabilities: { high: 1 } } };

describe('audit of the dependencies', () => {
  it.each([
    ['no holes', { metadata: { vulnerabilities: { total: 0 } }, vulnerabilities: {} }, { kind: 'clean' }],
    ['holes of little weight', { ...counted, vulnerabilities: { a: { severity: 'moderate' } } }, { kind: 'clean' }],
    [
      'holes that matter',
      { ...counted, vulnerabilities: { a: { severity: 'high' }, b: { severity: 'low' }, c: { severity: 'critical' } } },
      { kind: 'holes', packages: ['a (high)', 'c (critical)'] },
    ],
    [
      'a registry that cannot be reached',
      { error: { code: 'ENOTFOUND', summary: 'request to https://somewhere.example failed' } },
      { kind: 'skipped', why: 'the registry does not answer this question (ENOTFOUND)' },
    ],
    [
      'a registry without this question',
      { statusCode: 405, message: 'POST https://somewhere.example/-/npm', error: { summary: '' } },
      { kind: 'skipped', why: 'the registry does not answer this question (HTTP 405)' },
    ],
  ] as const)('%s: said as it is', (_, report, expected) => {
    expect(readAudit(JSON.stringify(report))).toEqual(expected);
  });

  it('no JSON: skipped, not passed', () => {
    expect(tellAudit(readAudit(''))).toBe('audit: skipped: npm gave no answer');
  });

  it('a skipped one: names no host', () => {
    const report = { error: { code: 'E500', summary: 'https://somewhere.example/-/npm/v1: 500' } };
    expect(tellAudit(readAudit(JSON.stringify(report)))).not.toContain('example');
  });
});
