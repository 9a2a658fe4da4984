import type { MapcountSchemeId } from './run-types.ts';

export type OperationId = 'madv-collapse' | 'madv-split' | 'uffdio-continue';
export type BackingId = 'hugetlb-1g' | 'hugetlb-2m';
export type MappedId = '4k' | '2m' | '1g' | 'none';
export type KernelId = '6.1' | '6.12';
export type HgmVersionId = 'rfc1' | 'rfc2' | 'v1' | 'v2';
export type PatternId = 'stride' | 'uniform' | 'idle';

/** One line of the timeline. Sizes are bytes, times are ns of simulated time. */
export interface TimelineEntry {
  /** `after-previous`: at once when the previous entry of the timeline has ended. */
  readonly at: number | 'after-previous';
  readonly operation: OperationId;
  /** Offset into the memory of the VM (hva and gpa run in parallel). */
  readonly range: { readonly start: number; readonly length: number };
  /** Userspace makes one call for each `step` bytes, one after the other. Null: one call for the range. */
  readonly step: number | null;
  /** madv-collapse: the largest leaf it may build. Null: the largest that fits. */
  readonly target: '2m' | '1g' | null;
}

/** Complete and checked: every default filled in, every time in ns, every size in bytes. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly machine: {
    readonly profile: string;
    readonly kernel: KernelId;
    readonly preemption: 'full' | 'voluntary';
    readonly cpus: number;
    /** Null: as the kernel version has it. */
    readonly earlyRetryCheck: boolean | null;
  };
  readonly vm: {
    readonly vcpus: number;
    readonly memory: number;
    readonly backing: BackingId;
    readonly mapped: MappedId;
    readonly populatedFraction: number;
    readonly sptePopulatedFraction: number;
    readonly mmu: 'tdp';
  };
  readonly hgm: { readonly version: HgmVersionId; readonly chunkBytes: number };
  readonly mapcount: MapcountSchemeId;
  readonly guest: {
    readonly pattern: PatternId;
    readonly stridePages: number;
    readonly writeFraction: number;
    readonly thinkNs: number;
  };
  readonly timeline: readonly TimelineEntry[];
  /** Time that runs on after the last operation has ended. */
  readonly settle: number;
  readonly limits: { readonly simulated: number; readonly events: number };
}
