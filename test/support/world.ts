// A host and a VM built by hand: one machine, one mm, one VMA over one file, one VM with one memslot. Small by default, so
// that a test can say what every single entry is. Times come from `testCosts`, whose values are easy to tell apart in a
// sum; no cost profile is read, so no new evidence moves a test.

import type { Process } from '../../src/engine/process.ts';
import { type RunOutcome, Simulation, type Task } from '../../src/engine/simulation.ts';
import type { KvmCosts } from '../../src/kvm/costs.ts';
import { type CollapsedHandlerId, collapsedHandlers } from '../../src/kvm/handlers/index.ts';
import { Kvm } from '../../src/kvm/kvm.ts';
import { Memslot } from '../../src/kvm/memslot.ts';
import { registerKvm } from '../../src/kvm/mmu-notifier-client.ts';
import { ShadowMmu } from '../../src/kvm/shadow/shadow-mmu.ts';
import { tdpMmu } from '../../src/kvm/tdp.ts';
import { Geometry, type Gfn, gfn, type Hva, hva, type Level, PAGE_SIZE, pageOf } from '../../src/mm/address.ts';
import { Folio } from '../../src/mm/folio.ts';
import { mapLeafAtOnce } from '../../src/mm/hugetlb-rmap.ts';
import type { HgmVersion, HugetlbVma } from '../../src/mm/hugetlb-vma.ts';
import {
  createMachine,
  type KernelVersion,
  type Machine,
  type PreemptionModel,
  WorkCounters,
} from '../../src/mm/machine.ts';
import { mapcountSchemes } from '../../src/mm/mapcount/index.ts';
import type { MapcountSchemeId } from '../../src/mm/mapcount/mapcount-scheme.ts';
import { Mm } from '../../src/mm/mm.ts';
import { AddressSpace } from '../../src/mm/page-cache.ts';
import { EntryKind } from '../../src/mm/radix-table.ts';

export const testCosts: KvmCosts = {
  atomicHotNs: 5,
  contendedLineNs: 100,
  rwsemNs: 20,
  mutexNs: 20,
  ptlNs: 10,
  hgmWalkNs: 25,
  leafXchgNs: 10,
  gatherNs: 10,
  pteScanNs: 9,
  pteInstallNs: 30,
  subpageMapcountNs: 20,
  headMapcountNs: 5,
  entryScanNs: 4,
  headPutNs: 5,
  pageCacheLookupNs: 60,
  zeroPageNs: 270,
  copyPageNs: 1030,
  freePageNs: 131,
  freeTailPageNs: 5,
  tableAllocNs: 800,
  tableFreeNs: 100,
  shootdownFixedNs: 2000,
  shootdownPerCpuNs: 100,
  syscallNs: 300,
  slowGupNs: 1200,
  gupFastNs: 180,
  hostLevelNs: 15,
  uffdContinueBaseNs: 970,
  uffdEventNs: 700,
  uffdReadNs: 650,
  uffdWakeNs: 850,
  condReschedNs: 2,
  vmExitEntryNs: 550,
  faultSetupNs: 140,
  retryCheckNs: 5,
  tdpMapNs: 30,
  fastPageFaultNs: 245,
  guestPteReadNs: 20,
  shadowSpteNs: 60,
  rmapHeadVisitNs: 2,
  rmapZapNs: 49,
  spteVisitNs: 8,
  spteClearNs: 25,
  spteInstallNs: 63,
  ptePageMarkNs: 40,
  teardownXchgNs: 10,
  kvmFlushFixedNs: 2000,
  kvmFlushPerRunningVcpuNs: 1100,
  kvmFlushPerIdleVcpuNs: 18,
  kickedVcpuNs: 1500,
  notifierCallNs: 200,
  retrySpinNs: 0,
  retrySleepFirstNs: 0,
  retrySleepNs: 0,
  guestSwitchNs: 2100,
  srcuSyncNs: 20_000,
  tlbMissExtra4kNs: 80,
  tlbMissExtra2mNs: 8,
};

/** How long after its grant a sleeping waiter runs. */
export const WAKE_UP_NS = 1000;

/** CPUs of threads that are no vCPU start here. */
const FIRST_HOST_CPU = 100;

export interface WorldOptions {
  /** Entries of a table on both sides. */
  readonly entries?: number;
  readonly hstateLevel?: Level;
  readonly hugePages?: number;
  readonly mapcount?: MapcountSchemeId;
  readonly hgmVersion?: HgmVersion;
  readonly kernel?: KernelVersion;
  readonly preemption?: PreemptionModel;
  readonly earlyRetryCheck?: boolean;
  readonly nxHugePages?: boolean;
  readonly handler?: CollapsedHandlerId;
  /** Shadow paging, for a guest whose own pages are of this size. Absent: the TDP MMU. */
  readonly shadow?: Level;
  readonly shared?: boolean;
  readonly highGranularity?: boolean;
  /** Size of the host's leaves at time 0; 0: nothing is mapped. */
  readonly mapped?: Level | 0;
  /** Whether KVM maps at time 0 what the host maps, with SPTEs of the same size. */
  readonly sptes?: boolean;
  /** Base of the memslot, for slots whose gfns are not congruent with the addresses. */
  readonly baseGfn?: number;
  readonly costs?: Partial<KvmCosts>;
  readonly seed?: number;
  readonly checks?: boolean;
}

/** [time, task, what]: what a unit test ends in a comparison of. */
export type Row = readonly [timeNs: number, task: string, what: string];

export class TestWorld {
  readonly sim: Simulation;
  readonly machine: Machine<KvmCosts>;
  readonly mm: Mm;
  readonly mapping: AddressSpace;
  readonly vma: HugetlbVma;
  readonly kvm: Kvm;
  readonly slot: Memslot;
  readonly rows: Row[] = [];
  #hostThreads = 0;

  constructor(options: WorldOptions = {}) {
    const kernel = options.kernel ?? '6.12';
    const geometry = new Geometry(options.entries ?? 4);
    this.sim = new Simulation({ seed: options.seed ?? 1, wakeUpNs: WAKE_UP_NS });
    this.machine = createMachine({
      sim: this.sim,
      kernel,
      preemption: options.preemption ?? 'full',
      cpus: 4,
      geometry,
      costs: { ...testCosts, ...options.costs },
      hugetlbMapcount: mapcountSchemes[options.mapcount ?? 'subpage'],
      checks: options.checks ?? true,
    });
    this.mm = new Mm(this.machine);
    this.mapping = new AddressSpace(this.machine);

    const hstateLevel = options.hstateLevel ?? 2;
    const hugePages = options.hugePages ?? 2;
    const bytes = hugePages * geometry.entryBytes(hstateLevel);
    // One top-level entry from 0: an address that is taken for a page index by mistake shows.
    const start = hva(geometry.entryBytes(4));
    const addressSpace = geometry.entriesPerTable * geometry.entryBytes(4);
    if (start + bytes > addressSpace) throw new Error('the page tables of this geometry have no room for the VMA');
    const { mapping } = this;
    this.vma = this.mm.mmapHugetlb({
      start,
      end: hva(start + bytes),
      mapping,
      hstateLevel,
      shared: options.shared ?? true,
      hgmVersion: options.hgmVersion ?? 'v2',
    });
    this.vma.highGranularity = options.highGranularity ?? true;
    for (let index = 0; index < hugePages; index++) {
      mapping.add(index, new Folio(this.machine, this.machine.memory.allocate(hstateLevel), hstateLevel, true));
    }

    this.kvm = new Kvm({
      machine: this.machine,
      mm: this.mm,
      name: 'vm0',
      earlyRetryCheck: options.earlyRetryCheck ?? kernel !== '6.1',
      nxHugePages: options.nxHugePages ?? false,
      mmu: options.shadow === undefined ? tdpMmu : new ShadowMmu(options.shadow),
    });
    this.slot = new Memslot(gfn(options.baseGfn ?? 0), bytes / PAGE_SIZE, start);
    this.kvm.memslots.push(this.slot);
    registerKvm(this.kvm, collapsedHandlers[options.handler ?? 'promote']);

    const mapped = options.mapped ?? 1;
    if (mapped !== 0) {
      this.mapHost(0, this.pages, mapped);
      if (options.sptes ?? true) this.mapSptes(0, this.pages, mapped);
    }
    Object.assign(this.machine.work, new WorkCounters());
  }

  get pages(): number {
    return this.slot.pages;
  }

  get work(): WorkCounters {
    return this.machine.work;
  }

  /** Address of the page with that number in the memslot, which stays when the VMA is cut or moved. */
  at(page: number): Hva {
    return hva(this.slot.userspaceAddr + page * PAGE_SIZE);
  }

  frame(page: number): Gfn {
    return gfn(this.slot.baseGfn + page);
  }

  folio(index = 0): Folio {
    const folio = this.mapping.folio(index);
    if (folio === undefined) throw new Error(`the page cache has no folio ${index}`);
    return folio;
  }

  // ---- Building, before time begins --------------------------------------------------------------------------------

  /** Maps pages [first, first + count) of the VMA with host leaves of `level`, counted as the mapcount scheme does. */
  mapHost(first: number, count: number, level: Level): void {
    const leafPages = this.machine.geometry.pagesPer[level];
    for (let page = first; page < first + count; page += leafPages) {
      const folio = this.folio(this.vma.cacheIndex(this.at(page)));
      const table = this.mm.pageTables.tableAt(this.at(page), level);
      mapLeafAtOnce(this.vma, folio, table, this.machine.geometry.index(pageOf(this.at(page)), level));
    }
  }

  /** Gives KVM SPTEs of `level` for pages that the host maps. */
  mapSptes(first: number, count: number, level: Level): void {
    const leafPages = this.machine.geometry.pagesPer[level];
    for (let page = first; page < first + count; page += leafPages) {
      const host = this.mm.pageTables.translate(this.at(page));
      if (host === null) throw new Error(`the host does not map page ${page}`);
      const table = this.kvm.tdp.tableAt(this.frame(page), level);
      table.setLeaf(this.machine.geometry.index(this.frame(page), level), host.pfn, host.writable);
    }
  }

  // ---- Running -----------------------------------------------------------------------------------------------------

  /** A thread of the host, on a CPU of its own. */
  spawn<T>(name: string, process: Process<T>, delayNs = 0): Task<T> {
    const cpu = FIRST_HOST_CPU + this.#hostThreads++;
    return this.sim.spawn(name, process, { cpu, delayNs });
  }

  /** Runs one process to its end, with everything else that was spawned, and returns its result. */
  call<T>(process: Process<T>, name = 'caller'): T {
    const task = this.spawn(name, process);
    this.run();
    if (task.state !== 'ended') throw new Error(`${name} has not ended`);
    return task.result as T;
  }

  /** Runs until nothing is left to do. A run that fails throws; any other end than idle is a failure of the test. */
  run(): void {
    const outcome = this.sim.run({ events: 20_000_000 });
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind !== 'idle') throw new Error(`the run ended as ${JSON.stringify(outcome)}`);
  }

  runUntil(untilNs: number): RunOutcome {
    return this.sim.run({ untilNs, events: 20_000_000 });
  }

  log(what: string): void {
    this.rows.push([this.sim.now, this.sim.current.name, what]);
  }

  /**
   * What `describe` says while `task` lives, looked at every ns by a thread of its own: each change once, in order. The
   * last entry is the state that the task leaves behind.
   */
  watch(task: Task, describe: () => string): string[] {
    const seen: string[] = [];
    const look = (): void => {
      const state = describe();
      if (state !== seen.at(-1)) seen.push(state);
    };
    this.spawn(
      'watch',
      (function* watching(): Process {
        while (task.state !== 'ended') {
          look();
          yield 1;
        }
        look();
      })(),
    );
    return seen;
  }

  /** The locks of mm that somebody holds, outer ones first, and whether a notifier section is open. */
  mmLocks(): string {
    const { mm, vma, mapping } = this;
    const mode = (name: string, lock: { isHeld: boolean; isWriteHeld: boolean }): string =>
      lock.isHeld ? `${name}:${lock.isWriteHeld ? 'W' : 'R'}` : '';
    const held = [
      mode('mmap', mm.mmapLock),
      [...mapping.folios()].some(([index]) => mm.machine.hugetlbFaultMutexes.of(mapping, index).isHeld) ? 'mutex' : '',
      mode('vma', vma.hugetlbLock),
      mode('i_mmap', mapping.iMmapRwsem),
      [...mapping.folios()].some(([, folio]) => folio.lock.isHeld) ? 'folio' : '',
      mm.notifiers.openSections.size > 0 ? 'section' : '',
    ];
    return held.filter((name) => name !== '').join(' ');
  }

  // ---- Looking -----------------------------------------------------------------------------------------------------

  /** Level of the host leaf of each page, 0 where there is none. */
  hostLevels(): number[] {
    return Array.from({ length: this.pages }, (_, page) => this.mm.pageTables.leafLevel(this.at(page)));
  }

  /** Level of the SPTE of each page, 0 where there is none. */
  spteLevels(): number[] {
    return Array.from({ length: this.pages }, (_, page) => this.kvm.tdp.spte(this.frame(page))?.level ?? 0);
  }

  /** Tables below the root of KVM's page table. */
  tdpTables(): number {
    const { tdp, machine } = this.kvm;
    const count = (table: typeof tdp.top): number => {
      let tables = 0;
      for (let index = 0; index < machine.geometry.entriesPerTable; index++) {
        if (table.kinds[index] === EntryKind.Table) tables += 1 + count(table.child(index));
      }
      return tables;
    };
    return count(tdp.top);
  }

  findingKinds(): string[] {
    return [
      ...this.machine.findings.list.map(({ kind }) => kind),
      ...this.sim.lockdep.findings.map(({ kind }) => `lockdep-${kind}`),
    ];
  }
}

/** Lets time pass until the condition holds: for a thread that has to come in at a certain moment of another one. */
export function* until(condition: () => boolean): Process {
  for (let ns = 0; !condition(); ns++) {
    if (ns === 1_000_000) throw new Error('what was waited for has not come within a millisecond');
    yield 1;
  }
}
