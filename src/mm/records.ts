import type { Observable } from 'rxjs';
import type { LockClass } from '../engine/locks/lock-class.ts';
import type { RecordBus, RecordChannel } from '../engine/records.ts';
import type { Hva } from './address.ts';

/** What mm tells those who watch. A closed union: every record says what happened and when. */
export type MmEvent =
  | {
      readonly type: 'range-start' | 'range-started' | 'range-end' | 'collapsed' | 'collapsed-handled';
      readonly simTimeNs: number;
      readonly section: number;
      readonly start: Hva;
      readonly end: Hva;
    }
  | {
      readonly type: 'cpu-shootdown';
      readonly simTimeNs: number;
      readonly kicked: number;
      readonly durationNs: number;
    };

/** A task has waited for a lock that somebody else held. */
export interface LockWait {
  readonly simTimeNs: number;
  readonly lock: string;
  readonly task: string;
  readonly waitedNs: number;
}

/** The stream of mm. Nobody subscribed: `channel.observed` is false and no record is built. */
export class MmEvents {
  readonly channel: RecordChannel<MmEvent>;
  readonly lockWaits: RecordChannel<LockWait>;

  /** `mm` tells the streams of several processes on one bus apart; waits for locks are one stream. */
  constructor(bus: RecordBus, mm: number) {
    this.channel = bus.channel<MmEvent>(`mm${mm}`);
    this.lockWaits = bus.channel<LockWait>('lock-waits');
  }

  /** Called by whoever owns the task: the engine tells it of each wait that has ended. */
  lockWait(task: string, lockClass: LockClass, sinceNs: number, untilNs: number): void {
    if (!this.lockWaits.observed) return;
    this.lockWaits.publish({ simTimeNs: untilNs, lock: lockClass.name, task, waitedNs: untilNs - sinceNs });
  }

  get events$(): Observable<MmEvent> {
    return this.channel.stream$;
  }
}
