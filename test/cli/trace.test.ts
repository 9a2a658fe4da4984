import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { post, startService } from '../server/support/service.ts';
import { faultsOf, readTrace } from '../support/trace.ts';
import { stallscope, temporaryFile } from './support/stallscope.ts';

const SMALL = ['hgm-collapse-2m', '--set', 'vm.memory=4MiB', '--set', 'timeline.0.range.length=4MiB'];

describe('stallscope trace', () => {
  it('a scenario · to standard output, to a file, by REST · the same bytes', async () => {
    const { code, stdout, stderr } = await stallscope('trace', ...SMALL, '--scheme', 'narrow', '--seed', '4');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^\d+ records\n$/)]);
    expect(faultsOf(stdout)).toEqual([]);
    expect(readTrace(stdout).about).toMatchObject({ scenario: 'hgm-collapse-2m', scheme: 'narrow', seed: 4 });

    const file = temporaryFile('trace.json', '');
    const written = await stallscope('trace', ...SMALL, '--scheme', 'narrow', '--seed', '4', '--output', file);
    expect(written.stdout).toBe('');
    expect(readFileSync(file, 'utf8')).toBe(stdout);

    const app = await startService();
    const overrides = { 'vm.memory': '4MiB', 'timeline.0.range.length': '4MiB' };
    const id = await post(app, { scenario: 'hgm-collapse-2m', overrides, schemes: ['narrow'], seed: 3 });
    expect((await app.inject(`/v1/comparisons/${id}/trace?repetition=1`)).body).toBe(stdout);
  });

  it('--records · fewer than there are · says how many are left out, in the trace as well', async () => {
    const { stdout, stderr } = await stallscope('trace', ...SMALL, '--records', '20');
    const [, leftOut] = /^20 records; (\d+) more are left out/.exec(stderr) ?? [];
    expect(readTrace(stdout).about).toMatchObject({ records: 20, recordsLeftOut: Number(leftOut) });
    expect(faultsOf(stdout)).toEqual([]);
  });

  it('--output · a folder that is not there · fails before the run, exit 1', async () => {
    const { code, stderr } = await stallscope('trace', ...SMALL, '--output', '/nowhere/at/all/trace.json');
    expect([code, stderr]).toEqual([1, expect.stringContaining('ENOENT')]);
  });
});
