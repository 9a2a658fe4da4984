import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { showNs } from '../../src/cli/quantities.ts';
import { builtInLibrary } from '../../src/lab/library.ts';
import { type ComparisonResult, withoutWallTime } from '../../src/lab/result.ts';
import { buildApp } from '../../src/server/app.ts';
import { openStore } from '../../src/server/store/store.ts';
import { WorkerPool } from '../../src/server/worker-pool.ts';
import { post, until } from '../server/support/service.ts';
import { asCsvRows, readCsv, readParquet } from '../support/parquet.ts';
import { stallscope, temporaryFile } from './support/stallscope.ts';

/** A comparison that takes a moment. */
const SMALL = ['hgm-collapse-2m', '--scheme', 'range', '--scheme', 'post-collapse/promote', '--repetitions', '2'];

const parse = (stdout: string): ComparisonResult => JSON.parse(stdout) as ComparisonResult;
const comparable = (stdout: string): string => JSON.stringify(withoutWallTime(parse(stdout)));

describe('stallscope compare', () => {
  it('--json: the result on stdout as one line, nothing on stderr, exit 0', async () => {
    const { code, stdout, stderr } = await stallscope('compare', ...SMALL, '--seed', '9', '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
    const result = parse(stdout);
    expect(result).toMatchObject({ scenario: 'hgm-collapse-2m', seed: 9, repetitions: 2, source: 'simulation' });
    expect(result.schemes.map(({ scheme }) => scheme)).toEqual(['range', 'post-collapse/promote']);
  });

  it('two VMs: the table counts the vCPUs of both, in its heading and in the total of each', async () => {
    const two = [...SMALL, '--set', 'vm.vcpus=2', '--set', 'vm.count=2'];
    const { stdout } = await stallscope('compare', ...two);
    const [range] = parse((await stallscope('compare', ...two, '--json')).stdout).schemes;
    expect(stdout).toContain('hgm-collapse-2m, 4 vCPUs');
    expect(stdout).toContain(` ${showNs((range?.stall.totalNs ?? Number.NaN) / (4 * 2))} `);
  });

  it('--parquet: the rows of --csv in a file, beside what is printed', async () => {
    const file = temporaryFile('result.parquet', '');
    const { stdout, code } = await stallscope('compare', ...SMALL, '--csv', '--parquet', file);
    expect(code).toBe(0);
    expect(asCsvRows(await readParquet(readFileSync(file)))).toEqual(readCsv(stdout));
    const refused = await stallscope('compare', ...SMALL, '--parquet', '/nowhere/at/all/result.parquet');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('ENOENT')]);
  });

  it('no --scheme: all of them', async () => {
    const { stdout } = await stallscope('compare', 'hgm-collapse-2m', '--repetitions', '1', '--json');
    expect(parse(stdout).schemes.map(({ scheme }) => scheme)).toEqual([
      'range',
      'range-chunked',
      'narrow',
      'post-collapse/zap',
      'post-collapse/cut',
      'post-collapse/promote',
      'none',
    ]);
  });

  it('same seed, again, on one thread, on three, and by REST: the same bytes, wall times apart', async () => {
    const byCli = [
      await stallscope('compare', ...SMALL, '--json'),
      await stallscope('compare', ...SMALL, '--json', '--threads', '1'),
      await stallscope('compare', ...SMALL, '--json', '--threads', '3'),
    ].map(({ stdout }) => comparable(stdout));

    const pool = new WorkerPool({ threads: 2 });
    const app = await buildApp({ pool, store: openStore(), logger: pino({ level: 'silent' }) });
    try {
      const body = { scenario: 'hgm-collapse-2m', schemes: ['range', 'post-collapse/promote'], repetitions: 2 };
      const ids = [await post(app, body), await post(app, body)];
      const byRest: string[] = [];
      for (const id of ids) {
        await until(app, id);
        byRest.push(comparable((await app.inject(`/v1/comparisons/${id}/result`)).body));
      }
      expect(new Set([...byCli, ...byRest]).size).toBe(1);
    } finally {
      await app.close();
      await pool.close();
    }
  });

  it('another seed: another result', async () => {
    const one = await stallscope('compare', ...SMALL, '--json', '--seed', '1');
    const other = await stallscope('compare', ...SMALL, '--json', '--seed', '1000');
    expect(comparable(one.stdout)).not.toBe(comparable(other.stdout));
  });

  it('a file: the scenario in it', async () => {
    const document = { ...(builtInLibrary.scenario('hgm-collapse-2m') as object), name: 'mine' };
    const file = temporaryFile('mine.json', document);
    const { code, stdout } = await stallscope('compare', file, '--scheme', 'none', '--repetitions', '1', '--json');
    expect([code, parse(stdout).scenario]).toEqual([0, 'mine']);
  });

  it('--set and --profile: change the result', async () => {
    const profile = builtInLibrary.profile('epyc-uncontended') as { costs: Record<string, object> };
    const dear = { value: 50_000, low: 1, high: 100_000, source: 'a guess', confidence: 'L' };
    const file = temporaryFile('dear.json', {
      ...profile,
      name: 'dear',
      costs: { ...profile.costs, leafXchgNs: dear },
    });
    const plain = parse((await stallscope('compare', ...SMALL, '--json')).stdout);
    const changed = parse((await stallscope('compare', ...SMALL, '--json', '--profile', file)).stdout);
    expect([plain.profile, changed.profile]).toEqual(['epyc-uncontended', 'dear']);
    expect(changed.schemes[0]?.operations[0]?.durationNs.p50).toBeGreaterThan(
      plain.schemes[0]?.operations[0]?.durationNs.p50 ?? Number.POSITIVE_INFINITY,
    );
    const fewer = parse((await stallscope('compare', ...SMALL, '--json', '--set', 'vm.vcpus=2')).stdout);
    expect(fewer.schemes[0]?.guest.touches).toBeLessThan(plain.schemes[0]?.guest.touches ?? 0);
  });

  it('--mapcount: a row for each', async () => {
    const { stdout } = await stallscope(
      ...['compare', ...SMALL, '--mapcount', 'subpage', '--mapcount', 'head-per-pte', '--csv'],
    );
    const rows = stdout.trimEnd().split('\r\n');
    expect(rows).toHaveLength(1 + 4);
    expect(rows.filter((row) => row.includes(',head-per-pte,'))).toHaveLength(2);
  });

  it('no --json: a table with every scheme, and no progress where there is no terminal', async () => {
    const { code, stdout, stderr } = await stallscope('compare', ...SMALL);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^hgm-collapse-2m, \d+ vCPUs, profile epyc-uncontended, seed 1, 2 repetitions\n/);
    expect(stdout).toMatch(/range .* baseline/);
    expect(stdout).toMatch(/post-collapse\/promote .*x/);
  });
});

describe('stallscope compare with bad usage', () => {
  it.each([
    ['an unknown scheme', ['hgm-collapse-2m', '--scheme', 'rnage'], /schemes\.0: .*"range-chunked"/],
    ['an unknown mapcount', ['hgm-collapse-2m', '--mapcount', 'x'], /mapcounts\.0: .*"head-per-pte"/],
    ['an unknown scenario', ['nothing'], /scenario: .*hgm-collapse-1g/],
    ['an unknown profile', ['hgm-collapse-2m', '--profile', 'x'], /machine\.profile: .*epyc-uncontended/],
    ['a path that no scenario has', ['hgm-collapse-2m', '--set', 'vm.vcpu=3'], /vm\.vcpu: no such field.*vm\.vcpus/],
    ['--set without a value', ['hgm-collapse-2m', '--set', 'vm.vcpus'], /path=value/],
    ['an impossible size', ['hgm-collapse-2m', '--set', 'vm.memory=3MiB'], /vm\.memory: /],
    [
      'more vCPUs than CPUs',
      ['hgm-collapse-2m', '--set', 'machine.cpus=4', '--set', 'vm.vcpus=8'],
      /machine\.cpus|vm\.vcpus/,
    ],
    ['no repetition', ['hgm-collapse-2m', '--repetitions', '0'], /repetitions: must be an integer from 1/],
    ['a seed that is none', ['hgm-collapse-2m', '--seed', '-1'], /--seed/],
    ['no thread', ['hgm-collapse-2m', '--threads', '0'], /--threads.*from 1 to 64/],
    ['an unknown option', ['hgm-collapse-2m', '--sede', '3'], /unknown option '--sede'/],
    ['no scenario', [], /missing required argument 'scenario'/],
    ['a file that is not there', ['./nothing.json'], /nothing\.json: .*no such file/],
    ['two formats', ['hgm-collapse-2m', '--json', '--csv'], /--json.*cannot be used with.*--csv/],
  ])('%s: exit 2, the field and what is allowed on stderr, nothing on stdout', async (_, args, message) => {
    const { code, stdout, stderr } = await stallscope('compare', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it.each([
    ['no JSON', '{"vm":', /is not JSON/],
    ['a list', '[]', /one JSON object/],
    ['a wrong field', '{"vm": {"vcpus": "many"}}', /vm\.vcpus: must be an integer from 1 to/],
  ])('a file with %s: exit 2', async (_, content, message) => {
    const { code, stdout, stderr } = await stallscope('compare', temporaryFile('bad.json', content));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it.each([[[]], [['conquer']]])('stallscope %j: exit 2', async (args) => {
    const { code, stdout, stderr } = await stallscope(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/Usage: stallscope|unknown command/);
  });
});
