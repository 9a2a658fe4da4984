// What each vCPU touches, and in which order.

import type { Simulation } from '../engine/simulation.ts';
import { type GuestAccessPattern, GuestMemory } from '../kvm/guest-access.ts';
import type { Kvm } from '../kvm/kvm.ts';
import type { Memslot } from '../kvm/memslot.ts';
import { gfn, PAGE_SIZE } from '../mm/address.ts';
import { StridePattern } from './patterns/stride.ts';
import { UniformPattern } from './patterns/uniform.ts';
import { Writes } from './patterns/writes.ts';
import { ZipfMemory, ZipfPattern } from './patterns/zipf.ts';
import type { Scenario } from './scenario.ts';

/** All of the guest's range, or the vCPU's own slice of it; the last slice takes what does not divide. */
export function guestMemory(kvm: Kvm, slot: Memslot, scenario: Scenario, vcpu: number): GuestMemory {
  const { range, partitioned } = scenario.guest;
  const firstGfn = slot.baseGfn + range.start / PAGE_SIZE;
  const rangePages = range.length / PAGE_SIZE;
  if (!partitioned) return new GuestMemory(kvm.tdp, gfn(firstGfn), rangePages);
  const { vcpus } = scenario.vm;
  const slice = Math.floor(rangePages / vcpus);
  const pages = vcpu === vcpus - 1 ? rangePages - slice * (vcpus - 1) : slice;
  return new GuestMemory(kvm.tdp, gfn(firstGfn + vcpu * slice), pages);
}

/** vCPUs that touch the same memory find the same pages popular, and share the account of it. */
export class Popularity {
  readonly #kvm: Kvm;
  readonly #scenario: Scenario;
  #shared: ZipfMemory | null = null;

  constructor(kvm: Kvm, scenario: Scenario) {
    this.#kvm = kvm;
    this.#scenario = scenario;
  }

  of(memory: GuestMemory): ZipfMemory {
    const { partitioned, zipfExponent } = this.#scenario.guest;
    if (this.#shared === null || partitioned) this.#shared = new ZipfMemory(this.#kvm, memory, zipfExponent);
    return this.#shared;
  }
}

/** Null: the vCPU is halted and wants nothing. */
export function guestPattern(
  sim: Simulation,
  scenario: Scenario,
  vcpu: number,
  memory: GuestMemory,
  popularity: Popularity,
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
      return new ZipfPattern(popularity.of(memory), stream, writes);
    case 'idle':
      return null;
  }
}
