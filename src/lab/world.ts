// Builds what a scenario describes, as it stands at time 0: the machine, one mm with one mapping and its page cache, one
// VM over it. Nothing here takes simulated time.

import { assert } from '../engine/assert.ts';
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
import { Geometry, gfn, hva, type Level, PAGE_SIZE, pageOf, pfn } from '../mm/address.ts';
import { Folio } from '../mm/folio.ts';
import { FindingLog, type Machine, WorkCounters } from '../mm/machine.ts';
import { mapcountSchemes } from '../mm/mapcount/index.ts';
import { Mm } from '../mm/mm.ts';
import type { NotifierId } from '../mm/notifier-schemes/notifier-scheme.ts';
import { AddressSpace } from '../mm/page-cache.ts';
import type { PageTable } from '../mm/page-table.ts';
import type { Vma } from '../mm/vma.ts';
import { StridePattern } from './patterns/stride.ts';
import { UniformPattern } from './patterns/uniform.ts';
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

const levelOf: Readonly<Record<'4k' | '2m' | '1g', Level>> = { '4k': 1, '2m': 2, '1g': 3 };

/** The VM's memory starts at a boundary of the largest entry, so that every leaf size can be aligned in it. */
const FIRST_PFN = 0x100000;

export function buildWorld(input: RunInput, interval: (interval: VcpuInterval) => void): World {
  const { scenario, profile } = input;
  const geometry = new Geometry();
  const sim = new Simulation({ seed: input.seed, wakeUpNs: profile.costs.sleepWakeUpNs });
  const machine: Machine<KvmCosts> = {
    sim,
    kernel: scenario.machine.kernel,
    preemption: scenario.machine.preemption,
    cpus: scenario.machine.cpus,
    geometry,
    costs: profile.costs,
    work: new WorkCounters(),
    findings: new FindingLog(),
  };

  const mm = new Mm(machine, mapcountSchemes[input.mapcount]);
  const vma = mapMemory(machine, mm, scenario);
  const kvm = new Kvm({
    machine,
    mm,
    name: 'vm0',
    earlyRetryCheck: scenario.machine.earlyRetryCheck ?? scenario.machine.kernel !== '6.1',
  });
  const slot = new Memslot(gfn(0), scenario.vm.memory / PAGE_SIZE, vma.start);
  kvm.memslots.push(slot);
  mapSptes(kvm, slot, scenario);
  registerKvm(kvm, collapsedHandlers[splitScheme(input.scheme).handler]);

  const vcpus: Vcpu[] = [];
  for (let id = 0; id < scenario.vm.vcpus; id++) {
    const memory = guestMemory(kvm, slot, scenario, id);
    const pattern = guestPattern(sim, scenario, id, memory.pages);
    if (pattern === null) {
      kvm.vcpus.push(new HaltedVcpu());
      continue;
    }
    const { thinkNs } = scenario.guest;
    const stepping = input.stepping ?? false;
    vcpus.push(new Vcpu({ kvm, id, cpu: id, pattern, memory, thinkNs, stepping, interval }));
  }
  Object.assign(machine.work, new WorkCounters());
  return { machine, mm, vma, kvm, vcpus };
}

/** The file, all of it in the page cache, and the part of its mapping that is populated. */
function mapMemory(machine: Machine, mm: Mm, scenario: Scenario): Vma {
  const { geometry, sim } = machine;
  const { memory, backing, mapped, populatedFraction } = scenario.vm;
  const hstateLevel: Level = backing === 'hugetlb-1g' ? 3 : 2;
  const mapping = new AddressSpace(machine);
  const start = hva(geometry.entryBytes(4));
  const vma = mm.mmap({
    start,
    end: hva(start + memory),
    mapping,
    hstateLevel,
    shared: true,
    hgmVersion: scenario.hgm.version,
  });
  vma.highGranularity = mapped !== 'none' && levelOf[mapped] < hstateLevel;

  for (let index = 0; index * vma.hugePageSize < memory; index++) {
    const firstPfn = pfn(FIRST_PFN * geometry.pagesPer[1] + index * geometry.pagesPer[hstateLevel]);
    mapping.add(index, new Folio(machine, firstPfn, hstateLevel));
  }
  if (mapped === 'none') return vma;

  const level = levelOf[mapped];
  const leafPages = geometry.pagesPer[level];
  const leavesPerFolio = geometry.pagesPer[hstateLevel] / leafPages;
  const startPage = pageOf(start);
  let table: PageTable | null = null;
  forEachChosen(memory / PAGE_SIZE / leafPages, populatedFraction, sim.random('populated pages'), (leaf) => {
    const page = startPage + leaf * leafPages;
    if (table === null || page - table.firstPage >= table.spanPages) {
      table = mm.pageTables.tableAt(hva(page * PAGE_SIZE), level);
    }
    const folio = mapping.folio(Math.floor(leaf / leavesPerFolio));
    const firstPage = (leaf % leavesPerFolio) * leafPages;
    assert(folio !== undefined, 'all of the file is in the page cache');
    table.setLeaf((page - table.firstPage) / leafPages, folio.firstPfn + firstPage, true);
    mm.mapcount.change(folio, firstPage, level, 1);
    folio.changeRefs(1);
  });
  return vma;
}

/** SPTEs as large as the host's mapping, for the part of it that the guest has touched before time 0. */
function mapSptes(kvm: Kvm, slot: Memslot, scenario: Scenario): void {
  const { geometry, sim } = kvm.machine;
  const { mapped, sptePopulatedFraction } = scenario.vm;
  if (mapped === 'none') return;
  const level = levelOf[mapped];
  const { pageTables } = kvm.mm;
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

/** Calls `visit` for a given share of 0..count-1, in order: exactly that many, every choice alike. */
function forEachChosen(count: number, fraction: number, stream: { next(): number }, visit: (n: number) => void): void {
  const isChosen = chooser(count, fraction, stream);
  for (let n = 0; n < count; n++) if (isChosen()) visit(n);
}

/** Asked once for each of `count` things: is this one of the chosen? Selection sampling (Knuth, 3.4.2, algorithm S). */
function chooser(count: number, fraction: number, stream: { next(): number }): () => boolean {
  let wanted = Math.round(count * fraction);
  if (wanted === count) return () => true;
  let left = count;
  return () => {
    const chosen = wanted === left || stream.next() * left < wanted;
    left -= 1;
    if (chosen) wanted -= 1;
    return chosen;
  };
}

/** All of the slot, or the vCPU's own slice of it; the last slice takes what does not divide. */
function guestMemory(kvm: Kvm, slot: Memslot, scenario: Scenario, vcpu: number): GuestMemory {
  if (!scenario.guest.partitioned) return new GuestMemory(kvm.tdp, slot.baseGfn, slot.pages);
  const { vcpus } = scenario.vm;
  const slice = Math.floor(slot.pages / vcpus);
  const pages = vcpu === vcpus - 1 ? slot.pages - slice * (vcpus - 1) : slice;
  return new GuestMemory(kvm.tdp, gfn(slot.baseGfn + vcpu * slice), pages);
}

/** Null: the vCPU is halted and wants nothing. */
function guestPattern(sim: Simulation, scenario: Scenario, vcpu: number, pages: number): GuestAccessPattern | null {
  const { pattern, stridePages } = scenario.guest;
  const stream = sim.random(`vcpu ${vcpu} accesses`);
  switch (pattern) {
    case 'stride':
      return new StridePattern(pages, stridePages, stream.integer(pages));
    case 'uniform':
      return new UniformPattern(pages, stream);
    case 'idle':
      return null;
  }
}
