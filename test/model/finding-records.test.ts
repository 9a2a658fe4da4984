// A finding carries what led to it, and whoever observes the run changes neither.

import { describe, expect, test } from 'vitest';
import type { RunFinding } from '../../src/lab/run-types.ts';
import { recorded, recordsOf, run } from '../support/runs.ts';

/** A collapse that moves the pages, without a section: what the guest still maps is copied and freed under it. */
const moved = { 'vm.backing': 'anonymous', 'hgm.version': 'v2', 'timeline.0.operation': 'madv-collapse' };
const withoutSection = { scheme: 'post-collapse/promote' } as const;

const first = (findings: readonly RunFinding[], kind: string): RunFinding => {
  const found = findings.find((finding) => finding.kind === kind);
  if (found === undefined) throw new Error(`no finding of kind ${kind}`);
  return found;
};

describe('records of a finding', () => {
  test('a page is copied under an SPTE · the run is not observed · the operation that did it, all before the finding', () => {
    const { records, simTimeNs } = first(run(moved, withoutSection).findings, 'stale-spte');
    expect(records).toContainEqual(
      expect.objectContaining({ topic: 'operation', event: 'start', operation: 'madv-collapse' }),
    );
    expect(records.length).toBeLessThanOrEqual(16);
    expect(Math.max(...records.map((record) => record.simTimeNs))).toBeLessThanOrEqual(simTimeNs);
  });

  test('a write is lost · a fault elsewhere in the memory · only records of what overlaps the page', () => {
    const { evidence, records } = first(run(moved, withoutSection).findings, 'lost-write');
    const { gfn: frame } = evidence as { gfn: number };
    const faults = records.filter((record) => record.topic === 'fault');
    expect(faults.every((fault) => fault.gfn === frame)).toBe(true);
    expect(records.some(({ topic }) => topic === 'operation')).toBe(true);
  });

  test('lockdep finds an inversion · waits of the tasks in its chains · no record of a range', () => {
    const { records } = first(run({ 'hgm.version': 'v1' }).findings, 'lockdep-order-inversion');
    expect(records.every(({ topic }) => topic === 'lock' || topic === 'operation')).toBe(true);
    expect(records.length).toBeGreaterThan(0);
  });

  test('observed · with and without the topic · the same findings, told at the end', () => {
    const alone = run(moved, withoutSection);
    const { result, records } = recorded(moved, withoutSection);
    expect(result).toEqual(alone);
    expect(recordsOf(records, 'finding').map(({ finding }) => finding)).toEqual(alone.findings);
    expect(records.slice(-alone.findings.length).every(({ topic }) => topic === 'finding')).toBe(true);
    const others = recorded(moved, { ...withoutSection, topics: ['stall'] });
    expect(recordsOf(others.records, 'finding')).toEqual([]);
    expect(others.result).toEqual(alone);
  });
});

describe('checks: false', () => {
  test('no findings of checkers · anything else · the same bytes', () => {
    for (const scheme of ['range', 'post-collapse/promote'] as const) {
      const { findings, ...on } = run(moved, { scheme });
      const { findings: left, ...off } = run({ ...moved, checks: false }, { scheme });
      expect(off).toEqual(on);
      expect(left).toEqual([]);
      expect(findings.length > 0).toBe(scheme !== 'range');
    }
  });

  test('what a run has come to · is no checker’s · told all the same', () => {
    const { findings } = run({ 'limits.events': 300, checks: false });
    expect(findings.map(({ kind }) => kind)).toEqual(['event-budget']);
  });
});
