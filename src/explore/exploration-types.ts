// What goes into an exploration and what comes out of it: plain data that crosses worker threads and sockets unchanged.
// The vocabulary (ids) is that of the API, exactly as spelt there. Same question, search, seed and limits: same bytes.
//
//   questionOf(input)              question.ts   fills in the defaults, refuses what makes no sense (InvalidQuestion)
//   explore(question, options)     explore.ts    searches; synchronous, so a service calls it in a worker
//   replay(question, schedule)     replay.ts     goes one schedule once more and tells its steps

import type { NotifierSchemeId } from '../lab/run-types.ts';
import type { HgmVersion } from '../mm/hugetlb-vma.ts';
import type { KernelVersion, PreemptionModel } from '../mm/machine.ts';
import type { MapcountSchemeId } from '../mm/mapcount/mapcount-scheme.ts';
import type { CollapseProtection } from '../mm/operations/hugetlb-collapse.ts';

/** Operations of a scenario's timeline that can be explored, and one that no timeline has. */
export type ExploredOperationId =
  | 'madv-collapse'
  | 'khugepaged-scan'
  | 'madv-dontneed'
  | 'munmap'
  | 'mprotect'
  | 'mremap'
  | 'fork'
  | 'truncate'
  | 'punch-hole'
  | 'migrate-pages'
  | 'memory-failure'
  | 'uffdio-continue'
  | 'uffdio-copy'
  | 'uffdio-writeprotect'
  | 'dirty-log-enable'
  | 'dirty-log-disable'
  /** No system call: the zap of a part of a huge page of hugetlb, as HGM pieces may go one by one. */
  | 'unmap-pieces';

/** Pages of the small memory, from 0. */
interface PageRange {
  readonly first: number;
  readonly count: number;
}

export interface ExploredOperation {
  readonly operation: ExploredOperationId;
  /** Truncation cuts the file at `first`; fork and the dirty log know no parts of the memory. */
  readonly pages: PageRange;
  /** mprotect and uffdio-writeprotect: what remains allowed. The others ignore it. */
  readonly protection: 'read' | 'read-write';
  /** Another operation that follows this one in the same thread, such as the next of several partial unmaps. */
  readonly next?: ExploredOperation;
}

/** One access of a guest. A vCPU makes a bounded number of them and ends. */
export interface GuestTouch {
  readonly page: number;
  readonly write: boolean;
}

/** Complete: `questionOf` of question.ts fills in every default and refuses what makes no sense. */
export interface ExplorationQuestion {
  /** One to three; each is a thread of its own, in this order. */
  readonly operations: readonly ExploredOperation[];
  readonly scheme: NotifierSchemeId;
  readonly mapcount: MapcountSchemeId;
  readonly kernel: KernelVersion;
  readonly preemption: PreemptionModel;
  readonly backing: 'anonymous' | 'shmem' | 'hugetlb-2m' | 'hugetlb-1g';
  readonly hgm: {
    readonly version: HgmVersion;
    /** What keeps others away from a page while its tables change, beside the locks of the version. */
    readonly protection: CollapseProtection;
  };
  readonly geometry: {
    /** Entries of a table, on both sides; a "2m" page has as many 4K pages, a "1g" page the square of it. */
    readonly entries: 2 | 3 | 4;
    /** Blocks of the size of the backing's huge page (of a PMD entry, for anonymous and shmem memory). */
    readonly blocks: 1 | 2;
  };
  /** Size of the host's leaves before time begins. */
  readonly mapped: '4k' | '2m' | '1g' | 'none';
  /** Of the folios of anonymous and shmem memory. */
  readonly folios: '4k' | '2m';
  /** Faults that become messages: of pages that are missing, of those that are only in their file (and of missing ones), of writes. */
  readonly userfault: {
    readonly mode: 'none' | 'missing' | 'minor' | 'wp';
    /** A thread of the VMM reads messages, puts the page in place and wakes. Else who faults sleeps for ever, unless somebody wakes him. */
    readonly answered: boolean;
  };
  /** SPTEs before time begins: of the size of the host's leaves, or none. */
  readonly sptes: 'as-host' | 'none';
  /** Pages that the host does not map at first, though `mapped` says that it does. */
  readonly holes: readonly number[];
  /** Pages whose SPTEs are read-only at first, although the host lets them be written: as after a read fault in 6.1. */
  readonly readOnlySptes: readonly number[];
  /** One list of accesses for each vCPU, one to three of them. */
  readonly guest: readonly (readonly GuestTouch[])[];
}

type SearchId = 'exhaustive' | 'pct' | 'random';

/** How an exhaustive search avoids doing the same twice. All four give the same verdict; `both` is the fastest. */
export type Reduction = 'none' | 'state-hashing' | 'partial-order' | 'both';

export interface ExplorationLimits {
  /** Runs of the processes from a fresh world. */
  readonly schedules: number;
  /** Transitions explored, replayed ones not counted. */
  readonly transitions: number;
  /** Transitions of one schedule. */
  readonly depth: number;
}

export interface ExplorationOptions {
  readonly search: SearchId;
  /** Of pct and random; an exhaustive search has no use for it. */
  readonly seed: number;
  readonly limits: ExplorationLimits;
  /** Of an exhaustive search; `both` when absent. */
  readonly reduction?: Reduction;
  /** Of pct: how many ordering constraints the bug is assumed to need; 3 when absent. */
  readonly bugDepth?: number;
  /** Transitions that the search for counterexamples with fewer preemptions may take; 150,000 when absent. */
  readonly minimizeBudget?: number;
  /**
   * The checks of a run at every step; false when absent. What they find is in a schedule that exists. What they remember is not in
   * a state, so that a complete search is one of what is found without them.
   */
  readonly stepChecks?: boolean;
  /** Go on after the first hazard, to find every kind; true when absent. */
  readonly all?: boolean;
  /** Called now and then. It cannot change the result. */
  readonly onProgress?: (progress: ExplorationProgress) => void;
  /**
   * Asked now and then whether to give up: the one door for wall-clock limits and for cancelling. The result then says
   * `incomplete` (or `unsafe`), with `endedBy: 'stopped'`; where only the search for fewer preemptions was left to do, counterexamples
   * that say `as-found`.
   */
  readonly stop?: () => boolean;
}

export interface ExplorationProgress {
  readonly schedules: number;
  readonly states: number;
  readonly transitions: number;
  readonly replayed: number;
  readonly findings: number;
}

/**
 * hazard       makes the verdict `unsafe`: stale translations, lost writes, wrong counts, deadlocks
 * leak         something stays counted or mapped that nobody uses, and nothing else goes wrong (PAGE_SPECIAL's partial unmaps)
 * performance  the range stays on small SPTEs when all is at rest
 * warning      a rule is broken that no explored schedule pays for: an order of locks that could deadlock
 * outcome      what a guest is entitled to see: -EFAULT after truncation, SIGBUS for a poisoned page
 */
export type FindingClass = 'hazard' | 'leak' | 'performance' | 'warning' | 'outcome';

export interface ExplorationFinding {
  /** As in a run's findings, and those that only an exploration can tell: finding-classes.ts has them all. */
  readonly kind: string;
  readonly class: FindingClass;
  readonly message: string;
  readonly evidence: unknown;
  /** In how many of the schedules that were run to their end, or to the finding, it was met. */
  readonly count: number;
  readonly counterexample: Counterexample;
}

/** One transition as the counterexample tells it. */
export interface CounterexampleStep {
  /** Index in `tasks`. */
  readonly task: number;
  /** What the step did, in the words of the model: locks taken and dropped, entries set and cleared, records published. */
  readonly label: string;
  /** What it changed of what others can see, each as one short sentence. */
  readonly effects: readonly string[];
}

export interface Counterexample {
  /** Names of the threads: a column each. Threads that others have spawned are behind those of the question. */
  readonly tasks: readonly string[];
  /** The task chosen at each transition: index in `tasks`. Replays. */
  readonly schedule: readonly number[];
  readonly steps: readonly CounterexampleStep[];
  /** Switches away from a task that could have gone on. */
  readonly preemptions: number;
  readonly length: number;
  /**
   * What is known of `preemptions`. `fewest-preemptions`: no schedule within the bounds shows the finding with fewer. `as-found`: nothing is
   * known, since the search for fewer was ended by its budget or by `stop`. Of `length` neither says that it is the least: how
   * long a shortest schedule would be is not looked for, and one with more preemptions may be shorter.
   */
  readonly minimality: 'fewest-preemptions' | 'as-found';
}

export interface ExplorationResult {
  readonly question: ExplorationQuestion;
  readonly search: SearchId;
  readonly reduction: Reduction;
  readonly seed: number;
  readonly stepChecks: boolean;
  /** `safe` only if the search was complete: then it holds for every schedule within the bounds. */
  readonly verdict: 'safe' | 'unsafe' | 'incomplete';
  readonly complete: boolean;
  readonly endedBy: 'complete' | 'schedules' | 'transitions' | 'depth' | 'first-hazard' | 'stopped';
  /** What was covered, for people. */
  readonly bounds: readonly string[];
  readonly schedules: number;
  /** States that differ; 0 where the search keeps none. */
  readonly states: number;
  readonly transitions: number;
  /** Transitions done again to come back to where the search branches off. */
  readonly replayed: number;
  /** The longest schedule. */
  readonly depth: number;
  readonly findings: readonly ExplorationFinding[];
  /** Of the worst finding: the first hazard if there is one. */
  readonly counterexample: Counterexample | null;
}

/** Default bounds: the whole default matrix fits into ten minutes on two cores with them. */
export const defaultLimits: ExplorationLimits = { schedules: 200_000, transitions: 2_000_000, depth: 2_000 };
