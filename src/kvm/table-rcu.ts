// Who may still be in a table that has been taken out of the tree (reference L.7). KVM hands such tables to RCU; the memory is
// used again when every walker that could have read the old entry has left. It takes no time: what matters is the order.

import type { Task } from '../engine/task.ts';
import type { TdpTable } from './tdp-table.ts';

interface Retired {
  readonly table: TdpTable;
  /** Walks with a lower number began before it was out of the tree. */
  readonly before: number;
}

/** Models rcu_read_lock() around the walks of the TDP MMU and call_rcu() of tdp_mmu_free_sp_rcu_callback(). */
export class TableRcu {
  /** Number of the walk by task, in the order of their start. */
  readonly #walks = new Map<Task, number>();
  #next = 0;
  #retired: Retired[] = [];

  readLock(task: Task): void {
    this.#walks.set(task, this.#next++);
  }

  readUnlock(task: Task): void {
    this.#walks.delete(task);
    if (this.#retired.length > 0) this.#endGracePeriods();
  }

  /** call_rcu(): the table is freed when all walks that are under way have ended. */
  retire(table: TdpTable): void {
    this.#retired.push({ table, before: this.#next });
    this.#endGracePeriods();
  }

  #endGracePeriods(): void {
    const oldest = this.#walks.values().next().value ?? Number.POSITIVE_INFINITY;
    let due = 0;
    for (
      let retired = this.#retired[due];
      retired !== undefined && retired.before <= oldest;
      retired = this.#retired[due]
    ) {
      retired.table.isFreed = true;
      due += 1;
    }
    if (due > 0) this.#retired.splice(0, due);
  }
}
