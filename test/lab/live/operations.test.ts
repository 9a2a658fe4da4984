import { describe, expect, test } from 'vitest';
import type { LiveSimulation } from '../../../src/lab/live/live-simulation.ts';
import { operationRules } from '../../../src/lab/operation-rules.ts';
import { backings, operations } from '../../../src/lab/vocabulary.ts';
import { errorsOf } from '../errors.ts';
import { advance, live } from './live.ts';

type Backing = (typeof backings)[number]['id'];
type Operation = (typeof operations)[number]['id'];

const memory: Readonly<Record<Backing, string>> = {
  anonymous: '4MiB',
  shmem: '4MiB',
  'hugetlb-2m': '4MiB',
  'hugetlb-1g': '1GiB',
};

/** Small pages, or for 1 GiB of hugetlb larger ones: what the operations do is the same, and it takes less time. */
const world = (backing: Backing) => ({
  vm: { vcpus: 2, memory: memory[backing], backing, mapped: backing === 'hugetlb-1g' ? '2m' : '4k' },
  userfault: { mode: 'missing', writeProtect: true },
});

/** Fields that an operation cannot be without. */
const needed: Readonly<Partial<Record<Operation, Readonly<Record<string, unknown>>>>> = {
  mprotect: { protection: 'read' },
  'uffdio-writeprotect': { protection: 'read' },
  fork: { childLives: '10us' },
  'dirty-log-enable': { harvestEvery: '100us' },
};

/** Where they have to work: the others work where there is something, or nothing. */
const ranges = (operation: Operation, backing: Backing) => {
  if (operationRules[operation].wholeMemory || operation === 'madv-collapse') return {};
  if (operation === 'truncate') return backing === 'hugetlb-1g' ? {} : { range: { start: '2MiB' } };
  return { range: { start: 0, length: backing === 'hugetlb-1g' ? '1GiB' : '2MiB' } };
};

function worldFor(operation: Operation, backing: Backing): LiveSimulation {
  const { vm, userfault } = world(backing);
  // Faults that userspace serves are of no use to the others: nobody would serve them.
  const wants = operation.startsWith('uffdio') || backing === 'anonymous';
  const mode = operation === 'uffdio-continue' ? 'minor' : operation === 'uffdio-copy' ? 'missing' : 'none';
  const mapped = operation === 'uffdio-continue' || operation === 'uffdio-copy' ? 'none' : vm.mapped;
  return live({ vm: { ...vm, mapped }, ...(wants ? { userfault: { ...userfault, mode } } : {}) });
}

const isAvailable = (operation: Operation, backing: Backing): boolean => {
  const { unavailable } = operationRules[operation];
  return (unavailable?.({ backing } as never) ?? null) === null;
};

const pairs = operations.flatMap(({ id: operation }) =>
  backings.map(({ id: backing }) => [operation, backing] as const),
);
const available = pairs.filter(([operation, backing]) => isAvailable(operation, backing));

describe('LiveSimulation.start', () => {
  test.each(available)(
    '%s of %s memory, started live: ends, and whatever must hold at rest holds',
    (operation, backing) => {
      const simulation = worldFor(operation, backing);
      advance(simulation, { by: '20us' });
      const index = simulation.start({ operation, ...ranges(operation, backing), ...needed[operation] });
      expect(index).toBe(0);
      expect(simulation.state().operations).toMatchObject([{ index: 0, operation, startNs: null, durationNs: null }]);
      expect(advance(simulation, { until: 'operations-done' })).toMatchObject({ reached: true, ended: null });
      const [result] = simulation.state().operations;
      expect(result).toMatchObject({ startNs: 20_000, errno: null });
      expect(result?.durationNs).toBeGreaterThan(0);
      advance(simulation, { by: '200us' });
      if (advance(simulation, { until: 'idle' }).reached) expect(simulation.checkAtRest()).toEqual([]);
      else expect(simulation.state().vcpus.map(({ state }) => state)).toContain('userfault');
      const kinds = simulation.state().findings.map(({ kind }) => kind);
      expect(kinds.filter((kind) => !/guest-(efault|sigbus)/.test(kind))).toEqual([]);
    },
  );

  test('every operation: some backing allows it', () => {
    expect([...new Set(available.map(([operation]) => operation))]).toEqual(operations.map(({ id }) => id));
  });

  const unavailable = pairs.filter(([operation, backing]) => !isAvailable(operation, backing));
  test.each(unavailable)('%s of %s memory: refused, as a timeline refuses it', (operation, backing) => {
    const simulation = live({ vm: world(backing).vm });
    const errors = errorsOf(() => simulation.start({ operation, ...ranges(operation, backing), ...needed[operation] }));
    expect(errors.map(({ path }) => path)).toContain('operation');
  });

  test('two that overlap at one instant: both run, the one that was asked for first is first', () => {
    const order = (first: string, second: string): (string | null)[] => {
      const simulation = live();
      advance(simulation, { by: '20us' });
      simulation.start({ operation: first });
      simulation.start({ operation: second });
      advance(simulation, { until: 'operations-done' });
      expect(advance(simulation, { until: 'idle' }).reached).toBe(true);
      expect(simulation.checkAtRest()).toEqual([]);
      return simulation.state().operations.map(({ errno, startNs }) => errno ?? String(startNs));
    };
    // Nothing is left there to be collapsed.
    expect(order('munmap', 'madv-collapse')).toEqual(['20000', 'ENOMEM']);
    expect(order('madv-collapse', 'munmap')).toEqual(['20000', '20000']);
  });

  test('wrong in itself: refused by the field, with what is allowed, and nothing has started', () => {
    const simulation = live();
    const refused = (document: unknown) => errorsOf(() => simulation.start(document));
    expect(refused({})).toMatchObject([
      { path: 'operation', message: expect.stringContaining('is missing; must be one of') },
    ]);
    expect(refused({ operation: 'madv-collapse', at: 0 })).toMatchObject([
      { path: 'at', message: expect.stringContaining('is not a field here; the fields are operation, process, range') },
    ]);
    expect(refused({ operation: 'collapse' })).toMatchObject([{ path: 'operation' }]);
    expect(refused({ operation: 'mprotect' })).toMatchObject([
      { path: 'protection', message: 'must be "read" or "read-write" for mprotect, got null' },
    ]);
    expect(refused(null)).toMatchObject([{ path: '', message: expect.stringContaining('must be an object') }]);
    expect(refused({ operation: 'munmap', range: { start: '1KiB' } }).map(({ path }) => path)).toContain('range.start');
    expect(refused({ operation: 'munmap', step: '3MiB' }).map(({ path }) => path)).toEqual(['step']);
    expect(simulation.state().operations).toEqual([]);
  });

  test('wrong for this world: a range outside of the memory, a process that is not there, protection that is not armed', () => {
    const simulation = live();
    const refused = (document: unknown) => errorsOf(() => simulation.start(document));
    expect(refused({ operation: 'munmap', range: { start: '2MiB', length: '4MiB' } })).toEqual([
      { path: 'range', message: 'must lie inside vm.memory (4MiB), got 2MiB to 6MiB' },
    ]);
    expect(refused({ operation: 'munmap', process: 1 })).toEqual([
      { path: 'process', message: 'must be below vm.processes (1), got 1' },
    ]);
    expect(refused({ operation: 'uffdio-writeprotect', protection: 'read' })).toMatchObject([{ path: 'operation' }]);
  });

  test('a process that has no VM: its operation reaches the VMs of the others', () => {
    const simulation = live({ vm: { vcpus: 1, memory: '4MiB', backing: 'hugetlb-2m', mapped: '4k', backends: 1 } });
    advance(simulation, { by: '20us' });
    simulation.start({ operation: 'punch-hole', process: 1, range: { start: 0, length: '2MiB' } });
    advance(simulation, { until: 'operations-done' });
    expect(simulation.state().notifier.sections).toBeGreaterThan(0);
    expect(simulation.mappings({ start: 0, length: 2 ** 21, vm: 0 }).primary).toMatchObject([{ kind: 'none' }]);
  });

  test('range without a length: up to the end of the memory', () => {
    const simulation = live();
    simulation.start({ operation: 'madv-dontneed', range: { start: '2MiB' } });
    expect(simulation.state().operations[0]?.range).toEqual({ start: 2 ** 21, length: 2 ** 21 });
  });
});
