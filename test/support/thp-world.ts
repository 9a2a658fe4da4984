// A host and a VM over anonymous or shmem memory, built by hand: few pages, small tables, one memslot. The hugetlb world of
// world.ts has the costs and the helpers that do not care what the memory is.

import type { Process } from '../../src/engine/process.ts';
import { Simulation, type Task } from '../../src/engine/simulation.ts';
import type { KvmCosts } from '../../src/kvm/costs.ts';
import { type CollapsedHandlerId, collapsedHandlers } from '../../src/kvm/handlers/index.ts';
import { Kvm } from '../../src/kvm/kvm.ts';
import { Memslot } from '../../src/kvm/memslot.ts';
import { registerKvm } from '../../src/kvm/mmu-notifier-client.ts';
import { tdpMmu } from '../../src/kvm/tdp.ts';
import { Geometry, gfn, type Hva, hva, type Level, PAGE_SIZE, pageOf } from '../../src/mm/address.ts';
import type { AnonymousVma } from '../../src/mm/anonymous-vma.ts';
import type { Result } from '../../src/mm/errno.ts';
import { Folio } from '../../src/mm/folio.ts';
import { fileIMmapRwsemClass } from '../../src/mm/locks.ts';
import { createMachine, type KernelVersion, type Machine, WorkCounters } from '../../src/mm/machine.ts';
import { mapcountSchemes } from '../../src/mm/mapcount/index.ts';
import { Mm } from '../../src/mm/mm.ts';
import { notifierSchemes } from '../../src/mm/notifier-schemes/index.ts';
import type { NotifierId } from '../../src/mm/notifier-schemes/notifier-scheme.ts';
import { madvCollapse } from '../../src/mm/operations/madv-collapse.ts';
import { AddressSpace } from '../../src/mm/page-cache.ts';
import { checkPageCounts } from '../../src/mm/page-checkers.ts';
import { addRmap } from '../../src/mm/rmap.ts';
import type { ShmemVma } from '../../src/mm/shmem-vma.ts';
import { testCosts, WAKE_UP_NS } from './world.ts';

export interface ThpWorldOptions {
  readonly kind: 'anonymous' | 'shmem';
  readonly kernel?: KernelVersion;
  /** Blocks of the size of a PMD entry; a table has `entries`. */
  readonly blocks?: number;
  readonly entries?: number;
  /** Pages that have a folio and a PTE; all of them when absent. */
  readonly pages?: readonly number[];
  /** 2: one folio for each block. */
  readonly folios?: Level;
  readonly handler?: CollapsedHandlerId;
}

export class ThpWorld {
  readonly sim = new Simulation({ seed: 1, wakeUpNs: WAKE_UP_NS });
  readonly machine: Machine<KvmCosts>;
  readonly mm: Mm;
  readonly vma: AnonymousVma | ShmemVma;
  readonly mapping: AddressSpace;
  readonly kvm: Kvm;
  readonly slot: Memslot;
  #threads = 0;

  constructor(options: ThpWorldOptions) {
    const geometry = new Geometry(options.entries ?? 4);
    this.machine = createMachine({
      sim: this.sim,
      kernel: options.kernel ?? '6.12',
      preemption: 'voluntary',
      cpus: 4,
      geometry,
      costs: testCosts,
      hugetlbMapcount: mapcountSchemes.subpage,
    });
    this.mm = new Mm(this.machine);
    this.mapping = new AddressSpace(this.machine, fileIMmapRwsemClass);
    const start = hva(geometry.entryBytes(4));
    const end = hva(start + (options.blocks ?? 1) * geometry.entryBytes(2));
    this.vma =
      options.kind === 'anonymous' ? this.mm.mmapAnonymous(start, end) : this.mm.mmapShmem(start, end, this.mapping);
    this.kvm = new Kvm({
      machine: this.machine,
      mm: this.mm,
      name: 'vm0',
      earlyRetryCheck: true,
      nxHugePages: false,
      mmu: tdpMmu,
    });
    this.slot = new Memslot(gfn(0), (end - start) / PAGE_SIZE, start);
    this.kvm.memslots.push(this.slot);
    registerKvm(this.kvm, collapsedHandlers[options.handler ?? 'promote']);

    const chosen = options.pages ?? Array.from({ length: this.slot.pages }, (_, page) => page);
    for (const page of chosen) this.#mapPage(page, options.folios ?? 1);
    Object.assign(this.machine.work, new WorkCounters());
  }

  /** A PTE of the host and an SPTE for it. A folio is made with the first of its pages. */
  #mapPage(page: number, level: Level): void {
    const { geometry, memory } = this.machine;
    const pages = geometry.pagesPer[level];
    const first = page - (page % pages);
    let folio = this.folios.get(first);
    if (folio === undefined) {
      folio = new Folio(this.machine, memory.allocate(level), level, false);
      this.folios.set(first, folio);
      if (this.vma.kind === 'shmem') this.mapping.add(first, folio, pages);
      else folio.changeRefs(-1);
    }
    const table = this.mm.pageTables.tableAt(this.at(page), 1);
    table.setLeaf(geometry.index(pageOf(this.at(page)), 1), folio.firstPfn + page - first, true);
    addRmap(folio, page - first, 1);
    folio.changeRefs(1);
    const spte = this.kvm.tdp.tableAt(gfn(page), 1);
    spte.setLeaf(geometry.index(page, 1), folio.firstPfn + page - first, true);
  }

  /** Those that the world was built with, by the number of their first page. */
  readonly folios = new Map<number, Folio>();

  folio(page: number): Folio {
    const folio = this.folios.get(page);
    if (folio === undefined) throw new Error(`no folio begins at page ${page}`);
    return folio;
  }

  get work(): WorkCounters {
    return this.machine.work;
  }

  at(page: number): Hva {
    return hva(this.vma.start + page * PAGE_SIZE);
  }

  spawn<T>(name: string, process: Process<T>, delayNs = 0): Task<T> {
    return this.sim.spawn(name, process, { cpu: 100 + this.#threads++, delayNs });
  }

  run(): void {
    const outcome = this.sim.run({ events: 1_000_000 });
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind !== 'idle') throw new Error(`the run ended as ${JSON.stringify(outcome)}`);
  }

  /** madvise(MADV_COLLAPSE) on all of the memory. */
  collapse(scheme: NotifierId = 'range'): Process<Result> {
    const { mm, vma } = this;
    const chunkBytes = this.machine.geometry.entryBytes(2);
    return madvCollapse({ mm, start: vma.start, end: vma.end, scheme: notifierSchemes[scheme], chunkBytes });
  }

  /** Runs it to its end with all that was spawned. */
  collapsed(scheme: NotifierId = 'range'): Result {
    const task = this.spawn('collapse', this.collapse(scheme));
    this.run();
    return task.result as Result;
  }

  /** What `describe` says while `task` lives: each change once, in order. */
  watch(task: Task, describe: () => string): string[] {
    const seen: string[] = [];
    this.spawn(
      'watch',
      (function* watching(): Process {
        while (task.state !== 'ended') {
          if (describe() !== seen.at(-1)) seen.push(describe());
          yield 1;
        }
      })(),
    );
    return seen;
  }

  get hasOpenSection(): boolean {
    return this.mm.notifiers.openSections.size > 0;
  }

  hostLevels(): number[] {
    return Array.from({ length: this.slot.pages }, (_, page) => this.mm.pageTables.leafLevel(this.at(page)));
  }

  spteLevels(): number[] {
    return Array.from({ length: this.slot.pages }, (_, page) => this.kvm.tdp.spte(gfn(page))?.level ?? 0);
  }

  frames(): (number | null)[] {
    return Array.from(
      { length: this.slot.pages },
      (_, page) => this.mm.pageTables.translate(this.at(page))?.pfn ?? null,
    );
  }

  /** Kinds of all findings, those of the counts and of lockdep included. */
  findings(): string[] {
    checkPageCounts(this.machine);
    const kinds = this.machine.findings.list.map(({ kind }) => kind);
    return [...kinds, ...this.sim.lockdep.findings.map(({ kind }) => `lockdep-${kind}`)];
  }
}
