import type { KvmCosts } from './costs.ts';

/**
 * The lap of a vCPU that the early check sends back: exit, two looks at the invalidation, re-entry, and nothing that
 * anybody else could see. All of them are alike, so that a vCPU in a section need not be stepped through them: how many
 * there have been, and where in a lap it stands, is arithmetic. Times count from the start of the first lap.
 */
export class RetryLap {
  readonly exitNs: number;
  readonly entryNs: number;
  /** To where the sequence is read: a section that closes before it is no longer seen. */
  readonly toSnapshotNs: number;
  readonly ns: number;

  /** `guestWalkNs`: what the MMU does in a lap before the snapshot. */
  constructor(costs: KvmCosts, guestWalkNs: number) {
    this.exitNs = Math.floor(costs.vmExitEntryNs / 2);
    this.entryNs = costs.vmExitEntryNs - this.exitNs;
    this.toSnapshotNs = this.exitNs + costs.faultSetupNs + guestWalkNs + costs.retryCheckNs;
    this.ns = this.toSnapshotNs + costs.retryCheckNs + this.entryNs;
  }

  /** Laps whose snapshot lies before `elapsedNs`: they have been sent back, or will be. */
  sentBack(elapsedNs: number): number {
    return Math.max(0, Math.ceil((elapsedNs - this.toSnapshotNs) / this.ns));
  }

  /** Laps that are over. */
  completed(elapsedNs: number): number {
    return Math.floor(elapsedNs / this.ns);
  }

  /** Guest mode lasts from just before the entry to just after the exit: most of such a lap. */
  isInGuest(elapsedNs: number): boolean {
    const phaseNs = elapsedNs % this.ns;
    return phaseNs < this.exitNs || phaseNs >= this.ns - this.entryNs;
  }
}
