import type { Observable } from 'rxjs';
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

/** The stream of mm. Nobody subscribed: `channel.observed` is false and no record is built. */
export class MmEvents {
  readonly channel: RecordChannel<MmEvent>;

  constructor(bus: RecordBus) {
    this.channel = bus.channel<MmEvent>('mm');
  }

  get events$(): Observable<MmEvent> {
    return this.channel.stream$;
  }
}
