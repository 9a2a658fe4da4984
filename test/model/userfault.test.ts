// Faults that wait for userspace, in whole runs whose timeline is that userspace.

import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/lab/run.ts';
import type { RunResult } from '../../src/lab/run-types.ts';
import { parseScenario } from '../../src/lab/scenario.ts';
import { errorsOf } from '../lab/errors.ts';
import { findingKinds, profile } from '../support/runs.ts';

const small = { vcpus: 4, memory: '4MiB' };
const runOf = (document: Record<string, unknown>): RunResult => {
  const scenario = parseScenario({ guest: { pattern: 'uniform', thinkNs: 1000 }, settle: '1ms', ...document });
  return runScenario({ scenario, profile, scheme: 'range', mapcount: 'subpage', seed: 1 });
};
const errnos = ({ operations }: RunResult) => operations.map(({ errno }) => errno);

describe.each(['anonymous', 'shmem', 'hugetlb-2m'])('%s memory that is not there', (backing) => {
  test(`${backing}: UFFDIO_COPY of all of it wakes who sleeps, and nobody sleeps again; a second one: -EEXIST`, () => {
    const result = runOf({
      vm: { ...small, backing, mapped: 'none' },
      userfault: { mode: 'missing' },
      timeline: [
        { at: '200us', operation: 'uffdio-copy' },
        { at: 'after-previous', operation: 'uffdio-copy' },
      ],
    });
    expect(errnos(result)).toEqual([null, 'EEXIST']);
    // Four vCPUs, each asleep at its first access; those woken early come to pages that are still to be copied.
    expect(result.faults.userfault).toBeGreaterThanOrEqual(4);
    expect(result.stallByCauseNs.userfault ?? 0).toBeGreaterThan(4 * 150_000);
    expect([result.notifier.sections, findingKinds(result)]).toEqual([0, []]);
    expect(result.guest.touches).toBeGreaterThan(1000);
  });

  test(`${backing}: nobody fills it: all vCPUs sleep to the end, which is a finding of the run and not one of waking`, () => {
    const result = runOf({
      vm: { ...small, backing, mapped: 'none' },
      userfault: { mode: 'missing' },
      timeline: [{ at: '200us', operation: 'madv-dontneed' }],
    });
    expect([result.faults.userfault, result.guest.touches, findingKinds(result)]).toEqual([4, 0, ['stall-at-end']]);
  });
});

describe.each(['anonymous', 'shmem', 'hugetlb-2m'])('%s memory that is write-protected', (backing) => {
  const protectedRun = (writeFraction: number): RunResult =>
    runOf({
      vm: { ...small, backing },
      userfault: { writeProtect: true },
      guest: { pattern: 'uniform', thinkNs: 1000, writeFraction },
      // Long enough for every page to have its SPTE again: the run does not end in the middle of a fault.
      settle: '20ms',
      timeline: [
        { at: '100us', operation: 'uffdio-writeprotect', protection: 'read' },
        { at: '2ms', operation: 'uffdio-writeprotect', protection: 'read-write' },
      ],
    });

  test(`${backing}: writers sleep until it is taken back, readers do not; two sections, no finding`, () => {
    const [writers, readers] = [protectedRun(1), protectedRun(0)];
    expect([errnos(writers), errnos(readers)]).toEqual([
      [null, null],
      [null, null],
    ]);
    expect([writers.faults.userfault, readers.faults.userfault]).toEqual([4, 0]);
    expect(writers.stallByCauseNs.userfault ?? 0).toBeGreaterThan(4_000_000);
    expect(readers.stallByCauseNs.userfault ?? 0).toBe(0);
    expect([writers.notifier.sections, findingKinds(writers), findingKinds(readers)]).toEqual([2, [], []]);
  });
});

describe('a collapse that fills the holes that vCPUs sleep for', () => {
  test('HGM: nobody is woken, and each sleeper whose page is there is a finding', () => {
    const result = runOf({
      vm: { ...small, backing: 'hugetlb-2m', mapped: '4k', populatedFraction: 0.5 },
      userfault: { mode: 'minor' },
      timeline: [{ at: '500us', operation: 'madv-collapse' }],
    });
    expect(errnos(result)).toEqual([null]);
    expect(findingKinds(result)).toContain('uffd-waiter-asleep');
    expect(findingKinds(result).filter((kind) => kind === 'uffd-waiter-asleep')).toHaveLength(4);
  });
});

describe('userfaultfd in a scenario', () => {
  test('uffdio-writeprotect without a registration for it, or without a protection: refused by name', () => {
    const errors = errorsOf(() => parseScenario({ timeline: [{ operation: 'uffdio-writeprotect' }] }));
    expect(errors.map(({ path }) => path)).toEqual(['timeline.0.protection', 'timeline.0.operation']);
  });
});
