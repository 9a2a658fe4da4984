import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/lab/scenario.ts';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { buildWorld } from '../../src/lab/world.ts';
import { gfn } from '../../src/mm/address.ts';
import { findingKinds, profile, run } from '../support/runs.ts';
import { errorsOf } from './errors.ts';

const MIB = 2 ** 20;

const slots = (...list: readonly (readonly [guestStart: string | number, start: string | number, length: string])[]) =>
  list.map(([guestStart, start, length]) => ({ guestStart, start, length }));

const document = (memslots: unknown, more: object = {}) => ({
  vm: { vcpus: 2, memory: '8MiB', backing: 'hugetlb-2m', mapped: '2m', memslots },
  ...more,
});

const world = (memslots: unknown, more: object = {}) => {
  const scenario = parseScenario(document(memslots, more));
  return buildWorld({ scenario, profile, scheme: 'range', mapcount: 'subpage', seed: 1 });
};

describe('vm.memslots', () => {
  test('null: one slot over all of the memory, at guest address 0', () => {
    const [vm] = world(null).vms;
    expect(vm?.kvm.memslots.map(({ baseGfn, pages }) => [baseGfn, pages])).toEqual([[0, 2048]]);
  });

  test('two slots with a hole between them in the guest: SPTEs where the slots are, and nowhere else', () => {
    const range = { range: { start: 0, length: '4MiB' } };
    const [vm] = world(slots([0, 0, '4MiB'], ['16MiB', '4MiB', '4MiB']), { guest: range }).vms;
    const { tdp } = vm?.kvm ?? never();
    const mapped = [0, 1023, 1024, 4095, 4096, 5119, 5120].map((frame) => tdp.isMapped(gfn(frame)));
    expect(mapped).toEqual([true, true, false, false, true, true, false]);
    expect(tdp.spte(gfn(4096))?.pfn).toBe((tdp.spte(gfn(0))?.pfn ?? 0) + 1024);
  });

  test('aliases: two guest frames with one host page', () => {
    const [vm] = world(slots([0, 0, '8MiB'], ['8MiB', 0, '8MiB'])).vms;
    const { tdp } = vm?.kvm ?? never();
    for (const frame of [0, 700, 2047]) expect(tdp.spte(gfn(frame + 2048))?.pfn).toBe(tdp.spte(gfn(frame))?.pfn);
  });

  test('a slot that is not congruent with its memory: small SPTEs, though the host maps 2 MiB', () => {
    const layout = slots([0, 0, '4MiB'], ['4100KiB', '4MiB', '4MiB']);
    const range = { range: { start: 0, length: '4MiB' } };
    const [vm] = world(layout, { guest: range }).vms;
    const { tdp } = vm?.kvm ?? never();
    expect([tdp.spte(gfn(0))?.level, tdp.spte(gfn(1025))?.level, tdp.spte(gfn(2048))?.level]).toEqual([2, 1, 1]);
  });

  test.each<[string, unknown, object, string[]]>([
    ['no slot', [], {}, ['guest.range', 'vm.memslots']],
    ['not whole pages', slots([0, 0, '8MiB'], ['8MiB', 100, '4KiB']), {}, ['vm.memslots.1.start']],
    ['beyond the memory', slots([0, 0, '8MiB'], ['8MiB', '6MiB', '4MiB']), {}, ['vm.memslots.1']],
    ['overlap in the guest', slots([0, 0, '8MiB'], ['6MiB', 0, '4MiB']), {}, ['vm.memslots.1']],
    ['a hole in what the guest touches', slots([0, 0, '4MiB'], ['6MiB', '6MiB', '2MiB']), {}, ['guest.range']],
    [
      'a phase beyond the last slot',
      slots([0, 0, '8MiB']),
      { guest: { pattern: 'phases', phases: [{ lasts: '1ms', range: { start: '6MiB', length: '4MiB' } }] } },
      ['guest.phases.0.range'],
    ],
  ])('%s: refused', (_, memslots, more, paths) => {
    expect(errorsOf(() => parseScenario(document(memslots, more))).map(({ path }) => path)).toEqual(paths);
  });

  test('more than 64 slots: the message says how many there may be', () => {
    const list = Array.from({ length: 65 }, (_, index) => [index * 4096, 0, '4KiB'] as const);
    expect(errorsOf(() => parseScenario(document(slots(...list))))).toEqual([
      { path: 'vm.memslots', message: 'must be a list of up to 64 memslots, or null, got a list of 65' },
    ]);
  });

  test('aliases in several VMs: refused where there would be more SPTEs than for 64 GiB', () => {
    const aliases = (count: number) =>
      slots(...Array.from({ length: count }, (_, i) => [`${i}GiB`, 0, '1GiB'] as const));
    const vm = { vcpus: 1, count: 2, memory: '1GiB' };
    expect(parseScenario({ vm: { ...vm, memslots: aliases(32) } }).vm.memslots).toHaveLength(32);
    expect(errorsOf(() => parseScenario({ vm: { ...vm, memslots: aliases(33) } }))).toEqual([
      { path: 'vm.memslots', message: 'must map at most 64GiB in all VMs, got 66GiB' },
    ]);
  });

  test('guest.range counts guest addresses: an alias can be touched', () => {
    const range = { start: '8MiB', length: '8MiB' };
    expect(
      parseScenario(document(slots([0, 0, '8MiB'], ['8MiB', 0, '8MiB']), { guest: { range } })).guest.range,
    ).toEqual({
      start: 8 * MIB,
      length: 8 * MIB,
    });
  });
});

describe('runs with memslots', () => {
  const collapse = (kernel: string, memslots: unknown): Overrides => ({
    'machine.kernel': kernel,
    'vm.memslots': memslots,
    'vm.vcpus': 4,
    'guest.pattern': 'uniform',
  });

  test('one slot written out: the run of null, to the byte', () => {
    const written = run(collapse('6.12', slots([0, 0, '4MiB'])));
    expect(written).toEqual(run(collapse('6.12', null)));
  });

  test('a slot of half a 1 GiB page: huge again once all of its 2 MiB SPTEs are, not with the first', () => {
    const half = {
      'vm.memory': '1GiB',
      'vm.backing': 'hugetlb-1g',
      'vm.memslots': slots([0, 0, '512MiB']),
      'timeline.0.range.length': '1GiB',
      'guest.range': { start: 0, length: '2MiB' },
    };
    expect(run(half, { scheme: 'post-collapse/promote' }).hugeRecoveryNs).toBeGreaterThan(0);
    expect(run(half, { scheme: 'post-collapse/zap' }).counters.hugeInstalls).toBe(1);
    expect(run(half, { scheme: 'post-collapse/zap' }).hugeRecoveryNs).toBeNull();
  });

  test('aliases: both are zapped in one section, and no stale SPTE is left, whichever way the guest goes', () => {
    const layout = slots([0, 0, '4MiB'], ['32MiB', 0, '4MiB']);
    for (const kernel of ['6.1', '6.12', '6.18']) {
      const result = run({ ...collapse(kernel, layout), 'guest.range.start': '32MiB', 'guest.range.length': '4MiB' });
      expect(findingKinds(result)).toEqual([]);
      expect(result.counters.spteLeavesZapped).toBe(2048);
      expect(result.notifier.sections).toBe(1);
    }
  });
});

function never(): never {
  throw new Error('the world has a VM');
}
