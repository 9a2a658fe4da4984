// What goes into a run and what comes out of it: plain data that crosses worker threads and sockets unchanged.
// The vocabulary (ids) is that of the API, exactly as spelt there.

import type { StallCause } from '../kvm/stall-windows.ts';
import type { Finding } from '../mm/machine.ts';
import type { MapcountSchemeId } from '../mm/mapcount/mapcount-scheme.ts';
import type { CostProfile } from './profile.ts';
import type { Scenario } from './scenario.ts';

export type { Finding, MapcountSchemeId, StallCause };

/** What mm tells the secondary MMU about a collapse; `post-collapse` always with the handler that KVM answers with. */
export type NotifierSchemeId =
  | 'range'
  | 'range-chunked'
  | 'narrow'
  | 'post-collapse/zap'
  | 'post-collapse/cut'
  | 'post-collapse/promote'
  | 'none';

/** Streams that a run can be observed through. */
export type Topic =
  | 'stall'
  | 'vcpu'
  | 'notifier'
  | 'operation'
  | 'fault'
  | 'lock'
  | 'tlb'
  | 'userfault'
  | 'finding'
  | 'progress';

export interface RunInput {
  /** Complete: every default is filled in, every value checked (`parseScenario`). */
  readonly scenario: Scenario;
  readonly profile: CostProfile;
  readonly scheme: NotifierSchemeId;
  /** Takes the place of `scenario.mapcount`: a comparison runs one scenario under several. */
  readonly mapcount: MapcountSchemeId;
  readonly seed: number;
  readonly onRecord?: (record: RunRecord) => void;
  /** Topics that `onRecord` hears; all of them when absent. */
  readonly topics?: readonly Topic[];
  /** Steps every guest access instead of skipping to the next miss: slow, and the check of the skipping. */
  readonly stepping?: boolean;
}

/** A finding, and the last records that concern what it is about: none of the topics `stall` and `vcpu`. */
export interface RunFinding extends Finding {
  readonly records: readonly RunRecord[];
}

export interface OperationResult {
  readonly operation: string;
  readonly startNs: number;
  readonly durationNs: number;
  /** Name of the error (`EBUSY`), or null: done. */
  readonly errno: string | null;
}

export interface RunResult {
  readonly scheme: NotifierSchemeId;
  readonly mapcount: MapcountSchemeId;
  readonly seed: number;
  /** Lengths of the closed stall windows of all vCPUs, in order of closing. */
  readonly stallsNs: Float64Array;
  readonly stallByCauseNs: Partial<Record<StallCause, number>>;
  readonly spinNs: number;
  readonly sleepNs: number;
  /** Times in which all vCPUs of a VM stall at once. */
  readonly blackout: { readonly count: number; readonly maxNs: number; readonly totalNs: number };
  /** By place in the timeline; an operation that had not ended with the run is missing: a hole, and null in JSON. */
  readonly operations: readonly OperationResult[];
  readonly notifier: {
    readonly sections: number;
    /** Time spent inside invalidate_range_start, all sections. */
    readonly startNs: number;
    /** Time from the return of start to the return of end, all sections. */
    readonly openNs: number;
    /** Post-collapse notifications. */
    readonly collapsed: number;
  };
  readonly faults: {
    readonly total: number;
    readonly retries: number;
    readonly spurious: number;
    readonly userfault: number;
  };
  readonly tlbFlushes: number;
  readonly seqBumps: number;
  /** From the start of the first operation until every SPTE that can be huge is huge; null: never. */
  readonly hugeRecoveryNs: number | null;
  readonly guest: {
    readonly touches: number;
    /**
     * Part of what the guest would have done on an idle host with 1G SPTEs, in the time that it was not halted, and did
     * not do, 0..1: for its stalls, and for the TLB misses of smaller SPTEs (counters.tlbMissExtraNs). The latter are an
     * expectation beside the run: they do not slow the guest's clock, and `touches` is without them.
     */
    readonly throughputLoss: number;
  };
  readonly findings: readonly RunFinding[];
  /** Work counts, such as mapcountAtomics, refAtomics, leafClears, tablesFreed. */
  readonly counters: Readonly<Record<string, number>>;
  readonly simulatedNs: number;
  readonly events: number;
}

interface RecordBase<T extends Topic> {
  readonly topic: T;
  readonly simTimeNs: number;
}

/** A stall window has closed. vCPUs are numbered through all VMs, in all records. */
export interface StallRecord extends RecordBase<'stall'> {
  readonly vcpu: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly causes: Partial<Record<StallCause, number>>;
}

/** A stretch of a vCPU's time, told when it ends: it ran guest code, was halted, or stood still for a cause. */
interface VcpuRecord extends RecordBase<'vcpu'> {
  readonly vcpu: number;
  readonly state: 'running' | 'halted' | StallCause;
  readonly startNs: number;
}

/** `range-start`: the section opens; `range-started`: KVM has answered; `range-end`: closed; `collapsed`: after the fact. */
interface NotifierRecord extends RecordBase<'notifier'> {
  readonly event: 'range-start' | 'range-started' | 'range-end' | 'collapsed' | 'collapsed-handled';
  /** Whose page tables change: index among vm.processes. */
  readonly process: number;
  /** The thread that changes them: `vmm0` is that of timeline.0, `vcpu3` a vCPU's. */
  readonly task: string;
  /** Counts the sections of its process. */
  readonly section: number;
  readonly start: number;
  readonly length: number;
}

interface OperationRecord extends RecordBase<'operation'> {
  readonly event: 'start' | 'end';
  readonly operation: string;
  /** Index in the timeline. */
  readonly index: number;
  /** Which asks for it, and by which of its threads. */
  readonly process: number;
  readonly task: string;
  readonly start: number;
  readonly length: number;
  readonly errno: string | null;
}

/** One lap of a vCPU through the fault path. `level` is that of the SPTE put in place, 0: none. */
interface FaultRecord extends RecordBase<'fault'> {
  readonly vcpu: number;
  readonly gfn: number;
  readonly outcome: 'fixed' | 'retry' | 'spurious' | 'efault' | 'userfault';
  readonly level: number;
  /** More than one: rounds of the early retry check, told at once. */
  readonly laps: number;
}

/** A task has waited for a lock, or in a queue for an event. */
interface LockRecord extends RecordBase<'lock'> {
  readonly lock: string;
  readonly task: string;
  readonly waitedNs: number;
  /** What the task wanted it for; null: it waited in a queue. */
  readonly mode: 'read' | 'write' | null;
  /** Who held it when the wait began, up to eight of them; empty for a queue, and where records of locks came later. */
  readonly holders: readonly LockUser[];
  /** How many more did. */
  readonly moreHolders: number;
  /** The last of those who waited already. */
  readonly queuedBehind: LockUser | null;
  /** Whose release or wake has ended the wait. */
  readonly releasedBy: string | null;
}

export interface LockUser {
  readonly task: string;
  readonly mode: 'read' | 'write';
}

/** KVM flushes a VM, the host shoots down what the CPUs hold of a process. */
type TlbRecord = RecordBase<'tlb'> &
  (
    | { readonly event: 'kvm-flush'; readonly vm: number }
    | { readonly event: 'cpu-shootdown'; readonly process: number }
  ) & {
    /** The thread that asks for the flush and waits for it. */
    readonly task: string;
    readonly kicked: number;
    readonly durationNs: number;
  };

interface UserfaultRecord extends RecordBase<'userfault'> {
  readonly event: 'wait' | 'wake';
  readonly vcpu: number;
  readonly address: number;
}

/** Told when the run is over, with what has led to it: `simTimeNs` says when it was made. */
interface FindingRecord extends RecordBase<'finding'> {
  readonly finding: RunFinding;
}

/** `done` counts operations that have ended, of `total` in the timeline. */
interface ProgressRecord extends RecordBase<'progress'> {
  readonly done: number;
  readonly total: number;
  readonly events: number;
}

export type RunRecord =
  | StallRecord
  | VcpuRecord
  | NotifierRecord
  | OperationRecord
  | FaultRecord
  | LockRecord
  | TlbRecord
  | UserfaultRecord
  | FindingRecord
  | ProgressRecord;
