// The world of a question: one process, one mapping, one VM, a few pages. It is built anew for every schedule, so it has
// nothing that the question does not need.

import type { Process } from '../engine/process.ts';
import type { KvmCosts } from '../kvm/costs.ts';
import { collapsedHandlers } from '../kvm/handlers/index.ts';
import { Kvm } from '../kvm/kvm.ts';
import { Memslot } from '../kvm/memslot.ts';
import { registerKvm } from '../kvm/mmu-notifier-client.ts';
import { tdpMmu } from '../kvm/tdp.ts';
import { costDescriptions } from '../lab/cost-names.ts';
import { splitScheme } from '../lab/world.ts';
import { Geometry, gfn, type Hva, hva, type Level, PAGE_SIZE, pageOf } from '../mm/address.ts';
import { FindingLog } from '../mm/findings.ts';
import { Folio } from '../mm/folio.ts';
import { mapLeafAtOnce } from '../mm/hugetlb-rmap.ts';
import type { HugetlbVma } from '../mm/hugetlb-vma.ts';
import { fileIMmapRwsemClass } from '../mm/locks.ts';
import { createMachine, type Machine } from '../mm/machine.ts';
import { mapcountSchemes } from '../mm/mapcount/index.ts';
import { Mm } from '../mm/mm.ts';
import { AddressSpace } from '../mm/page-cache.ts';
import { addRmap } from '../mm/rmap.ts';
import type { Vma } from '../mm/vma.ts';
import type { ExplorationQuestion, ExploredOperation } from './exploration-types.ts';
import { ExploringSimulation } from './exploring-simulation.ts';
import { WrittenData } from './guest-memory.ts';
import { GuestVcpu } from './guest-vcpu.ts';
import { exploredOperation } from './operations.ts';
import { pagesOf } from './question.ts';
import type { Recorder } from './recorder.ts';
import { answerUserfaults, openUserfault } from './userfault-handler.ts';

/** Costs order nothing here. None is 0, so that no step is left out for being free. */
const unitCosts = Object.fromEntries(Object.keys(costDescriptions).map((name) => [name, 1])) as unknown as KvmCosts;

const levels = { '4k': 1, '2m': 2, '1g': 3 } as const;
const geometries = { 2: new Geometry(2), 3: new Geometry(3), 4: new Geometry(4) } as const;

export interface OperationResult {
  readonly operation: string;
  /** Null: it has not ended. */
  errno: string | 0 | null;
}

export interface WorldChecks {
  /** The order of locks. */
  readonly lockdep?: boolean;
  /** The checks of a run, at every step. */
  readonly stepChecks?: boolean;
}

export class SmallWorld {
  readonly question: ExplorationQuestion;
  readonly sim: ExploringSimulation;
  readonly machine: Omit<Machine<KvmCosts>, 'checks'> & { checks: boolean };
  readonly mm: Mm;
  readonly vma: Vma;
  readonly kvm: Kvm;
  readonly pages: number;
  readonly data: WrittenData;
  readonly vcpus: readonly GuestVcpu[];
  /** Of each thread of the question, in order; followers behind. */
  readonly results: OperationResult[] = [];

  constructor(
    question: ExplorationQuestion,
    recorder: Recorder,
    { lockdep = false, stepChecks = false }: WorldChecks = {},
  ) {
    recorder.startRun();
    this.question = question;
    this.sim = new ExploringSimulation(recorder, lockdep);
    const geometry = geometries[question.geometry.entries];
    // What a run checks at every step is checked here where a guest suffers from it, and at rest: see docs/decisions.
    const machine = createMachine<KvmCosts>({
      sim: this.sim,
      kernel: question.kernel,
      preemption: question.preemption,
      cpus: 4,
      geometry,
      costs: unitCosts,
      hugetlbMapcount: mapcountSchemes[question.mapcount],
      checks: stepChecks,
    });
    this.machine = { ...machine, findings: new FindingLog(true) };
    this.pages = pagesOf(question);
    this.mm = new Mm(this.machine);
    const start = hva(geometry.entryBytes(4));
    this.vma = this.#map(start, hva(start + this.pages * PAGE_SIZE));
    this.kvm = new Kvm({
      machine: this.machine,
      mm: this.mm,
      name: 'vm0',
      earlyRetryCheck: question.kernel !== '6.1',
      nxHugePages: false,
      mmu: tdpMmu,
    });
    this.kvm.memslots.push(new Memslot(gfn(0), this.pages, start));
    if (question.sptes === 'as-host') this.#mapSptes();
    registerKvm(this.kvm, collapsedHandlers[splitScheme(question.scheme).handler]);
    this.data = new WrittenData(recorder, this.kvm, this.pages);
    const { sim, kvm, data, pages } = this;
    this.vcpus = question.guest.map((touches, id) => new GuestVcpu({ kvm, sim, recorder, data, id, touches, pages }));
    const { mode, answered } = question.userfault;
    const ctx = openUserfault(this.vma, mode);
    for (const operation of question.operations) this.#startOperation(operation);
    for (const vcpu of this.vcpus) sim.spawn(`vcpu${vcpu.id}`, vcpu.run(), { cpu: vcpu.id });
    if (ctx !== null && answered) {
      sim.spawn('userfaults', answerUserfaults(ctx, this.vma), { cpu: 200, daemon: true });
    }
    sim.begun = true;
  }

  at(page: number): Hva {
    return hva(this.machine.geometry.entryBytes(4) + page * PAGE_SIZE);
  }

  // ---- Memory ----------------------------------------------------------------------------------------------------------

  #map(start: Hva, end: Hva): Vma {
    const { backing } = this.question;
    if (backing === 'anonymous') return this.#mapSmall(this.mm.mmapAnonymous(start, end), null);
    if (backing === 'shmem') {
      const mapping = new AddressSpace(this.machine, fileIMmapRwsemClass);
      return this.#mapSmall(this.mm.mmapShmem(start, end, mapping), mapping);
    }
    return this.#mapHugetlb(start, end, backing === 'hugetlb-1g' ? 3 : 2);
  }

  #mapHugetlb(start: Hva, end: Hva, hstateLevel: Level): HugetlbVma {
    const { machine, question, mm } = this;
    const mapping = new AddressSpace(machine);
    const { version } = question.hgm;
    const vma = mm.mmapHugetlb({ start, end, mapping, hstateLevel, shared: true, hgmVersion: version });
    vma.highGranularity = true;
    for (let index = 0; index < question.geometry.blocks; index++) {
      mapping.add(index, new Folio(machine, machine.memory.allocate(hstateLevel), hstateLevel, true));
      // Made here, so that it does not matter who is the first to want it.
      machine.hugetlbFaultMutexes.of(mapping, index);
    }
    if (question.mapped === 'none') return vma;
    const level = levels[question.mapped];
    this.#forEachLeaf(level, (page) => {
      const folio = mapping.folio(vma.cacheIndex(this.at(page)));
      const table = mm.pageTables.tableAt(this.at(page), level);
      if (folio !== undefined) mapLeafAtOnce(vma, folio, table, machine.geometry.index(pageOf(this.at(page)), level));
    });
    return vma;
  }

  /** Anonymous or shmem memory: folios of 4K or of the size of a PMD entry. */
  #mapSmall<V extends Vma>(vma: V, mapping: AddressSpace | null): V {
    const { machine, question, mm } = this;
    const { geometry } = machine;
    const folioPages = geometry.pagesPer[levels[question.folios]];
    const folios: (Folio | undefined)[] = [];
    const folioAt = (page: number): Folio => {
      const first = page - (page % folioPages);
      const folio =
        folios[first] ??
        new Folio(machine, machine.memory.allocate(levels[question.folios]), levels[question.folios], false);
      if (folios[first] === undefined) {
        if (mapping === null) folio.changeRefs(-1);
        else mapping.add(first, folio, folioPages);
      }
      folios[first] = folio;
      return folio;
    };
    if (mapping !== null)
      for (let page = 0; page < this.pages; page++) if (!question.holes.includes(page)) folioAt(page);
    if (question.mapped === 'none') return vma;
    const level = levels[question.mapped];
    this.#forEachLeaf(level, (page) => {
      const folio = folioAt(page);
      const table = mm.pageTables.tableAt(this.at(page), level);
      table.setLeaf(geometry.index(pageOf(this.at(page)), level), folio.firstPfn + (page % folioPages), true);
      addRmap(folio, page % folioPages, level);
      folio.changeRefs(1);
    });
    return vma;
  }

  #forEachLeaf(level: Level, visit: (page: number) => void): void {
    const leafPages = this.machine.geometry.pagesPer[level];
    for (let page = 0; page < this.pages; page += leafPages) if (!this.question.holes.includes(page)) visit(page);
  }

  #mapSptes(): void {
    const { kvm, mm, machine } = this;
    for (let page = 0; page < this.pages; ) {
      const level = mm.pageTables.leafLevel(this.at(page));
      const host = mm.pageTables.translate(this.at(page));
      if (level !== 0 && host !== null) {
        const writable = host.writable && !this.question.readOnlySptes.includes(page);
        kvm.tdp.tableAt(gfn(page), level).setLeaf(machine.geometry.index(page, level), host.pfn, writable);
      }
      page += level === 0 ? 1 : machine.geometry.pagesPer[level];
    }
  }

  // ---- Threads ---------------------------------------------------------------------------------------------------------

  #startOperation(operation: ExploredOperation): void {
    const chain: ExploredOperation[] = [];
    for (let at: ExploredOperation | undefined = operation; at !== undefined; at = at.next) chain.push(at);
    const results = chain.map((one): OperationResult => ({ operation: one.operation, errno: null }));
    this.results.push(...results);
    const number = this.sim.threads.length;
    const name = `${operation.operation}${this.question.operations.length > 1 ? ` ${number}` : ''}`;
    this.sim.spawn(name, this.#runAll(chain, results), { cpu: 100 + number });
  }

  *#runAll(chain: readonly ExploredOperation[], results: readonly OperationResult[]): Process<void> {
    for (const [at, operation] of chain.entries()) {
      (results[at] as OperationResult).errno = yield* exploredOperation(this, operation);
    }
  }
}
