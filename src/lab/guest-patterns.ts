// What each vCPU touches, in which order, and when.

import { type AccessTimes, EvenTimes, type GuestAccessPattern, GuestMemory } from '../kvm/guest-access.ts';
import type { Kvm } from '../kvm/kvm.ts';
import { type TlbAccount, TlbReach } from '../kvm/tlb-reach.ts';
import { gfn, PAGE_SIZE } from '../mm/address.ts';
import { traceLimits } from './guest-rules.ts';
import { guestBytes } from './memslot-layout.ts';
import { type Phase, PhasesPattern, phaseOfAccesses, phaseOfTime } from './patterns/phases.ts';
import { StridePattern } from './patterns/stride.ts';
import { type RecordedAccesses, TouchedPages } from './patterns/touched-pages.ts';
import { TracePattern } from './patterns/trace.ts';
import { TraceTlb } from './patterns/trace-tlb.ts';
import { UniformPattern } from './patterns/uniform.ts';
import { Writes } from './patterns/writes.ts';
import { ZipfMemory, ZipfPattern } from './patterns/zipf.ts';
import { ZipfTlb } from './patterns/zipf-tlb.ts';
import type { Scenario } from './scenario.ts';
import { readTrace, type TraceColumns } from './trace-csv.ts';

/** All that a vCPU has to know of its guest. */
export interface GuestProgram {
  readonly memory: GuestMemory;
  readonly pattern: GuestAccessPattern;
  readonly times: AccessTimes;
  readonly tlb: TlbAccount;
}

/** A vCPU: its number in its VM, and its id, which counts through all VMs and names its random streams. */
export interface VcpuName {
  readonly number: number;
  readonly id: number;
}

type Guest = Scenario['guest'];
type GuestPhase = Guest['phases'][number];
/** Fields that the guest and each of its phases have alike. */
type Mix = Pick<GuestPhase, 'range' | 'stridePages' | 'zipfExponent' | 'writeFraction'>;

/** The guest of one VM: makes the program of each of its vCPUs. */
export class GuestPrograms {
  readonly #kvm: Kvm;
  readonly #scenario: Scenario;
  /** By phase. vCPUs that touch the same memory find the same pages popular, and share the account of it. */
  readonly #popularity = new Map<number, ZipfMemory>();
  #trace: TraceColumns | null = null;

  constructor(kvm: Kvm, scenario: Scenario) {
    this.#kvm = kvm;
    this.#scenario = scenario;
  }

  /** Null: the vCPU is halted and wants nothing. */
  of(vcpu: VcpuName): GuestProgram | null {
    const { guest } = this.#scenario;
    switch (guest.pattern) {
      case 'idle':
        return null;
      case 'phases':
        return this.#phases(guest, vcpu);
      case 'trace':
        return this.#replay(guest, vcpu);
      default: {
        const memory = this.#memory(guest.range, vcpu);
        return { memory, ...this.#drawn(guest.pattern, guest, memory, vcpu, 0), times: new EvenTimes(guest.thinkNs) };
      }
    }
  }

  /** All of a range, or the vCPU's own slice of it; the last slice takes what does not divide. */
  #memory(range: Mix['range'], { number }: VcpuName): GuestMemory {
    const { guest, vm } = this.#scenario;
    const firstGfn = range.start / PAGE_SIZE;
    const rangePages = range.length / PAGE_SIZE;
    if (!guest.partitioned) return new GuestMemory(this.#kvm.tdp, gfn(firstGfn), rangePages);
    const slice = Math.floor(rangePages / vm.vcpus);
    const pages = number === vm.vcpus - 1 ? rangePages - slice * (vm.vcpus - 1) : slice;
    return new GuestMemory(this.#kvm.tdp, gfn(firstGfn + number * slice), pages);
  }

  /** `phase` counts from 1; 0: the guest has none, and this is all it does. */
  #drawn(
    pattern: 'stride' | 'uniform' | 'zipf',
    { stridePages, zipfExponent, writeFraction }: Mix,
    memory: GuestMemory,
    { id }: VcpuName,
    phase: number,
  ): { readonly pattern: GuestAccessPattern; readonly tlb: TlbAccount } {
    const { sim } = this.#kvm.machine;
    const of = phase === 0 ? '' : `, phase ${phase}`;
    const stream = sim.random(`vcpu ${id} accesses${of}`);
    const writes = new Writes(writeFraction, sim.random(`vcpu ${id} writes${of}`));
    if (pattern === 'zipf') {
      const popularity = this.#popularityOf(memory, zipfExponent, phase);
      return { pattern: new ZipfPattern(popularity, stream, writes), tlb: new ZipfTlb(popularity.reach) };
    }
    const tlb = new TlbReach(this.#kvm, memory);
    if (pattern === 'uniform') return { pattern: new UniformPattern(memory.pages, stream, writes), tlb };
    return { pattern: new StridePattern(memory.pages, stridePages, stream.integer(memory.pages), writes), tlb };
  }

  #popularityOf(memory: GuestMemory, exponent: number, phase: number): ZipfMemory {
    const shared = this.#popularity.get(phase);
    if (shared !== undefined && !this.#scenario.guest.partitioned) return shared;
    const own = new ZipfMemory(this.#kvm, memory, exponent);
    this.#popularity.set(phase, own);
    return own;
  }

  #phases({ phases, repeatPhases }: Guest, vcpu: VcpuName): GuestProgram {
    const pattern = new PhasesPattern(
      phases.map((phase, index) => this.#phase(phase, vcpu, index + 1)),
      repeatPhases,
    );
    const memory = new GuestMemory(this.#kvm.tdp, gfn(0), guestBytes(this.#scenario.vm) / PAGE_SIZE);
    return { memory, pattern, times: pattern, tlb: pattern };
  }

  #phase(phase: GuestPhase, vcpu: VcpuName, number: number): Phase {
    const lastsNs = phase.lasts ?? 0;
    if (phase.pattern === 'idle') return { kind: 'idle', ns: lastsNs };
    const memory = this.#memory(phase.range, vcpu);
    const { accesses, thinkNs } = phase;
    return {
      kind: 'accesses',
      memory,
      ...this.#drawn(phase.pattern, phase, memory, vcpu, number),
      ...(accesses === null ? phaseOfTime(thinkNs, lastsNs) : phaseOfAccesses(thinkNs, accesses)),
    };
  }

  /** Null: the trace has no access of this vCPU. */
  #replay(guest: Guest, vcpu: VcpuName): GuestProgram | null {
    const memory = this.#memory(guest.range, vcpu);
    const accesses = accessesOf(vcpu.number, this.#readTrace(guest), memory);
    if (accesses.pages.length === 0) return null;
    const touched = new TouchedPages(accesses);
    const pattern = new TracePattern(this.#kvm, memory, accesses, touched);
    return { memory, pattern, times: pattern, tlb: new TraceTlb(this.#kvm, memory, touched) };
  }

  #readTrace(guest: Guest): TraceColumns {
    if (this.#trace !== null) return this.#trace;
    const { columns, errors } = readTrace(guest.trace ?? '', traceLimits(guest.range, this.#scenario.vm));
    if (columns === undefined) throw new Error(`a scenario that has been read has a trace in order: ${errors[0]}`);
    this.#trace = columns;
    return columns;
  }
}

function accessesOf(vcpu: number, { time, vcpu: vcpus, gfn: frames, write }: TraceColumns, memory: GuestMemory) {
  const isOwn = (_: number, row: number): boolean => vcpus[row] === vcpu;
  const accesses: RecordedAccesses = {
    timesNs: time.filter(isOwn),
    pages: Uint32Array.from(frames.filter(isOwn), (frame) => memory.page(gfn(frame))),
    writes: Uint8Array.from(write.filter(isOwn)),
  };
  return accesses;
}
