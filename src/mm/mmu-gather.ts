import { probe } from '../engine/probe.ts';
import type { Process } from '../engine/process.ts';
import type { FindingKind } from './finding-kinds.ts';
import type { Folio } from './folio.ts';
import { putMapping } from './free-folio.ts';
import type { Mm } from './mm.ts';
import { cpuTlbShootdown } from './tlb.ts';

/** MAX_GATHER_BATCH_COUNT batches of about 510 pages, and one page of table pointers (G12, reference G.7). */
const PAGE_LIMIT = 19 * 510;
const TABLE_LIMIT = 510;

/**
 * What an operation has unmapped and may free only after the CPU TLBs have forgotten it: references of folios, one for
 * each leaf, and pages of page tables.
 *
 * Models struct mmu_gather, mm/mmu_gather.c: tlb_remove_page(), tlb_remove_table(), tlb_flush_mmu(), tlb_flush_mmu_tlbonly(), tlb_finish_mmu().
 */
export class MmuGather {
  readonly #mm: Mm;
  readonly #refs = new Map<Folio, number>();
  #lastFolio: Folio | null = null;
  #lastRefs = 0;
  #pages = 0;
  #tables = 0;
  #needsFlush = false;
  /** The interrupts of all CPUs that there had been when the last page, or table, was queued. */
  #pageSyncs = -1;
  #tableSyncs = -1;

  constructor(mm: Mm) {
    this.#mm = mm;
  }

  /** Queues one reference of `folio`. True: the batch is full, and the caller must flush before it queues another. */
  removePage(folio: Folio): boolean {
    this.#needsFlush = true;
    if (folio !== this.#lastFolio) this.#noteLast(folio);
    this.#lastRefs += 1;
    this.#pages += 1;
    this.#pageSyncs = this.#mm.cpuSyncs;
    return this.#pages >= PAGE_LIMIT;
  }

  /** Leaves come folio by folio: the one under way is counted beside the map. */
  #noteLast(next: Folio | null): void {
    if (this.#lastFolio !== null)
      this.#refs.set(this.#lastFolio, (this.#refs.get(this.#lastFolio) ?? 0) + this.#lastRefs);
    this.#lastFolio = next;
    this.#lastRefs = 0;
  }

  /** A number for what is queued: what a procedure leaves in it is a part of its result. */
  get content(): number {
    let content = this.#pages * 64 + this.#tables * 2 + (this.#needsFlush ? 1 : 0);
    for (const [folio, refs] of this.#refs) content = Math.imul(content, 31) + folio.firstPfn * 8 + refs;
    return Math.imul(content, 31) + (this.#lastFolio?.firstPfn ?? 0) * 8 + this.#lastRefs;
  }

  /** An entry was cleared whose reference stays: the CPUs must forget it all the same. */
  noteCleared(): void {
    this.#needsFlush = true;
  }

  /** Queues one page of a page table. True: flush before another. */
  removeTable(): boolean {
    this.#needsFlush = true;
    this.#tables += 1;
    this.#tableSyncs = this.#mm.cpuSyncs;
    return this.#tables >= TABLE_LIMIT;
  }

  /** tlb_flush_mmu_tlbonly(): the CPUs forget what has been queued since they last did; nothing is freed yet. */
  *flushTlb(): Process<void> {
    if (this.#needsFlush) yield* cpuTlbShootdown(this.#mm);
    this.#needsFlush = false;
  }

  /** tlb_flush_mmu(), because a batch of pages is full: the CPUs forget, then references and tables go. */
  *forcedFlush(): Process<void> {
    this.#mm.machine.work.forcedFlushes += 1;
    yield* this.#flush();
  }

  /** tlb_table_flush(), because a batch of tables is full: the pages stay queued. */
  *tableFlush(): Process<void> {
    this.#mm.machine.work.forcedFlushes += 1;
    yield* this.flushTlb();
    yield* this.#freeTables();
  }

  /** tlb_finish_mmu(). */
  *finish(): Process<void> {
    if (!this.#needsFlush && this.#pages === 0 && this.#tables === 0) return;
    if (probe !== null) probe.enter();
    yield* this.#flush();
    if (probe !== null) probe.leave(0);
  }

  *#flush(): Process<void> {
    const { sim } = this.#mm.machine;
    yield* this.flushTlb();
    // Each put is an atomic of its own on the head page, and meets there whoever else uses the folio: GUP of a vCPU
    // that spins, in kernels without the early retry check.
    const { cpu } = sim.current;
    this.#noteLast(null);
    if (this.#pages > 0 && this.#pageSyncs === this.#mm.cpuSyncs) {
      this.#report('stale-tlb', `${this.#pages} pages are given up, and CPUs may still translate to them`);
    }
    for (const [folio, refs] of this.#refs) {
      for (let i = 0; i < refs; i++) {
        const ns = putMapping(folio, cpu);
        if (!sim.elapse(ns)) yield ns;
      }
    }
    this.#refs.clear();
    this.#pages = 0;
    yield* this.#freeTables();
  }

  *#freeTables(): Process<void> {
    const { sim, costs, work } = this.#mm.machine;
    if (this.#tables > 0 && this.#tableSyncs === this.#mm.cpuSyncs) {
      this.#report('table-freed-early', `${this.#tables} page tables are freed, and CPUs may still walk them`);
    }
    yield* sim.spend(this.#tables * costs.tableFreeNs);
    work.tablesFreed += this.#tables;
    this.#tables = 0;
  }

  #report(kind: FindingKind, message: string): void {
    const { findings, sim } = this.#mm.machine;
    const evidence = { pages: this.#pages, tables: this.#tables };
    findings.add({ kind, message, simTimeNs: sim.now, evidence }, { tasks: [sim.current.name] });
  }
}
