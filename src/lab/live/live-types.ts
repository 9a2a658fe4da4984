// What goes into a live simulation and what can be seen of it: plain data that crosses worker threads and sockets unchanged.

import type { StallCause } from '../../kvm/stall-windows.ts';
import type { Spte } from '../../kvm/tdp-table.ts';
import type { CostProfile } from '../profile.ts';
import type { MapcountSchemeId, NotifierSchemeId, RunFinding, RunRecord, RunResult, Topic } from '../run-types.ts';
import type { Scenario } from '../scenario.ts';

/** Checked and complete (`readLiveRequest`). Can be sent to a worker thread as it is. */
export interface LiveSpec {
  readonly scenario: Scenario;
  readonly profile: CostProfile;
  readonly scheme: NotifierSchemeId;
  readonly mapcount: MapcountSchemeId;
  readonly seed: number;
  /** What onRecord hears from the start on. */
  readonly topics: readonly Topic[];
  /** What is kept for a trace; null: nothing. */
  readonly record: { readonly topics: readonly Topic[]; readonly limit: number } | null;
  /** How many closed stall windows are kept. */
  readonly keptStalls: number;
}

/** Where an advance is to end. */
export type LiveGoal = { readonly untilNs: number } | { readonly until: 'operations-done' | 'idle' };

/** Why a simulation goes on no more. */
export type LiveEnd = 'event-budget' | 'time-budget' | 'deadlock' | 'failed';

export interface LiveProgress {
  readonly simTimeNs: number;
  readonly events: number;
  readonly reached: boolean;
  /** Nothing is left that could happen, and the goal is not reached: somebody waits for an operation that nobody has started. */
  readonly stuck: boolean;
  readonly ended: LiveEnd | null;
}

export interface LiveOperation {
  readonly index: number;
  readonly operation: string;
  readonly process: number;
  readonly range: { readonly start: number; readonly length: number };
  /** Null: of the timeline, and not started yet. */
  readonly startNs: number | null;
  /** Null: not ended. */
  readonly durationNs: number | null;
  /** Name of the error, or null: none, or not ended. */
  readonly errno: string | null;
}

/** `left`: KVM_RUN has returned an error, and this vCPU runs no more. */
type LiveVcpuState = 'running' | 'halted' | 'left' | StallCause;

export interface LiveVcpu {
  readonly vcpu: number;
  readonly vm: number;
  readonly state: LiveVcpuState;
  readonly sinceNs: number;
  /** Since when it has not run guest code; null: it runs, or wants to run none. */
  readonly stalledSinceNs: number | null;
  /** Accesses that its guest has made. */
  readonly touches: number;
}

export interface LiveStallSummary {
  readonly count: number;
  readonly totalNs: number;
  readonly maxNs: number;
  readonly byCauseNs: Partial<Record<StallCause, number>>;
  readonly spinNs: number;
  readonly sleepNs: number;
  /** Windows that are open now: none of the above counts them. */
  readonly open: number;
}

export interface LiveState {
  readonly scenario: string;
  readonly scheme: NotifierSchemeId;
  readonly mapcount: MapcountSchemeId;
  readonly seed: number;
  readonly simTimeNs: number;
  readonly events: number;
  readonly ended: LiveEnd | null;
  /** What ended it, in a sentence. */
  readonly endMessage: string | null;
  /** All operations have ended, and nobody is on the way. */
  readonly idle: boolean;
  readonly operations: readonly LiveOperation[];
  readonly vcpus: readonly LiveVcpu[];
  readonly stalls: LiveStallSummary;
  readonly notifier: RunResult['notifier'];
  readonly faults: RunResult['faults'];
  readonly tlbFlushes: number;
  readonly seqBumps: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly hugeRecoveryNs: number | null;
  readonly findings: readonly RunFinding[];
}

export interface LiveStall {
  /** Counts the closed windows of the simulation. */
  readonly index: number;
  readonly vcpu: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly causes: Partial<Record<StallCause, number>>;
}

export interface LiveStalls {
  readonly items: readonly LiveStall[];
  /** fromIndex of the next call; null: no more yet. */
  readonly next: number | null;
  /** Closed windows so far, and how many of them are kept no more: those with the lowest indices. */
  readonly total: number;
  readonly dropped: number;
  /** As they stand: their end is not known, and what they are for may turn out to be another cause. */
  readonly open: readonly Omit<LiveStall, 'index'>[];
}

export interface StallQuery {
  readonly fromIndex?: number;
  readonly limit?: number;
  readonly vcpu?: number;
}

/** Offsets and lengths in bytes of the memory, as operations have them. */
export interface MappingQuery {
  readonly start: number;
  /** Absent: up to the end of the memory. */
  readonly length?: number;
  readonly process?: number;
  /** Absent: all VMs of the process. */
  readonly vm?: number;
  /** Runs in each list at most. */
  readonly limit?: number;
}

export type LeafSize = '4k' | '2m' | '1g';

/** Entries side by side of one size and kind, with the same bits, that map frames which follow one another. */
export interface PrimaryRun {
  readonly start: number;
  readonly length: number;
  /** Size of the entries; null: nothing is there. */
  readonly size: LeafSize | null;
  readonly kind: 'present' | 'none' | 'migration' | 'invalid' | 'poison';
  readonly writable: boolean;
  /** Protected by UFFDIO_WRITEPROTECT. */
  readonly uffdWp: boolean;
  /** Carries the mark of a mapcount scheme (PAGE_SPECIAL). */
  readonly special: boolean;
  /** First frame that it maps, and index of the folio of that frame; null: it maps none, or the folio is gone. */
  readonly frame: number | null;
  readonly folio: number | null;
}

export interface SpteRun {
  /** Where in the memory of the process. */
  readonly start: number;
  readonly length: number;
  readonly gfn: number;
  readonly pages: number;
  readonly size: LeafSize | null;
  readonly kind: 'present' | 'none' | 'frozen';
  readonly writable: Spte['writable'];
  /** Read-only for dirty logging alone. */
  readonly protected: boolean;
  /** False: aging has cleared the bit, and nobody has asked since whether an access has set it again. */
  readonly accessed: boolean;
  readonly frame: number | null;
  readonly folio: number | null;
}

/** All lists are about [start, next) of what was asked for. */
export interface LiveMappings {
  readonly start: number;
  readonly length: number;
  readonly process: number;
  /** Offset to go on from; null: that was all. */
  readonly next: number | null;
  readonly primary: readonly PrimaryRun[];
  /** An entry for each memslot of each VM that has some of it. */
  readonly secondary: readonly { readonly vm: number; readonly slot: number; readonly runs: readonly SpteRun[] }[];
}

export interface LiveFolio {
  /** Number of its first frame. */
  readonly index: number;
  readonly size: LeafSize;
  readonly pages: number;
  readonly kind: 'hugetlb' | 'file' | 'anonymous';
  readonly refcount: number;
  /** Of these, held by GUP and faults under way. */
  readonly gupRefs: number;
  readonly mapcount: LiveMapcount;
  /** Where the page cache has it, in units of the file; null: anonymous, or removed. */
  readonly cacheIndex: number | null;
  readonly locked: boolean;
  readonly poisoned: boolean;
  readonly migratable: boolean;
}

export interface LiveMapcount {
  /** Scheme that counts it; that of the run for hugetlb, that of the kernel for others. */
  readonly scheme: MapcountSchemeId | 'kernel';
  /** What the folio keeps for all of it. */
  readonly entire: number;
  /** What it keeps for each 4K page, where that is so, run-length coded; null: nothing is kept for single pages. */
  readonly pages: readonly { readonly page: number; readonly count: number; readonly mapcount: number }[] | null;
  /** There are more runs than an answer has. */
  readonly pagesCut: boolean;
  /** What folio_mapcount(), page_mapcount() of the first page and folio_mapped() would answer. */
  readonly total: number;
  readonly firstPage: number;
  readonly mapped: boolean;
}

export interface LiveFolios {
  readonly items: readonly LiveFolio[];
  /** `from` of the next call; null: that was all. Items may be missing and more still come. */
  readonly next: number | null;
}

export interface LiveLock {
  readonly lockClass: string;
  /** What it belongs to, such as `process 0` or `folio 1048576`; null: of a queue that belongs to nothing in particular. */
  readonly instance: string | null;
  /** `queue`: nobody holds it, who waits is woken by an event. */
  readonly kind: 'sleeping' | 'spinning' | 'queue';
  readonly holders: readonly { readonly task: string; readonly mode: 'read' | 'write' }[];
  /** In the order in which they came. */
  readonly waiters: readonly LiveWaiter[];
}

export interface LiveWaiter {
  readonly task: string;
  readonly mode: 'read' | 'write' | null;
  /** Whether its CPU is busy meanwhile. */
  readonly how: 'spin' | 'sleep';
  readonly sinceNs: number;
}

export interface LiveRecords {
  /** The newest that were kept, in order. */
  readonly records: readonly RunRecord[];
  readonly dropped: number;
}
