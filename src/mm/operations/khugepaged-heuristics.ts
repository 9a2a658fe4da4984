import type { Process } from '../../engine/process.ts';
import { hva, PAGE_SIZE, pfn } from '../address.ts';
import type { Mm } from '../mm.ts';
import type { PageTable } from '../page-table.ts';
import { pageMapcount } from '../rmap.ts';
import type { CollapseControl } from './collapse-control.ts';

/** Whether one block is worth a collapse, PTE by PTE: khugepaged asks it twice, madvise never. */
export class KhugepagedHeuristics {
  readonly #mm: Mm;
  readonly #control: CollapseControl;
  #none = 0;
  #referenced = 0;
  #shared = 0;

  constructor(mm: Mm, control: CollapseControl) {
    this.#mm = mm;
    this.#control = control;
  }

  /** A PTE is empty. False: one too many is. */
  countNone(): boolean {
    this.#none += 1;
    return this.#none <= this.#control.maxPtesNone;
  }

  /**
   * A PTE shows a page. False: one too many are mapped elsewhere as well, as after a fork: half of a table, which is what
   * max_ptes_shared is unless somebody has changed it.
   */
  countShared(table: PageTable, index: number): boolean {
    if (!this.#control.isKhugepaged) return true;
    const frame = pfn(table.pfns[index] ?? 0);
    const folio = this.#mm.machine.memory.folioOf(frame);
    if (folio !== undefined && pageMapcount(folio, frame - folio.firstPfn) > 1) this.#shared += 1;
    return this.#shared <= table.kinds.length / 2;
  }

  /**
   * Counts a present PTE if its page is young: to the host, or else to a secondary MMU.
   *
   * Context  Under the PTE lock: the notifier's callbacks do not sleep.
   */
  *countYoung(table: PageTable, index: number): Process<void> {
    if (!this.#control.isKhugepaged) return;
    const { machine, notifiers } = this.#mm;
    if (machine.memory.isOld(table.pfns[index] ?? 0)) {
      machine.work.youngTests += 1;
      if (!(yield* notifiers.testYoung(hva(table.firstPageOf(index) * PAGE_SIZE)))) return;
    }
    this.#referenced += 1;
  }

  /** One young page will do. */
  get isReferenced(): boolean {
    return !this.#control.isKhugepaged || this.#referenced > 0;
  }
}
