import { describe, expect, test } from 'vitest';
import { comparisonDocumentSchema, planComparison } from '../../src/lab/comparison.ts';
import { builtInLibrary, type Library } from '../../src/lab/library.ts';
import type { SchemaNode } from '../../src/lab/schema-node.ts';
import { errorsOf, pathsOf } from './errors.ts';

describe('planComparison', () => {
  test('only a scenario: all schemes, its own mapcount scheme, three repetitions', () => {
    const plan = planComparison({ scenario: 'hgm-collapse-1g' });
    expect(plan.schemes).toEqual([
      'range',
      'range-chunked',
      'narrow',
      'post-collapse/zap',
      'post-collapse/cut',
      'post-collapse/promote',
      'none',
    ]);
    expect(plan.mapcounts).toEqual(['subpage']);
    expect(plan.runs).toHaveLength(21);
    expect(plan.profile.name).toBe('epyc-uncontended');
  });

  test('shadow paging: all schemes but cut and promote, which are refused by name', () => {
    const overrides = { 'vm.mmu': 'shadow' };
    const plan = planComparison({ scenario: 'hgm-collapse-1g', overrides });
    expect(plan.schemes).toEqual(['range', 'range-chunked', 'narrow', 'post-collapse/zap', 'none']);
    const schemes = ['range', 'post-collapse/promote'];
    expect(errorsOf(() => planComparison({ scenario: 'hgm-collapse-1g', overrides, schemes }))).toEqual([
      {
        path: 'schemes',
        message:
          'must be of range, range-chunked, narrow, post-collapse/zap, none where vm.mmu is "shadow", got post-collapse/promote: ' +
          'KVM cuts and promotes in the TDP MMU alone, and zaps shadow SPTEs that could be larger',
      },
    ]);
  });

  test('runs: by mapcount scheme, scheme, repetition; repetition r has seed + r', () => {
    const { runs } = planComparison({
      scenario: 'hgm-collapse-1g',
      schemes: ['none', 'range'],
      mapcounts: ['head-per-pte', 'subpage'],
      repetitions: 2,
      seed: 40,
    });
    expect(runs.map(({ index, mapcount, scheme, seed }) => [index, mapcount, scheme, seed])).toEqual([
      [0, 'head-per-pte', 'none', 40],
      [1, 'head-per-pte', 'none', 41],
      [2, 'head-per-pte', 'range', 40],
      [3, 'head-per-pte', 'range', 41],
      [4, 'subpage', 'none', 40],
      [5, 'subpage', 'none', 41],
      [6, 'subpage', 'range', 40],
      [7, 'subpage', 'range', 41],
    ]);
  });

  test('run: sent to a thread: arrives as it was', () => {
    const [run] = planComparison({ scenario: 'hgm-collapse-stepwise', repetitions: 1 }).runs;
    expect(structuredClone(run)).toEqual(run);
  });

  test('overrides: change the scenario and its profile', () => {
    const plan = planComparison({
      scenario: 'hgm-collapse-1g',
      overrides: { 'vm.vcpus': '2', 'machine.profile': 'hgm-thread-2023', mapcount: 'head-per-pte' },
    });
    expect(plan.scenario.vm.vcpus).toBe(2);
    expect(plan.profile.regime).toBe('as-reported');
    expect(plan.mapcounts).toEqual(['head-per-pte']);
  });

  test('document instead of a name: read like one of the library', () => {
    expect(planComparison({ scenario: { vm: { vcpus: 3 } }, repetitions: 1 }).scenario.vm.vcpus).toBe(3);
  });

  test('profile of another library: found there', () => {
    const mine = { ...(builtInLibrary.profile('epyc-uncontended') as object), name: 'mine' };
    const library: Library = { ...builtInLibrary, profile: (name) => (name === 'mine' ? mine : null) };
    const plan = planComparison({ scenario: { machine: { profile: 'mine' } } }, library);
    expect(plan.profile.name).toBe('mine');
  });

  test.each([
    ['no scenario', {}, ['scenario']],
    ['unknown scenario', { scenario: 'nope' }, ['scenario']],
    ['number for a scenario', { scenario: 3 }, ['']],
    ['unknown profile', { scenario: { machine: { profile: 'nope' } } }, ['machine.profile']],
    ['impossible document', { scenario: { vm: { vcpus: 0 } } }, ['vm.vcpus']],
    ['no schemes', { scenario: {}, schemes: [] }, ['schemes']],
    ['scheme without its handler', { scenario: {}, schemes: ['range', 'post-collapse'] }, ['schemes.1']],
    ['a scheme twice', { scenario: {}, schemes: ['range', 'range'] }, ['schemes']],
    ['a mapcount twice', { scenario: {}, mapcounts: ['subpage', 'subpage'] }, ['mapcounts']],
    ['unknown mapcount', { scenario: {}, mapcounts: ['folio'] }, ['mapcounts.0']],
    ['too many repetitions', { scenario: {}, repetitions: 1001 }, ['repetitions']],
    ['negative seed', { scenario: {}, seed: -1 }, ['seed']],
    ['unknown field', { scenario: {}, speed: 3 }, ['speed']],
    ['list of overrides', { scenario: {}, overrides: ['vm.vcpus=3'] }, ['overrides']],
    ['unknown override', { scenario: {}, overrides: { 'vm.x': 3 } }, ['vm.x']],
  ])('%s: refused at %3$j', (_, request, paths) => {
    expect(pathsOf(() => planComparison(request as { scenario: unknown }))).toEqual(paths);
  });

  test('all six mapcounts: a run each', () => {
    const mapcounts = ['subpage', 'head-per-pte', 'hstate-entry', 'hstate-special', 'folio-pairs', 'folio-vmas'];
    const { runs } = planComparison({ scenario: {}, schemes: ['range'], mapcounts, repetitions: 1 });
    expect(runs.map(({ mapcount }) => mapcount)).toEqual(mapcounts);
  });

  test('schema for documents: only the scenario is required', () => {
    expect((comparisonDocumentSchema as SchemaNode).required).toEqual(['scenario']);
  });
});
