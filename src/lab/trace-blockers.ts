// Who kept a vCPU out of a lock, and what he was at: from the records of waits, which name who held the lock as they began.

import type { LockUser } from './run-types.ts';
import { StretchIndex } from './trace-index.ts';
import {
  type LockWaitSpan,
  type Notice,
  type OperationSpan,
  type Told,
  type VcpuStretch,
  vcpuTask,
} from './trace-notices.ts';

/** What a task was at when the wait began: the innermost of what has a slice. Null: nothing that has one. */
export type BlockerSource = Notice | OperationSpan | VcpuStretch | null;

export interface Blocker {
  readonly how: 'holder' | 'queue';
  readonly lock: string;
  readonly by: LockUser;
  readonly source: BlockerSource;
}

export class Blockers {
  readonly #byTime: ReadonlyMap<string, LockWaitSpan>;
  readonly #waits: ByTask<LockWaitSpan>;
  readonly #notices: ByTask<Notice>;
  readonly #operations: ByTask<OperationSpan>;
  readonly #stretches: ByTask<VcpuStretch>;

  constructor({ lockWaits, notices, operations, stretches }: Told) {
    this.#byTime = new Map(lockWaits.map((wait) => [timeKey(wait.record.task, wait), wait]));
    this.#waits = new ByTask(lockWaits, ({ record }) => record.task);
    this.#notices = new ByTask(notices, ({ task }) => task);
    this.#operations = new ByTask(operations, ({ record }) => record.task);
    this.#stretches = new ByTask(stretches, ({ vcpu }) => vcpuTask(vcpu));
  }

  /** A vCPU stands still for a wait exactly as long as that lasts. */
  waitOf(stretch: VcpuStretch): LockWaitSpan | null {
    return this.#byTime.get(timeKey(vcpuTask(stretch.vcpu), stretch)) ?? null;
  }

  /** Null: several have held the lock, and the records do not say for which of them it was. */
  of(wait: LockWaitSpan, isMmuLock: boolean): Blocker | null {
    const { lock, mode, holders } = wait.record;
    const keptOutByQueue = mode === 'read' && holders.every((holder) => holder.mode === 'read');
    const by = keptOutByQueue ? this.#writerBefore(wait) : holderOf(wait);
    if (by === null) return null;
    return {
      how: keptOutByQueue ? 'queue' : 'holder',
      lock,
      by,
      source: this.#sourceOf(by.task, isMmuLock, wait.startNs),
    };
  }

  /** The next writer in the queue ahead, over the readers between. Each of them names who stood before him. */
  #writerBefore(wait: LockWaitSpan): LockUser | null {
    let before = wait.record.queuedBehind;
    const passed = new Set<string>();
    while (before !== null && before.mode === 'read') {
      if (passed.has(before.task)) return null;
      passed.add(before.task);
      const { task } = before;
      before =
        this.#waits.at(task, wait.startNs, ({ record }) => record.lock === wait.record.lock)?.record.queuedBehind ??
        null;
    }
    return before;
  }

  /** A thread that notifies takes mmu_lock for the notification; other locks it holds for all of its operation. */
  #sourceOf(task: string, isMmuLock: boolean, atNs: number): BlockerSource {
    const notice = isMmuLock ? this.#notices.at(task, atNs) : null;
    return notice ?? this.#operations.at(task, atNs) ?? this.#stretches.at(task, atNs);
  }
}

const timeKey = (task: string, { startNs, endNs }: { readonly startNs: number; readonly endNs: number }): string =>
  `${startNs} ${endNs} ${task}`;

/** The only one, or of several the one who let the waiter in. */
function holderOf({ record: { holders, moreHolders, releasedBy } }: LockWaitSpan): LockUser | null {
  const [only] = holders;
  if (only !== undefined && holders.length + moreHolders === 1) return only;
  return holders.find(({ task }) => task === releasedBy) ?? null;
}

class ByTask<S extends { readonly startNs: number; readonly endNs: number }> {
  readonly #byTask: ReadonlyMap<string, StretchIndex<S>>;

  constructor(stretches: readonly S[], taskOf: (stretch: S) => string) {
    this.#byTask = new Map(
      [...Map.groupBy(stretches, taskOf)].map(([task, own]) => [task, new StretchIndex(own)] as const),
    );
  }

  /** The one that began last of those that were under way. */
  at(task: string, atNs: number, fits: (stretch: S) => boolean = () => true): S | null {
    return (
      this.#byTask
        .get(task)
        ?.overlapping(atNs, atNs + 1)
        .findLast(fits) ?? null
    );
  }
}
