// Who holds mmu_lock and who had to wait for whom, counted beside the lock itself (reference L.4, L.11).

import type { FindingKind } from '../mm/finding-kinds.ts';
import type { Kvm } from './kvm.ts';

export class MmuLockWatch {
  readonly #kvm: Kvm;
  #readers = 0;
  #writers = 0;
  #writersCame = 0;
  #writersWent = 0;

  constructor(kvm: Kvm) {
    this.#kvm = kvm;
  }

  /** Somebody asks for the lock. Returns what `entered` takes: the writers that have come before. */
  came(write: boolean): number {
    const before = this.#writersCame;
    if (write) this.#writersCame += 1;
    return before;
  }

  /** It is his. A writer excludes everybody, and nobody passes a writer who waited before him. */
  entered(write: boolean, before: number): void {
    if (this.#writersWent < before) {
      const waiting = before - this.#writersWent;
      this.#report('writer-overtaken', `a ${name(write)} got mmu_lock before ${waiting} writers that came before it`);
    }
    if (write) {
      this.#writers += 1;
      this.#writersWent += 1;
    } else this.#readers += 1;
    if (this.#writers > 1 || (this.#writers === 1 && this.#readers > 0)) {
      const message = `mmu_lock is held by ${this.#writers} writers and ${this.#readers} readers at once`;
      this.#report('mmu-lock-shared', message);
    }
  }

  left(write: boolean): void {
    if (write) this.#writers -= 1;
    else this.#readers -= 1;
  }

  #report(kind: FindingKind, message: string): void {
    const { findings, sim } = this.#kvm.machine;
    const { name: task } = sim.current;
    findings.add({ kind, message, simTimeNs: sim.now, evidence: { task } }, { tasks: [task] });
  }
}

const name = (write: boolean): string => (write ? 'writer' : 'reader');
