import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { whatIsMissing } from '../../src/host/availability.ts';
import type { MeasurementResult } from '../../src/host/measurement-result.ts';
import type { ValidationResult } from '../../src/host/validation/validate-host.ts';
import { loadProfileDocument } from '../../src/lab/library.ts';
import { CALIBRATION_TIMEOUT_MS, isBusy, noGuest, noSystem } from '../host/support.ts';
import { descendantsOf, hasGuest, isAlive } from '../support/processes.ts';
import { ENTRY, ending, listening, stallscope, start, temporaryFile } from './support/stallscope.ts';

/** What is left of root when it may neither mount nor look at other things of the kernel. */
const WITHOUT_RIGHTS = ['--bounding-set=-sys_admin,-perfmon', '--inh-caps=-sys_admin,-perfmon'];

const QUICK = ['--memory', '4MiB', '--repetitions', '2', '--time', '1s'];

async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; !holds(); round++) {
    if (round > 1_000) throw new Error('it did not come to pass');
    await setTimeout(10);
  }
}

/** A command that measures, where this machine is quiet enough for it. */
async function inQuiet(skip: (reason: string) => never, ...args: string[]): ReturnType<typeof stallscope> {
  const answer = await stallscope(...args);
  if (answer.code === 1 && isBusy(answer.stderr)) skip(answer.stderr.trim());
  return answer;
}

describe('stallscope measure', { retry: 2 }, () => {
  it('a table: a row for the control and one for the operation', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const { code, stdout, stderr } = await inQuiet(skip, 'measure', 'madv-collapse', ...QUICK);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^madv-collapse of 2MiB of 4MiB anonymous memory, folios 4k, mapped 4k, 1 vCPU$/m);
    expect(stdout).toMatch(/│ inside +│ control +│/);
    expect(stdout).toMatch(/│ +│ kernel +│/);
    expect(stdout).toMatch(/^kernel \S+, .*: (TDP MMU|two-dimensional paging|shadow paging|MMU unknown)$/m);
  });

  it('--json: the result of a comparison, with the source host', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const { code, stdout } = await inQuiet(skip, 'measure', 'nothing', '--json', ...QUICK);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as MeasurementResult;
    expect([result.source, result.scenario, result.schemes.length]).toEqual(['host', 'nothing', 2]);
    expect(result.measurement.memoryBytes).toBe(4 * 2 ** 20);
  });

  it('--kernel-events and --trace: events in the result, spans and instants in the file', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const file = temporaryFile('trace.json', '');
    const asked = ['--json', '--windows', '--kernel-events', '--trace', file];
    const { code, stdout, stderr } = await inQuiet(skip, 'measure', 'madv-collapse', ...QUICK, ...asked);
    expect(code).toBe(0);
    const { measurement, schemes } = JSON.parse(stdout) as MeasurementResult;
    const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: { ph: string; name: string }[] };
    expect(traceEvents.filter(({ name }) => name === 'madv-collapse')).toHaveLength(2);
    const stalls = schemes.reduce((sum, { windows }) => sum + (windows?.length ?? 0), 0);
    expect(traceEvents.filter(({ name }) => name === 'stall')).toHaveLength(stalls);
    const missing = measurement.kernelEvents?.missing ?? null;
    if (missing !== null) expect(stderr).toContain(missing);
    const events = schemes.reduce((sum, { kernelEvents }) => sum + (kernelEvents?.length ?? 0), 0);
    expect(traceEvents.filter(({ ph }) => ph === 'i')).toHaveLength(events);
    expect(events > 0).toBe(missing === null);
  });

  it('--kernel-events without the rights: said on stderr, and measured all the same', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const args = [process.execPath, ENTRY, 'measure', 'nothing', ...QUICK, '--json', '--kernel-events'];
    const child = spawn('setpriv', [...WITHOUT_RIGHTS, ...args]);
    const { code, stdout, stderr } = await ending(child).catch((error: Error) => skip(error.message));
    if (/setpriv/.test(stderr)) skip(stderr.trim());
    if (code === 1 && isBusy(stderr)) skip(stderr.trim());
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^stallscope: without the kernel's events: .*E(PERM|ACCES)/),
    ]);
    const { measurement, schemes } = JSON.parse(stdout) as MeasurementResult;
    expect(measurement.kernelEvents).toEqual({ recorded: null, dropped: 0, missing: expect.any(String) });
    expect(schemes.map(({ kernelEvents }) => kernelEvents)).toEqual([undefined, undefined]);
  });

  it.each([
    ['an unknown operation', ['x'], /operation: no such operation: x/],
    ['too much memory', ['nothing', '--memory', '2GiB'], /memory: has to be from 4MiB to 1GiB/],
    ['too long a time', ['nothing', '--time', '2min'], /time: has to be from 100ms to 1min/],
    ['a size without a unit', ['nothing', '--memory', '64'], /It has to be a size, such as 64MiB/],
    ['an operation that does not go with the memory', ['punch-hole', '--backing', 'anonymous'], /use backing shmem/],
  ])('%s: exit 2, and stderr names it', async (_, args, message) => {
    const { code, stdout, stderr } = await stallscope('measure', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('a host without KVM: exit 1, and stderr says what is missing and what works', async ({ skip }) => {
    if (whatIsMissing() === null) skip('this host has KVM');
    const { code, stdout, stderr } = await stallscope('measure', 'nothing');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/nothing can be measured on this host: .* simulated works without it/);
  });

  it('a /dev/kvm that is none: exit 1, and stderr says so', async ({ skip }) => {
    if (whatIsMissing() !== null) skip('there is no /dev/kvm here to put something in the place of');
    const hide = 'mount --bind /dev/null /dev/kvm || { echo mount: not permitted >&2; exit 77; }; exec "$@"';
    const child = spawn('unshare', [
      '-m',
      'sh',
      '-c',
      hide,
      'sh',
      process.execPath,
      ENTRY,
      'measure',
      'nothing',
      ...QUICK,
    ]);
    const { code, stdout, stderr } = await ending(child).catch((error: Error) => skip(error.message));
    if (/^(unshare|mount):/.test(stderr)) skip(stderr.trim());
    if (isBusy(stderr)) skip(stderr.trim());
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^stallscope: .*(is no KVM|no KVM behind it|no right)/);
  });

  it('a trace that cannot be written: exit 1 before anything is measured', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const { code, stdout, stderr } = await stallscope('measure', 'nothing', ...QUICK, '--trace', '/');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/EISDIR/);
  });

  it.for(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    '%s in the middle: the guest and all processes are gone',
    async (signal, { skip }) => {
      if (noGuest !== null) skip(noGuest);
      const child = start(['measure', 'madv-collapse', '--memory', '4MiB', '--repetitions', '1000', '--time', '1min']);
      const ended = ending(child);
      let started: number[] = [];
      await until(() => {
        started = descendantsOf(child.pid ?? 0);
        return started.some(hasGuest);
      });
      child.kill(signal);
      await ended;
      expect(child.signalCode).toBe(signal);
      await until(() => !started.some(isAlive));
    },
  );
});

describe('stallscope serve', () => {
  it('SIGKILL in the middle of a measurement: the guest and all processes are gone', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const child = start(['serve', '--port', '0', '--threads', '1']);
    const body = JSON.stringify({ operation: 'madv-collapse', memory: '4MiB', repetitions: 1_000, time: '1min' });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${await listening(child)}/v1/measurements`, { method: 'POST', body, headers });
    expect(response.status).toBe(202);
    let started: number[] = [];
    await until(() => {
      started = descendantsOf(child.pid ?? 0);
      return started.some(hasGuest);
    });
    child.kill('SIGKILL');
    await until(() => !started.some(isAlive));
  });
});

describe('stallscope calibrate', { retry: 2, timeout: CALIBRATION_TIMEOUT_MS }, () => {
  it('--out: a profile that other commands accept', async ({ skip }) => {
    if (noSystem !== null) skip(noSystem);
    const file = temporaryFile('host.json', '');
    const { code, stdout } = await inQuiet(skip, 'calibrate', '--name', 'mine', '--out', file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/│ system call +│ +\S+ ns │.*│ syscallNs/);
    const checked = await stallscope('validate', file);
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining('profile mine')]);
  });

  it('--against: each cost of both, and exit 1 where one lies outside', async ({ skip }) => {
    if (noSystem !== null) skip(noSystem);
    const base = loadProfileDocument('epyc-uncontended');
    // Nothing takes no time and nothing a second: of these two one is right and the other one wrong, on every host.
    const measured = (low: number, high: number) => ({
      value: low,
      low,
      high,
      source: 'Measured on this host: m',
      confidence: 'H',
    });
    const costs = { ...base.costs, syscallNs: measured(0, 1e9), atomicHotNs: measured(1e9, 1e9) };
    const file = temporaryFile('before.json', { ...base, name: 'before', costs });
    const { code, stdout } = await inQuiet(skip, 'calibrate', '--against', file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/│ syscallNs +│ +0 ns │ +0 ns │ +1 s │ +\S+ ns │ yes +│/);
    expect(stdout).toMatch(/│ atomicHotNs +│ +1 s │ +1 s │ +1 s │ +\S+ ns │ no +│/);
    expect(stdout).toMatch(/│ atomicStructPageNs +│ +not measured │/);
    expect(stdout).toMatch(/^1 of \d+ costs within the spread of the calibration before$/m);
  });

  it('--against a file that is no profile: exit 2, before anything is measured', async () => {
    const { code, stderr } = await stallscope('calibrate', '--against', temporaryFile('x.json', { name: 'x' }));
    expect([code, stderr]).toEqual([2, expect.stringMatching(/costs/)]);
  });

  it('a base that there is not: exit 2', async () => {
    const { code, stderr } = await stallscope('calibrate', '--base', 'x');
    expect(code).toBe(2);
    expect(stderr).toMatch(/x/);
  });
});

describe('stallscope validate without files', { retry: 2, timeout: CALIBRATION_TIMEOUT_MS }, () => {
  it('one case: predicted beside measured, a plot, and what the model has not', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const { code, stdout, stderr } = await inQuiet(skip, 'validate', '--case', 'dontneed-shmem', '--repetitions', '2');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/│ dontneed-shmem │ predicted │(.*│){6}\n│ +│ measured +│(.*│){6}\n│ +│ control/);
    expect(stdout).toMatch(/^dontneed-shmem {2}[.PM*|]{60}$/m);
    expect(stdout).toMatch(/^profile this-host: .* costs measured here/m);
    expect(stdout).toMatch(/^not in the model:$/m);
  });

  it('--profile and --json: the costs of that profile, and no calibration', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const args = ['--case', 'fork', '--repetitions', '1', '--profile', 'epyc-uncontended', '--json'];
    const { code, stdout } = await inQuiet(skip, 'validate', ...args);
    expect(code).toBe(0);
    const { source, profile, cases } = JSON.parse(stdout) as ValidationResult;
    expect([source, profile.name, cases.map((one) => one.case)]).toEqual([
      'host and simulation',
      'epyc-uncontended',
      ['fork'],
    ]);
    expect(cases[0]?.measured.operationNs).toBeGreaterThan(0);
  });

  it.each([
    ['a case that there is not', ['--case', 'x'], /case: no such case: x; there are collapse-anonymous/],
    ['a change of the scenario', ['--set', 'vm.vcpus=2'], /--set: is for files/],
    ['a case with files', ['a.json', '--case', 'fork'], /--case: is for validate without files/],
    ['a profile that there is not', ['--profile', 'x'], /no profile is named "x"/],
  ])('%s: exit 2, and stderr names it', async (_, args, message) => {
    const { code, stdout, stderr } = await stallscope('validate', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('a host without KVM: exit 1, and stderr says what is missing', async ({ skip }) => {
    if (whatIsMissing() === null) skip('this host has KVM');
    const { code, stdout, stderr } = await stallscope('validate');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/nothing can be measured on this host: /);
  });
});
