// Builds what a scenario describes, as it stands at time 0: the machine, one mm with one mapping and its page cache, one
// VM over it. Nothing here takes simulated time.

import { Simulation } from '../engine/simulation.ts';
import type { KvmCosts } from '../kvm/costs.ts';
import type { GuestAccessPattern } from '../kvm/guest-access.ts';
import { GuestMemory } from '../kvm/guest-access.ts';
import { type CollapsedHandlerId, collapsedHandlers } from '../kvm/handlers/index.ts';
import { Kvm } from '../kvm/kvm.ts';
import { Memslot } from '../kvm/memslot.ts';
import { registerKvm } from '../kvm/mmu-notifier-client.ts';
import type { VcpuInterval } from '../kvm/records.ts';
import type { TdpTable } from '../kvm/tdp-table.ts';
import { HaltedVcpu, Vcpu } from '../kvm/vcpu.ts';
import { Geometry, gfn, hva, PAGE_SIZE, pageOf } from '../mm/address.ts';
import { createMachine, type Machine, WorkCounters } from '../mm/machine.ts';
import { mapcountSchemes } from '../mm/mapcount/index.ts';
import { Mm } from '../mm/mm.ts';
import type { NotifierId } from '../mm/notifier-schemes/notifier-scheme.ts';
import type { Vma } from '../mm/vma.ts';
import { chooser, levelOf, mapMemory } from './memory-builder.ts';
import { StridePattern } from './patterns/stride.ts';
import { UniformPattern } from './patterns/uniform.ts';
import { Writes } from './patterns/writes.ts';
import { ZipfMemory, ZipfPattern } from './patterns/zipf.ts';
import type { NotifierSchemeId, RunInput } from './run-types.ts';
import type { Scenario } from './scenario.ts';

export interface World {
  readonly machine: Machine<KvmCosts>;
  readonly mm: Mm;
  readonly vma: Vma;
  readonly kvm: Kvm;
  readonly vcpus: readonly Vcpu[];
}

/** `post-collapse/cut` is the notifier `post-collapse` with the handler `cut`; the others never call a handler. */
export function splitScheme(scheme: NotifierSchemeId): { notifier: NotifierId; handler: CollapsedHandlerId } {
  const [notifier, handler] = scheme.split('/') as [NotifierId, CollapsedHandlerId | undefined];
  return { notifier, handler: handler ?? 'promote' };
}

/** `interval` hears of every stretch of a vCPU's time when it is over, `resumed` when one runs again. */
export function buildWorld(
  input: RunInput,
  interval: (interval: VcpuInterval) => void,
  resumed: (vcpu: number) => void = () => {},
): World {
  const { scenario, profile } = input;
  const geometry = new Geometry();
  const sim = new Simulation({ seed: input.seed, wakeUpNs: profile.costs.sleepWakeUpNs });
  const machine = createMachine<KvmCosts>({
    sim,
    kernel: scenario.machine.kernel,
    preemption: scenario.machine.preemption,
    cpus: scenario.machine.cpus,
    geometry,
    costs: profile.costs,
    hugetlbMapcount: mapcountSchemes[input.mapcount],
  });

  const mm = new Mm(machine);
  const vma = mapMemory(machine, mm, scenario);
  const kvm = new Kvm({
    machine,
    mm,
    name: 'vm0',
    earlyRetryCheck: scenario.machine.earlyRetryCheck ?? scenario.machine.kernel !== '6.1',
    nxHugePages: scenario.machine.nxHugePages,
  });
  const slot = new Memslot(gfn(0), scenario.vm.memory / PAGE_SIZE, vma.start);
  kvm.memslots.push(slot);
  mapSptes(kvm, slot, scenario);
  registerKvm(kvm, collapsedHandlers[splitScheme(input.scheme).handler]);

  const vcpus: Vcpu[] = [];
  // vCPUs that touch the same memory find the same pages popular, and share the account of it.
  let shared: ZipfMemory | null = null;
  const popularity = (memory: GuestMemory): ZipfMemory => {
    if (shared !== null && !scenario.guest.partitioned) return shared;
    shared = new ZipfMemory(kvm, memory, scenario.guest.zipfExponent);
    return shared;
  };
  for (let id = 0; id < scenario.vm.vcpus; id++) {
    const memory = guestMemory(kvm, slot, scenario, id);
    const pattern = guestPattern(sim, scenario, id, memory, popularity);
    if (pattern === null) {
      kvm.vcpus.push(new HaltedVcpu());
      continue;
    }
    const { thinkNs } = scenario.guest;
    const stepping = input.stepping ?? false;
    vcpus.push(
      new Vcpu({ kvm, id, cpu: id, pattern, memory, thinkNs, stepping, interval, resumed: () => resumed(id) }),
    );
  }
  Object.assign(machine.work, new WorkCounters());
  return { machine, mm, vma, kvm, vcpus };
}

/** SPTEs as large as the host's mapping, for the part of it that the guest has touched before time 0. */
function mapSptes(kvm: Kvm, slot: Memslot, scenario: Scenario): void {
  const { geometry, sim } = kvm.machine;
  const { mapped, sptePopulatedFraction } = scenario.vm;
  if (mapped === 'none') return;
  const level = levelOf[mapped];
  const { pageTables } = kvm.mm;
  if (sptePopulatedFraction === 1) {
    const firstPage = pageOf(slot.userspaceAddr) - slot.baseGfn;
    pageTables.forEachTable(level, (hostTable) => {
      kvm.tdp.tableAt(gfn(hostTable.firstPage - firstPage), level).copyLeaves(hostTable);
    });
    return;
  }
  const leaves = pageTables.root.leaves;
  const isChosen = chooser(leaves, sptePopulatedFraction, sim.random('pages with an SPTE'));
  let table: TdpTable | null = null;
  const end = hva(slot.userspaceAddr + slot.pages * PAGE_SIZE);
  pageTables.forEachLeaf(slot.userspaceAddr, end, (hostTable, index, address) => {
    if (!isChosen()) return;
    const frame = slot.baseGfn + pageOf(address) - pageOf(slot.userspaceAddr);
    if (table === null || frame - table.firstPage >= table.spanPages) table = kvm.tdp.tableAt(gfn(frame), level);
    table.setLeaf(geometry.index(frame, level), hostTable.pfns[index] ?? 0, true);
  });
}

/** All of the guest's range, or the vCPU's own slice of it; the last slice takes what does not divide. */
function guestMemory(kvm: Kvm, slot: Memslot, scenario: Scenario, vcpu: number): GuestMemory {
  const { range, partitioned } = scenario.guest;
  const firstGfn = slot.baseGfn + range.start / PAGE_SIZE;
  const rangePages = range.length / PAGE_SIZE;
  if (!partitioned) return new GuestMemory(kvm.tdp, gfn(firstGfn), rangePages);
  const { vcpus } = scenario.vm;
  const slice = Math.floor(rangePages / vcpus);
  const pages = vcpu === vcpus - 1 ? rangePages - slice * (vcpus - 1) : slice;
  return new GuestMemory(kvm.tdp, gfn(firstGfn + vcpu * slice), pages);
}

/** Null: the vCPU is halted and wants nothing. */
function guestPattern(
  sim: Simulation,
  scenario: Scenario,
  vcpu: number,
  memory: GuestMemory,
  popularity: (memory: GuestMemory) => ZipfMemory,
): GuestAccessPattern | null {
  const { pages } = memory;
  const { pattern, stridePages, writeFraction } = scenario.guest;
  const stream = sim.random(`vcpu ${vcpu} accesses`);
  const writes = new Writes(writeFraction, sim.random(`vcpu ${vcpu} writes`));
  switch (pattern) {
    case 'stride':
      return new StridePattern(pages, stridePages, stream.integer(pages), writes);
    case 'uniform':
      return new UniformPattern(pages, stream, writes);
    case 'zipf':
      return new ZipfPattern(popularity(memory), stream, writes);
    case 'idle':
      return null;
  }
}
