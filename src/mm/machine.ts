import type { Simulation } from '../engine/simulation.ts';
import type { Geometry } from './address.ts';
import type { MmCosts } from './costs.ts';
import { FindingLog } from './findings.ts';
import type { Folio } from './folio.ts';
import { HugetlbFaultMutexes } from './hugetlb-fault-mutexes.ts';
import type { MapcountScheme } from './mapcount/mapcount-scheme.ts';
import type { Mm } from './mm.ts';
import { PhysicalMemory } from './physical-memory.ts';

export type { Finding } from './findings.ts';

/** Kernels whose code the model follows; see docs/kernel-map.md for what differs between them. */
export type KernelVersion = '6.1' | '6.12' | '6.18';
/** `full`: a spinning lock may be broken for those who wait for it. `voluntary`: only need_resched breaks it. */
export type PreemptionModel = 'full' | 'voluntary';

/** What a host is made of; the rest of it begins empty. */
export interface MachineOptions<Costs extends MmCosts = MmCosts> {
  readonly sim: Simulation;
  readonly kernel: KernelVersion;
  readonly preemption: PreemptionModel;
  /** Possible CPUs: sizes the hugetlb fault mutex table. Every thread has a CPU of its own. */
  readonly cpus: number;
  readonly geometry: Geometry;
  readonly costs: Costs;
  /** How folios of hugetlb count their mappings: what the HGM discussion is about. */
  readonly hugetlbMapcount: MapcountScheme;
  /** Whether what must hold is checked as the run goes on; it is unless told otherwise. */
  readonly checks?: boolean;
}

/** The host that everything runs on: its clock, its kernel, what things cost on it. */
export interface Machine<Costs extends MmCosts = MmCosts> extends MachineOptions<Costs> {
  readonly memory: PhysicalMemory;
  /** Address spaces that exist, in the order in which they were made. */
  readonly mms: Mm[];
  readonly hugetlbFaultMutexes: HugetlbFaultMutexes;
  readonly work: WorkCounters;
  readonly findings: FindingLog;
  readonly checks: boolean;
  /** Called with each folio that is freed, or whose data is about to be copied: by checkers, so they take no time and change nothing. */
  readonly folioWatchers: ((folio: Folio, why: 'freed' | 'copied') => void)[];
}

export function createMachine<Costs extends MmCosts>(options: MachineOptions<Costs>): Machine<Costs> {
  const { checks = true } = options;
  return {
    ...options,
    checks,
    memory: new PhysicalMemory(options.geometry),
    mms: [],
    hugetlbFaultMutexes: new HugetlbFaultMutexes(options.sim, options.cpus),
    work: new WorkCounters(),
    findings: new FindingLog(checks),
    folioWatchers: [],
  };
}

/** How often the model did what: the work counts that reference G.7 and K.2 tabulate. */
export class WorkCounters {
  mapcountAtomics = 0;
  /** Of mappings; those of GUP are counted apart. */
  refAtomics = 0;
  gupRefAtomics = 0;
  /** Of look-ups whose reference no mapping keeps: taken and dropped. */
  lookUpRefAtomics = 0;
  /** Looks into page tables that a mapcount scheme needs, and the entries read in them. */
  mapcountScans = 0;
  mapcountEntriesScanned = 0;
  leafClears = 0;
  /** Present entries that were made read-only, or given another protection. */
  leavesProtected = 0;
  /** Writes to pages that a fork has shared: copied, or taken over by the one who is left. */
  cowCopies = 0;
  cowReuses = 0;
  ptlAcquisitions = 0;
  tablesAllocated = 0;
  tablesFreed = 0;
  hugeEntriesSet = 0;
  cpuShootdowns = 0;
  /** Interrupts that only wait out lockless walkers. */
  tableSyncs = 0;
  forcedFlushes = 0;
  gupFast = 0;
  gupSlow = 0;
  spteEntriesVisited = 0;
  spteLeavesZapped = 0;
  spteTeardownXchg = 0;
  spteTablesFreed = 0;
  /** Shadow paging: rmap heads looked at, empty ones among them; SPTEs made beside that of a fault. */
  rmapHeadsVisited = 0;
  sptesPrefetched = 0;
  spteSplits = 0;
  /** Accessed bits that aging has cleared. */
  sptesAged = 0;
  /** Blocks that khugepaged has collapsed, or taken the PTE table away from. */
  khugepagedCollapses = 0;
  /** PTEs about which khugepaged has asked the secondary MMUs. */
  youngTests = 0;
  sptesProtected = 0;
  /** Pages that reading the dirty log has told. */
  dirtyPagesRead = 0;
  fastPageFaults = 0;
  kvmFlushes = 0;
  lockBreaks = 0;
  hugeInstalls = 0;
}
