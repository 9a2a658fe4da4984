// Builds what a scenario describes, as it stands at time 0: the machine, its processes with their mappings of the memory,
// the VMs over them. Nothing here takes simulated time.

import { assert } from '../engine/assert.ts';
import { Simulation } from '../engine/simulation.ts';
import type { KvmCosts } from '../kvm/costs.ts';
import { HaltedVcpu } from '../kvm/halted-vcpu.ts';
import { type CollapsedHandlerId, collapsedHandlers } from '../kvm/handlers/index.ts';
import { Kvm } from '../kvm/kvm.ts';
import { Memslot } from '../kvm/memslot.ts';
import { registerKvm } from '../kvm/mmu-notifier-client.ts';
import { PfnCache } from '../kvm/pfn-cache.ts';
import type { VcpuInterval } from '../kvm/records.ts';
import { ShadowMmu } from '../kvm/shadow/shadow-mmu.ts';
import { tdpMmu } from '../kvm/tdp.ts';
import { Vcpu, type VcpuOptions } from '../kvm/vcpu.ts';
import { Geometry, gfn, type Hva, hva, PAGE_SIZE } from '../mm/address.ts';
import { createMachine, type Machine, WorkCounters } from '../mm/machine.ts';
import { mapcountSchemes } from '../mm/mapcount/index.ts';
import { Mm } from '../mm/mm.ts';
import type { NotifierId } from '../mm/notifier-schemes/notifier-scheme.ts';
import type { AddressSpace } from '../mm/page-cache.ts';
import type { Vma } from '../mm/vma.ts';
import { GuestPrograms } from './guest-patterns.ts';
import { ageMemory } from './initial-aging.ts';
import { mapSptes } from './initial-sptes.ts';
import { levelOf, mapMemory } from './memory-builder.ts';
import { memslotsOf } from './memslot-layout.ts';
import type { NotifierSchemeId, RunInput } from './run-types.ts';
import type { Scenario } from './scenario.ts';
import { schemeRefusal } from './scheme-rules.ts';
import { buildUserfault, type VmmUserfault } from './userfault-builder.ts';

/** A process with the memory mapped: a VMM, or a back end without a VM. */
export interface VmmProcess {
  readonly index: number;
  readonly mm: Mm;
  /** The mapping as it was made. Operations may cut it, move it, remove it: `start` and `mapping` stay. */
  readonly vma: Vma;
  readonly start: Hva;
  readonly mapping: AddressSpace | null;
  /** Null: none of its faults go to userspace. */
  readonly userfault: VmmUserfault | null;
}

export interface VirtualMachine {
  readonly index: number;
  readonly process: VmmProcess;
  readonly kvm: Kvm;
  /** Those that run; halted ones are known to KVM alone. Their ids count through all VMs. */
  readonly vcpus: readonly Vcpu[];
}

export interface World {
  readonly machine: Machine<KvmCosts>;
  readonly processes: readonly VmmProcess[];
  readonly vms: readonly VirtualMachine[];
}

/** What a run wants to hear of the vCPUs. */
export interface VcpuListener {
  /** A stretch of a vCPU's time is over. */
  interval(interval: VcpuInterval, vm: VirtualMachine): void;
  /** It runs again, after a window. */
  resumed(vcpu: number): void;
}

const deaf: VcpuListener = { interval() {}, resumed() {} };

/** `post-collapse/cut` is the notifier `post-collapse` with the handler `cut`; the others never call a handler. */
export function splitScheme(scheme: NotifierSchemeId): { notifier: NotifierId; handler: CollapsedHandlerId } {
  const [notifier, handler] = scheme.split('/') as [NotifierId, CollapsedHandlerId | undefined];
  return { notifier, handler: handler ?? 'promote' };
}

export function buildWorld(input: RunInput, listener: VcpuListener = deaf): World {
  const { scenario, profile } = input;
  const machine = createMachine<KvmCosts>({
    sim: new Simulation({ seed: input.seed, wakeUpNs: profile.costs.sleepWakeUpNs, lockdep: scenario.checks }),
    kernel: scenario.machine.kernel,
    preemption: scenario.machine.preemption,
    cpus: scenario.machine.cpus,
    geometry: new Geometry(),
    costs: profile.costs,
    hugetlbMapcount: mapcountSchemes[input.mapcount],
    checks: scenario.checks,
  });
  const processes: VmmProcess[] = [];
  const vms: VirtualMachine[] = [];
  for (let index = 0; index < scenario.vm.processes + scenario.vm.backends; index++) {
    const mm = new Mm(machine);
    const vma = mapMemory(machine, mm, scenario, processes[0]?.vma ?? null);
    ageMemory(mm, vma, scenario);
    const userfault = buildUserfault(mm, vma, scenario);
    const process = { index, mm, vma, start: vma.start, mapping: vma.mapping, userfault };
    processes.push(process);
    if (index >= scenario.vm.processes) continue;
    for (let count = 0; count < scenario.vm.count; count++) {
      vms.push(buildVm(process, vms.length, machine, input, listener));
    }
  }
  Object.assign(machine.work, new WorkCounters());
  return { machine, processes, vms };
}

function buildVm(
  process: VmmProcess,
  index: number,
  machine: Machine<KvmCosts>,
  { scenario, scheme, stepping = false }: RunInput,
  listener: VcpuListener,
): VirtualMachine {
  const kvm = new Kvm({
    machine,
    mm: process.mm,
    name: `vm${index}`,
    earlyRetryCheck: scenario.machine.earlyRetryCheck ?? scenario.machine.kernel !== '6.1',
    nxHugePages: scenario.machine.nxHugePages,
    mmu: scenario.vm.mmu === 'shadow' ? new ShadowMmu(levelOf[scenario.vm.guestPage ?? '2m']) : tdpMmu,
  });
  for (const [number, { guestStart, start, length }] of memslotsOf(scenario.vm).entries()) {
    const slot = new Memslot(gfn(guestStart / PAGE_SIZE), length / PAGE_SIZE, hva(process.start + start));
    kvm.memslots.push(slot);
    const of = `${index === 0 ? '' : `, vm ${index}`}${number === 0 ? '' : `, slot ${number}`}`;
    mapSptes(kvm, slot, scenario, `pages with an SPTE${of}`);
  }
  assert(schemeRefusal(scheme, scenario) === null, 'the scenario can be run under the scheme');
  registerKvm(kvm, collapsedHandlers[splitScheme(scheme).handler]);

  const vcpus: Vcpu[] = [];
  const { asyncPageFault } = scenario.vm;
  const vm = { index, process, kvm, vcpus };
  const programs = new GuestPrograms(kvm, scenario);
  for (let number = 0; number < scenario.vm.vcpus; number++) {
    const id = index * scenario.vm.vcpus + number;
    const program = programs.of({ number, id });
    if (program === null) {
      kvm.vcpus.push(new HaltedVcpu());
      continue;
    }
    const interval = (told: VcpuInterval): void => listener.interval(told, vm);
    const resumed = (): void => listener.resumed(id);
    const clock = clockOf(kvm, scenario, number);
    vcpus.push(new Vcpu({ kvm, id, cpu: id, ...program, ...clock, stepping, asyncPageFault, interval, resumed }));
  }
  return vm;
}

/** The clock page of a vCPU, if it has one: they lie evenly in the first memslot, and are used one after the other. */
function clockOf(kvm: Kvm, { vm }: Scenario, number: number): Pick<VcpuOptions, 'clock'> {
  const [slot] = kvm.memslots;
  if (slot === undefined || number >= vm.pfnCaches) return {};
  const cache = new PfnCache(kvm, gfn(slot.baseGfn + Math.floor((number * slot.pages) / vm.pfnCaches)));
  kvm.pfnCaches.list.push(cache);
  const firstNs = Math.ceil(((number + 1) * vm.pfnCacheUse) / vm.pfnCaches);
  return { clock: { cache, firstNs, everyNs: vm.pfnCacheUse } };
}

/** All vCPUs of a scenario, halted ones as well: threads of the host have the CPUs behind them. */
export const totalVcpus = ({ vm }: Scenario): number => vm.processes * vm.count * vm.vcpus;

/** The VM whose vCPU has that number: all VMs have as many. */
export const vmOf = ({ vms }: World, vcpu: number): VirtualMachine | undefined =>
  vms[Math.floor(vcpu / (vms[0]?.kvm.vcpus.length ?? 1))];
