import { describe, expect, it } from 'vitest';
import { EventRoom, eventsWithin } from '../../../src/host/kernel-events/window-events.ts';

const event = (ns: bigint) => ({ name: 'tlb_flush', ns, cpu: 1, task: 'vcpu 0', fields: {} });

describe('eventsWithin', () => {
  it('two readings of both clocks: events lie on the line between them, those outside of the window are left out', () => {
    const readings = [
      { ticks: 10_000n, ns: 500n },
      { ticks: 12_500n, ns: 1_500n },
    ] as const;
    const recorded = { events: [event(500n), event(700n), event(1_100n), event(1_500n)], lost: 3 };
    const { events, dropped } = eventsWithin(recorded, readings, { start: 10_500n, end: 12_500n });
    expect(events.map(({ at }) => at)).toEqual([10_500n, 11_500n]);
    expect(dropped).toBe(3);
    expect(events[0]).toEqual({ name: 'tlb_flush', at: 10_500n, cpu: 1, task: 'vcpu 0', fields: {} });
  });
});

describe('EventRoom', () => {
  const window = (events: number, dropped = 0) => ({
    kernelEvents: {
      events: Array.from({ length: events }, (_, index) => ({ ...event(0n), at: BigInt(index) })),
      dropped,
    },
  });

  it('more events than room: the first are kept, and the others counted', () => {
    const room = new EventRoom(5);
    const kept = [window(3), window(4, 1), window(2)].map((one) => room.keep(one).kernelEvents);
    expect(kept.map(({ events, dropped }) => [events.length, dropped])).toEqual([
      [3, 0],
      [2, 3],
      [0, 2],
    ]);
    expect(kept[1]!.events.map(({ at }) => at)).toEqual([0n, 1n]);
  });

  it('a window without events: as it is', () => {
    const none = { kernelEvents: null };
    expect(new EventRoom().keep(none)).toBe(none);
  });
});
