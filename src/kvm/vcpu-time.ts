import { assert } from '../engine/assert.ts';
import type { LockClass } from '../engine/locks/lock-class.ts';
import type { Simulation } from '../engine/simulation.ts';
import {
  fileIMmapRwsemClass,
  folioLockClass,
  hugetlbFaultMutexClass,
  hugetlbVmaLockClass,
  iMmapRwsemClass,
  mmapLockClass,
} from '../mm/locks.ts';
import { userfaultfdWaitClass } from '../mm/userfaultfd-queues.ts';
import { mmuLockClass } from './kvm.ts';
import type { VcpuInterval } from './records.ts';
import type { FaultAccount } from './secondary-mmu.ts';
import type { StallCause } from './stall-windows.ts';

const causeOfLock: ReadonlyMap<LockClass, StallCause> = new Map<LockClass, StallCause>([
  [mmuLockClass, 'mmu-lock'],
  [mmapLockClass, 'mmap-lock'],
  [hugetlbVmaLockClass, 'vma-lock'],
  [iMmapRwsemClass, 'i-mmap-lock'],
  [fileIMmapRwsemClass, 'i-mmap-lock'],
  [hugetlbFaultMutexClass, 'fault-mutex'],
  [folioLockClass, 'folio-lock'],
  [userfaultfdWaitClass, 'userfault'],
]);

/**
 * Tells what one vCPU's time was for, in stretches that follow one another without a gap. What a lap through the fault
 * path was for is known only when it ends; of a lap, the waits for locks and the parts that name their cause themselves
 * are told as that, and the rest as what the lap turned out to be.
 */
export class VcpuTime implements FaultAccount {
  readonly #sim: Simulation;
  readonly #vcpu: number;
  readonly #interval: (interval: VcpuInterval) => void;
  #toldNs = 0;
  #lap: { readonly cause: StallCause | null; readonly untilNs: number }[] = [];

  constructor(sim: Simulation, vcpu: number, interval: (interval: VcpuInterval) => void) {
    this.#sim = sim;
    this.#vcpu = vcpu;
    this.#interval = interval;
  }

  start(): void {
    this.#toldNs = this.#sim.now;
  }

  /** Since the last stretch: `state`, until now or until an earlier time. */
  tell(state: VcpuInterval['state'], endNs = this.#sim.now): void {
    const startNs = this.#toldNs;
    assert(endNs >= startNs, 'the time of a vCPU is told in order');
    this.#toldNs = endNs;
    if (endNs > startNs) this.#interval({ vcpu: this.#vcpu, state, startNs, endNs });
  }

  spent(cause: StallCause): void {
    this.#lap.push({ cause, untilNs: this.#sim.now });
  }

  /** A wait for a lock. One that stands for no cause counts as part of the lap. */
  waited(lockClass: LockClass, sinceNs: number, untilNs: number): void {
    const cause = causeOfLock.get(lockClass);
    if (cause !== undefined) this.#lap.push({ cause: null, untilNs: sinceNs }, { cause, untilNs });
  }

  /**
   * What has not been told yet, as endLap(cause) would tell it now; `waiting` is a wait for a lock that is under way. Tells
   * nothing, and changes nothing.
   */
  untold(state: VcpuInterval['state'], waiting: { lockClass: LockClass; sinceNs: number } | null): VcpuInterval[] {
    const untilNs = this.#sim.now;
    const stretches: { state: VcpuInterval['state']; untilNs: number }[] = this.#lap.map((part) => ({
      state: part.cause ?? state,
      untilNs: part.untilNs,
    }));
    const cause = waiting === null ? undefined : causeOfLock.get(waiting.lockClass);
    if (waiting !== null && cause !== undefined) {
      stretches.push({ state, untilNs: waiting.sinceNs }, { state: cause, untilNs });
    }
    stretches.push({ state, untilNs });
    let startNs = this.#toldNs;
    return stretches.flatMap((stretch) => {
      const interval = { vcpu: this.#vcpu, state: stretch.state, startNs, endNs: stretch.untilNs };
      startNs = stretch.untilNs;
      return interval.endNs > interval.startNs ? interval : [];
    });
  }

  /** What it is at, and since when. */
  present(
    state: VcpuInterval['state'],
    waiting: { lockClass: LockClass; sinceNs: number } | null,
  ): Pick<VcpuInterval, 'state' | 'startNs'> {
    const cause = waiting === null ? undefined : causeOfLock.get(waiting.lockClass);
    if (waiting !== null && cause !== undefined) return { state: cause, startNs: waiting.sinceNs };
    return { state, startNs: this.#lap.at(-1)?.untilNs ?? this.#toldNs };
  }

  /** The lap is over: what had no cause of its own was for `cause`. */
  endLap(cause: StallCause): void {
    for (const stretch of this.#lap) this.tell(stretch.cause ?? cause, stretch.untilNs);
    this.#lap = [];
    this.tell(cause);
  }
}
