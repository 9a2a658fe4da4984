// Rows of the KVM side: handlers over regions of known size, eager splitting.

import { splitHugePages } from '../../src/kvm/eager-split.ts';
import { loadProfile, loadScenario } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { NotifierSchemeId, RunInput, RunRecord } from '../../src/lab/run-types.ts';
import { buildWorld } from '../../src/lab/world.ts';

export interface FidelityRow {
  readonly what: string;
  /** Fitted: the published number gave a cost of the profile. */
  readonly kind: 'fitted' | 'predicted';
  readonly published: string;
  readonly model: string;
  readonly ratio: number | null;
}

export const us = (ns: number): string => `${(ns / 1000).toFixed(1)} us`;
export const ms = (ns: number): string => `${(ns / 1e6).toFixed(1)} ms`;

export function inputOf(name: string, scheme: NotifierSchemeId, overrides: Record<string, unknown>): RunInput {
  const scenario = loadScenario(name, overrides);
  const profile = loadProfile(scenario.machine.profile);
  return { scenario, profile, scheme, mapcount: scenario.mapcount, seed: 1 };
}

/** Ns from the post-collapse notification to the end of KVM's answer. */
function handlerNs(input: RunInput): number {
  const notified: RunRecord[] = [];
  runScenario({ ...input, topics: ['notifier'], onRecord: (record) => notified.push(record) });
  const at = (event: string) =>
    notified.find((record) => record.topic === 'notifier' && record.event === event)?.simTimeNs ?? Number.NaN;
  return at('collapsed-handled') - at('collapsed');
}

const REGIONS = 256;

/** C2: 131,072 regions of 2 MiB, 64 running vCPUs; C4: 96 regions of 1 GiB. Both a region at a time here. */
export function* handlerOf(row: 'C2' | 'C4'): Iterable<FidelityRow> {
  if (row === 'C4') {
    const promoted = handlerNs(inputOf('hgm-collapse-1g', 'post-collapse/promote', { 'vm.vcpus': 1 }));
    const what = 'in-place promotion of 1 GiB of 4K SPTEs, flush included';
    yield {
      what,
      kind: 'predicted',
      published: '20.3 ms (Skylake), 33.0 ms (Haswell)',
      model: ms(promoted),
      ratio: promoted / 20.3e6,
    };
    return;
  }
  const scenario = { 'vm.memory': `${2 * REGIONS}MiB`, 'vm.vcpus': 64, 'machine.cpus': 65, 'timeline.0.step': null };
  const overrides = { ...scenario, 'timeline.0.range.length': `${2 * REGIONS}MiB` };
  const cut = handlerNs(inputOf('hgm-collapse-2m', 'post-collapse/cut', overrides)) / REGIONS;
  const promote = handlerNs(inputOf('hgm-collapse-2m', 'post-collapse/promote', overrides)) / REGIONS;
  yield {
    what: 'one 2 MiB region replaced, one flush a region, 64 vCPUs (`cut`)',
    kind: 'fitted',
    published: '109.4 us',
    model: us(cut),
    ratio: cut / 109_363,
  };
  yield {
    what: 'the same, flushes batched (`promote`: one flush)',
    kind: 'fitted',
    published: '36.6 us',
    model: us(promote),
    ratio: promote / 36_583,
  };
}

/** C7: CLEAR_DIRTY_LOG over 96 GiB of 1G SPTEs; here one GiB. */
export function* eagerSplitOf(): Iterable<FidelityRow> {
  const input = inputOf('hgm-collapse-1g', 'none', { 'vm.mapped': '1g', 'vm.vcpus': 1, 'guest.pattern': 'idle' });
  const { vms, machine } = buildWorld(input);
  const kvm = vms[0]?.kvm;
  const slot = kvm?.memslots[0];
  if (kvm === undefined || slot === undefined) throw new Error('the world has a VM with a memslot');
  machine.sim.spawn('split', splitHugePages(kvm, slot.baseGfn, slot.endGfn, 1));
  machine.sim.run();
  const ns = machine.sim.now;
  const what = 'eager split of 1 GiB from 1G to 4K SPTEs';
  yield { what, kind: 'fitted', published: '16.9 ms', model: ms(ns), ratio: ns / 16.9e6 };
}
