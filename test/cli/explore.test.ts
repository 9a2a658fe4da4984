import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ExplorationResult } from '../../src/explore/exploration-types.ts';
import type { MatrixResult } from '../../src/explore/matrix-result.ts';
import type { SteppedSchedule } from '../../src/explore/stepped.ts';
import { ending, stallscope, start, temporaryFile } from './support/stallscope.ts';

const SAFE = ['--operations', 'madv-collapse', '--scheme', 'post-collapse/promote', '--mapcount', 'subpage'];
const UNSAFE = [...SAFE, '--backing', 'anonymous'];
/** Nothing for the length of a test. */
const LARGE = ['--operations', 'migrate-pages,madv-collapse,truncate', '--vcpus', '3', '--entries', '4'];

const parse = (stdout: string): ExplorationResult => JSON.parse(stdout) as ExplorationResult;

describe('stallscope explore', () => {
  it('a safe case, --json: the result in one line, nothing on stderr, exit 0', async () => {
    const { code, stdout, stderr } = await stallscope('explore', ...SAFE, '--kernel', '6.12', '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
    expect(parse(stdout)).toMatchObject({ verdict: 'safe', complete: true, question: { kernel: '6.12' } });
  });

  it('an unsafe case: the verdict, a column for each task, exit 1', async () => {
    const { code, stdout } = await stallscope('explore', ...UNSAFE);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^unsafe: .*stale-spte/);
    expect(stdout).toMatch(/step +│ madv-collapse +│ vcpu0/);
    expect(stdout).toContain('Covered: 2 pages of anonymous');
  });

  it('an unsafe case, --json and --trace: exit 1, stderr says which, and the trace has every step', async () => {
    const file = temporaryFile('trace.json', '');
    const { code, stdout, stderr } = await stallscope('explore', ...UNSAFE, '--json', '--trace', file);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^stallscope: unsafe: /)]);
    const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: { ph: string }[] };
    expect(traceEvents.filter(({ ph }) => ph === 'X')).toHaveLength(parse(stdout).counterexample?.length ?? -1);
  });

  it('a limit that is met: exit 1, incomplete, never safe', async () => {
    const { code, stdout, stderr } = await stallscope('explore', ...LARGE, '--limit-schedules', '3', '--json');
    expect([code, parse(stdout).verdict, parse(stdout).endedBy]).toEqual([1, 'incomplete', 'schedules']);
    expect(stderr).toContain('incomplete: ended by schedules');
  });

  it('--time: ends the search, and says so', async () => {
    const { code, stdout } = await stallscope('explore', ...LARGE, '--time', '300ms', '--json');
    expect(code).toBe(1);
    expect(parse(stdout)).toMatchObject({ complete: false, endedBy: 'stopped' });
  });

  it('Ctrl-C in the middle: the result until then', async () => {
    const child = start(['explore', ...LARGE, '--time', '10min', '--limit-transitions', '5000000', '--json']);
    setTimeout(() => child.kill('SIGINT'), 5000);
    const { code, stdout } = await ending(child);
    expect(code).toBe(1);
    expect(parse(stdout)).toMatchObject({ complete: false, endedBy: 'stopped' });
  });

  it('--steps: of the counterexample, and of its schedule: the same, with the state of both page tables at each', async () => {
    const { stdout } = await stallscope('explore', ...UNSAFE, '--json');
    const { counterexample } = parse(stdout);
    const steps = await stallscope('explore', ...UNSAFE, '--steps');
    expect([steps.code, steps.stderr]).toEqual([1, expect.stringMatching(/^stallscope: unsafe: /)]);
    const told = JSON.parse(steps.stdout) as SteppedSchedule;
    expect(told.steps.map(({ task, label, effects }) => ({ task, label, effects }))).toEqual(counterexample?.steps);
    expect(told.next).toBe(null);
    const schedule = counterexample?.schedule.join(',') ?? '';
    const again = await stallscope('explore', ...UNSAFE, '--schedule', schedule, '--steps');
    expect([again.code, again.stdout]).toEqual([1, steps.stdout]);
    expect((await stallscope('explore', ...SAFE, '--steps')).stdout).toBe('null\n');
  });

  it('--schedule with a result, and with its list: goes through the same steps to the same finding', async () => {
    const { stdout } = await stallscope('explore', ...UNSAFE, '--json');
    const result = parse(stdout);
    const byFile = await stallscope('explore', '--schedule', temporaryFile('result.json', stdout), '--json');
    const list = result.counterexample?.schedule.join(',') ?? '';
    const byList = await stallscope('explore', ...UNSAFE, '--schedule', list, '--json');
    expect([byFile.code, byList.code]).toEqual([1, 1]);
    expect(byFile.stdout).toBe(byList.stdout);
    const told = JSON.parse(byFile.stdout) as { steps: unknown[]; findings: { kind: string }[] };
    expect(told.steps).toEqual(result.counterexample?.steps);
    expect(told.findings.map(({ kind }) => kind)).toContain(result.findings[0]?.kind);
  });

  it.each<[string, string[], RegExp]>([
    ['no operation', [], /operations: is missing/],
    ['an unknown operation', ['--operations', 'madv-colapse'], /operations\.0: must be one of madv-collapse/],
    ['four operations', ['--operations', 'fork,fork,fork,fork'], /operations: must be a list of one to three/],
    ['no vCPU', ['--operations', 'fork', '--vcpus', '0'], /guest: must be one to three vCPUs/],
    [
      'a word as number',
      ['--operations', 'fork', '--entries', 'two'],
      /geometry\.entries: must be an integer from 2 to 4/,
    ],
    ['a range outside', ['--operations', 'munmap@1-2'], /operations\.0\.pages: must lie inside of the 2 pages/],
    ['an unknown scheme', ['--operations', 'fork', '--scheme', 'x'], /scheme: must be one of "range"/],
    ['a time without a unit', ['--operations', 'fork', '--time', 'long'], /time: must be a time/],
    [
      'a limit of 0',
      ['--operations', 'fork', '--limit-schedules', '0'],
      /limits\.schedules: must be an integer from 1/,
    ],
    ['a schedule of nothing', ['--operations', 'fork', '--schedule', 'x'], /schedule: must be task numbers/],
    ['a schedule that cannot be', ['--operations', 'fork', '--schedule', '7'], /schedule: \[0\]: task 7 cannot go on/],
    ['an unknown row', ['--matrix', '--rows', 'x'], /rows: "x" is no row/],
    ['an unknown column', ['--matrix', '--columns', '5.4'], /columns: must be of range/],
  ])('%s: exit 2, with the field and what is allowed', async (_, args, message) => {
    const { code, stdout, stderr } = await stallscope('explore', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('bad usage with --trace: no file', async () => {
    const file = `${temporaryFile('x', '')}.json`;
    await stallscope('explore', '--operations', 'x', '--trace', file);
    expect(existsSync(file)).toBe(false);
  });
});

describe('stallscope explore --matrix', () => {
  const part = [
    '--matrix',
    '--rows',
    'madv-collapse;madv-collapse, anonymous',
    '--columns',
    'range,post-collapse/promote,6.12,subpage',
  ];

  it('one thread or two, again: the same bytes', async () => {
    const outputs = [
      await stallscope('explore', '--matrix', '--rows', 'fork', '--json', '--threads', '1'),
      await stallscope('explore', '--matrix', '--rows', 'fork', '--json', '--threads', '2'),
    ];
    expect(outputs.map(({ code }) => code)).toEqual([0, 0]);
    expect(outputs[0]?.stdout).toBe(outputs[1]?.stdout);
    const { cells } = JSON.parse(outputs[0]?.stdout ?? '') as MatrixResult;
    // Schemes, the mapcount schemes that such a row is asked for, kernels.
    expect(cells).toHaveLength(7 * 3 * 3);
  });

  it('rows and columns: only these cells', async () => {
    const { stdout } = await stallscope('explore', ...part.slice(0, 2), 'fork', ...part.slice(3), '--json');
    const { cells } = JSON.parse(stdout) as MatrixResult;
    expect(cells.map(({ row, scheme, mapcount, kernel }) => [row, scheme, mapcount, kernel])).toEqual([
      ['madv-collapse+fork', 'range', 'subpage', '6.12'],
      ['madv-collapse+fork', 'post-collapse/promote', 'subpage', '6.12'],
    ]);
  });
});
