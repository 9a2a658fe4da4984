import type { Process } from '../../src/engine/process.ts';
import type { Task } from '../../src/engine/simulation.ts';
import type { AccessTimes, GuestAccessPattern } from '../../src/kvm/guest-access.ts';
import { EvenTimes, GuestMemory } from '../../src/kvm/guest-access.ts';
import { type FaultAccess, type FaultResult, kvmMmuPageFault } from '../../src/kvm/page-fault.ts';
import type { VcpuInterval } from '../../src/kvm/records.ts';
import { type StallWindow, StallWindows } from '../../src/kvm/stall-windows.ts';
import type { TlbAccount } from '../../src/kvm/tlb-reach.ts';
import { Vcpu, type VcpuOptions } from '../../src/kvm/vcpu.ts';
import type { TestWorld } from './world.ts';

export interface FaultingThread {
  readonly task: Task<FaultResult>;
  /** What the fault path said of its time: [cause, until]. */
  readonly spent: [string, number][];
}

/** A thread that goes once through KVM's fault path for `page`, as a vCPU would, but without exit and entry. */
export function faultOnce(
  world: TestWorld,
  page: number,
  delayNs = 0,
  name = `fault ${page}`,
  access: FaultAccess = { write: true, present: false },
): FaultingThread {
  const spent: [string, number][] = [];
  const account = { spent: (cause: string) => void spent.push([cause, world.sim.now]) };
  const process: Process<FaultResult> = kvmMmuPageFault(world.kvm, world.frame(page), access, account, false);
  return { task: world.spawn(name, process, delayNs), spent };
}

export interface VcpuSetup {
  readonly pattern: GuestAccessPattern;
  readonly thinkNs?: number;
  /** Instead of one access each thinkNs. */
  readonly times?: AccessTimes;
  readonly tlb?: TlbAccount;
  readonly stepping?: boolean;
  readonly asyncPageFault?: boolean;
  readonly clock?: NonNullable<VcpuOptions['clock']>;
}

export interface RunningVcpu {
  readonly vcpu: Vcpu;
  readonly intervals: VcpuInterval[];
  readonly windows: StallWindow[];
  /** Closes what is open, as the end of a run does. True: the vCPU was standing still. */
  finish(): boolean;
}

/** A vCPU over all of the memslot, started. */
export function startVcpu(world: TestWorld, setup: VcpuSetup): RunningVcpu {
  const {
    pattern,
    thinkNs = 100,
    times = new EvenTimes(thinkNs),
    tlb,
    clock,
    stepping = false,
    asyncPageFault = false,
  } = setup;
  const intervals: VcpuInterval[] = [];
  const windows: StallWindow[] = [];
  const reducer = new StallWindows((window) => windows.push(window));
  const id = world.kvm.vcpus.length;
  const vcpu = new Vcpu({
    kvm: world.kvm,
    id,
    cpu: id,
    pattern,
    memory: guestMemory(world),
    times,
    ...(tlb === undefined ? {} : { tlb }),
    ...(clock === undefined ? {} : { clock }),
    stepping,
    asyncPageFault,
    interval: (interval) => {
      intervals.push(interval);
      reducer.add(interval);
    },
  });
  vcpu.start();
  const finish = () => {
    const standing = vcpu.settle();
    reducer.closeAll();
    return standing;
  };
  return { vcpu, intervals, windows, finish };
}

export const guestMemory = (world: TestWorld): GuestMemory =>
  new GuestMemory(world.kvm.tdp, world.slot.baseGfn, world.pages);

/** Accesses page after page of a list, round and round; every question is answered by trying. */
export class ScriptedPattern implements GuestAccessPattern {
  readonly #pages: readonly number[];
  #at = 0;

  constructor(pages: readonly number[]) {
    this.#pages = pages;
  }

  page(): number {
    return this.#pages[this.#at] ?? 0;
  }

  isWrite(): boolean {
    return true;
  }

  advance(count: number): void {
    this.#at = (this.#at + count) % this.#pages.length;
  }

  hitsBeforeMiss(memory: GuestMemory): number {
    for (let hits = 0; hits < this.#pages.length; hits++) {
      const page = this.#pages[(this.#at + hits) % this.#pages.length] ?? 0;
      if (!memory.allows(page, true)) return hits;
    }
    return Number.POSITIVE_INFINITY;
  }

  hitsAfterClearing(memory: GuestMemory): number {
    return this.hitsBeforeMiss(memory);
  }

  hitsAfterProtecting(memory: GuestMemory): number {
    return this.hitsBeforeMiss(memory);
  }

  hitsAfterInstalling(memory: GuestMemory): number {
    return this.hitsBeforeMiss(memory);
  }
}
