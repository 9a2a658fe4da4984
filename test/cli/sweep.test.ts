import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type SweepResult, sweepWithoutWallTime } from '../../src/lab/sweep-result.ts';
import { buildApp } from '../../src/server/app.ts';
import { openStore } from '../../src/server/store/store.ts';
import { WorkerPool } from '../../src/server/worker-pool.ts';
import { asCsvRows, readCsv, readParquet } from '../support/parquet.ts';
import { stallscope, temporaryFile } from './support/stallscope.ts';

const SMALL = [
  'hgm-collapse-2m',
  ...['--grid', 'vm.vcpus=1,2', '--grid', 'timeline.0.at=["1ms"]'],
  ...['--set', 'vm.memory=4MiB', '--set', 'timeline.0.range.length=4MiB'],
  ...['--scheme', 'range', '--scheme', 'post-collapse/promote', '--repetitions', '2'],
];

const comparable = (text: string): string => JSON.stringify(sweepWithoutWallTime(JSON.parse(text) as SweepResult));

describe('stallscope sweep', () => {
  it('--json · on one thread, on two, and by REST · the same bytes, wall times apart', async () => {
    const { code, stdout, stderr } = await stallscope('sweep', ...SMALL, '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(comparable((await stallscope('sweep', ...SMALL, '--json', '--threads', '1')).stdout)).toBe(
      comparable(stdout),
    );

    const pool = new WorkerPool({ threads: 2 });
    const app = await buildApp({ pool, store: openStore(), logger: pino({ level: 'silent' }) });
    try {
      const payload = {
        scenario: 'hgm-collapse-2m',
        grid: { 'vm.vcpus': [1, 2], 'timeline.0.at': ['1ms'] },
        overrides: { 'vm.memory': '4MiB', 'timeline.0.range.length': '4MiB' },
        schemes: ['range', 'post-collapse/promote'],
        repetitions: 2,
      };
      const { id } = (await app.inject({ method: 'POST', url: '/v1/sweeps', payload })).json<{ id: string }>();
      let response = await app.inject(`/v1/sweeps/${id}/result`);
      while (response.statusCode === 409) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        response = await app.inject(`/v1/sweeps/${id}/result`);
      }
      expect(comparable(response.body)).toBe(comparable(stdout));
    } finally {
      await app.close();
      await pool.close();
    }
  });

  it('--csv --parquet · the same rows on stdout and in the file', async () => {
    const file = temporaryFile('sweep.parquet', '');
    const { stdout } = await stallscope('sweep', ...SMALL, '--csv', '--parquet', file);
    const rows = readCsv(stdout);
    expect(rows.map((row) => [row['at.vm.vcpus'], row['at.timeline.0.at'], row.scheme])).toEqual([
      ['1', '1000000', 'range'],
      ['1', '1000000', 'post-collapse/promote'],
      ['2', '1000000', 'range'],
      ['2', '1000000', 'post-collapse/promote'],
    ]);
    expect(asCsvRows(await readParquet(readFileSync(file)))).toEqual(rows);
  });

  it('without · a row for each scheme at each point', async () => {
    const { stdout } = await stallscope('sweep', ...SMALL);
    expect(stdout).toContain('hgm-collapse-2m, 2 points, seed 1, 2 repetitions');
    expect(stdout.match(/│ +[12] │ +1000000 │ (range|post-collapse\/promote) /g)).toHaveLength(4);
  });

  it.each([
    ['a value that the field does not take', 'vm.vcpus=4,0', /grid\.vm\.vcpus\[1\]: must be an integer from 1 to 256/],
    ['no values', 'vm.vcpus', /"vm\.vcpus" is not of the form path=value/],
    ['a list that is not JSON', 'vm.vcpus=[1,', /--grid vm\.vcpus: must be values with commas, or a JSON list/],
  ])('%s · exit 2, and what is allowed', async (_, grid, message) => {
    const { code, stdout, stderr } = await stallscope('sweep', 'hgm-collapse-2m', '--grid', grid);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('no grid, a field twice · exit 2', async () => {
    expect((await stallscope('sweep', 'hgm-collapse-2m')).stderr).toMatch(/required option '--grid/);
    const twice = await stallscope('sweep', 'hgm-collapse-2m', '--grid', 'vm.vcpus=1', '--grid', 'vm.vcpus=2');
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('--grid vm.vcpus: must be named once')]);
  });
});
