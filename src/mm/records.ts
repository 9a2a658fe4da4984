import type { Observable } from 'rxjs';
import type { LockClass } from '../engine/locks/lock-class.ts';
import { LOCK_WAITS, nobodyNoted, type WaitNote } from '../engine/locks/wait-note.ts';
import type { RecordBus, RecordChannel } from '../engine/records.ts';
import type { Hva } from './address.ts';

/** What mm tells those who watch. A closed union: every record says what happened and when. */
export type MmEvent =
  | {
      readonly type: 'range-start' | 'range-started' | 'range-end' | 'collapsed' | 'collapsed-handled';
      readonly simTimeNs: number;
      /** Of the thread that changes the page tables. */
      readonly task: string;
      readonly section: number;
      readonly start: Hva;
      readonly end: Hva;
    }
  | {
      readonly type: 'cpu-shootdown';
      readonly simTimeNs: number;
      readonly task: string;
      readonly kicked: number;
      readonly durationNs: number;
    };

/** A task has waited for a lock that somebody else held, or for an event. */
export interface LockWait extends WaitNote {
  readonly simTimeNs: number;
  readonly lock: string;
  readonly task: string;
  readonly waitedNs: number;
}

/** A fault sleeps until userspace has put its page in place, or goes on. */
export interface UserfaultEvent {
  readonly type: 'wait' | 'wake';
  readonly simTimeNs: number;
  /** As userspace was told it. */
  readonly address: Hva;
  /** Of the thread that has faulted. */
  readonly cpu: number;
}

/** The stream of mm. Nobody subscribed: `channel.observed` is false and no record is built. */
export class MmEvents {
  readonly channel: RecordChannel<MmEvent>;
  readonly lockWaits: RecordChannel<LockWait>;
  readonly userfaults: RecordChannel<UserfaultEvent>;

  /** `mm` tells the streams of several processes on one bus apart; waits for locks are one stream. */
  constructor(bus: RecordBus, mm: number) {
    this.channel = bus.channel<MmEvent>(`mm${mm}`);
    this.lockWaits = bus.channel<LockWait>(LOCK_WAITS);
    this.userfaults = bus.channel<UserfaultEvent>(`mm${mm}.userfault`);
  }

  userfault(type: UserfaultEvent['type'], simTimeNs: number, address: Hva, cpu: number): void {
    if (this.userfaults.observed) this.userfaults.publish({ type, simTimeNs, address, cpu });
  }

  /** Called by whoever owns the task: the engine tells it of each wait that has ended. */
  lockWait(task: string, lockClass: LockClass, sinceNs: number, untilNs: number, note: WaitNote | null): void {
    if (!this.lockWaits.observed) return;
    const waited = { simTimeNs: untilNs, lock: lockClass.name, task, waitedNs: untilNs - sinceNs };
    this.lockWaits.publish({ ...waited, ...(note ?? nobodyNoted()) });
  }

  get events$(): Observable<MmEvent> {
    return this.channel.stream$;
  }
}
