import { describe, expect, test } from 'vitest';
import { builtInLibrary, type Library, listScenarios, loadProfile, loadScenario } from '../../src/lab/library.ts';
import { errorsOf } from './errors.ts';

describe('scenario library', () => {
  test('list: by name, each with a sentence', () => {
    const names = listScenarios().map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(
      expect.arrayContaining(['hgm-collapse-1g', 'hgm-collapse-2m', 'hgm-collapse-stepwise', 'numa-storm']),
    );
    for (const { description } of listScenarios()) expect(description).toMatch(/\.$/);
  });

  test.each(listScenarios().map(({ name }) => name))('%s: carries the name of its file', (name) => {
    expect(loadScenario(name).name).toBe(name);
  });

  test('hgm-collapse-1g: eight vCPUs on a 1 GiB page in 4K entries, one call at 5 ms', () => {
    const { vm, timeline, settle, hgm, machine } = loadScenario('hgm-collapse-1g');
    expect(vm).toMatchObject({ vcpus: 8, memory: 1_073_741_824, backing: 'hugetlb-1g', mapped: '4k' });
    expect(machine).toMatchObject({ kernel: '6.12', preemption: 'full', cpus: 16 });
    expect(hgm.version).toBe('v2');
    expect(timeline).toMatchObject([
      {
        at: 5_000_000,
        operation: 'madv-collapse',
        range: { start: 0, length: 1_073_741_824 },
        step: null,
        target: null,
      },
    ]);
    expect(settle).toBe(20_000_000);
  });

  test('hgm-collapse-stepwise: 2 MiB calls over all of it, then one for the whole page', () => {
    const { timeline } = loadScenario('hgm-collapse-stepwise');
    expect(timeline.map(({ at, step }) => ({ at, step }))).toEqual([
      { at: 5_000_000, step: 2_097_152 },
      { at: 'after-previous', step: null },
    ]);
  });

  test('overrides: put into the document of the library', () => {
    expect(loadScenario('hgm-collapse-1g', { 'timeline.0.at': '1ms' }).timeline[0]?.at).toBe(1_000_000);
  });

  test('unknown name: refused with the names that exist', () => {
    expect(errorsOf(() => loadScenario('hgm'))).toEqual([
      {
        path: 'scenario',
        message: `no scenario is named "hgm"; there are ${listScenarios()
          .map(({ name }) => name)
          .join(', ')}`,
      },
    ]);
    expect(errorsOf(() => loadProfile('fast'))[0]?.message).toMatch(/there are epyc-uncontended, hgm-thread-2023$/);
  });

  test.each(['../profiles/epyc-uncontended', '/etc/passwd', '..', '', 'a/b', 'A'])(
    'name %j: no way out of the folder',
    (name) => {
      expect(builtInLibrary.scenario(name)).toBeNull();
    },
  );

  test('another library: asked instead', () => {
    const library: Library = { ...builtInLibrary, scenario: () => ({ name: 'mine', vm: { vcpus: 2 } }) };
    expect(loadScenario('mine', {}, library).vm.vcpus).toBe(2);
  });
});
