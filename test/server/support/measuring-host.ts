// Hosts with a KVM that nothing has to be there for.

import type { Measurement } from '../../../src/host/measure.ts';
import type { MeasuringHost } from '../../../src/server/measurement-service.ts';

const window = {
  start: 0n,
  end: 1_000_000n,
  gaps: [[{ from: 10n, to: 5_010n, address: 0 }]],
  lostGaps: 0,
  touches: 100,
  runDelayNs: 0,
  dispatches: 0,
  efaults: 0,
  kvm: null,
  kernelEvents: null,
};

const repetition = {
  control: window,
  operation: window,
  time: { start: 0n, end: 4_000n, errno: null },
  operatorDelayNs: 0,
};

/** Two repetitions, one stall of 5 us each, at once. */
export const quickHost: MeasuringHost = {
  missing: () => null,
  measure: async (plan, { onRepetition } = {}) => {
    onRepetition?.(1, 2);
    onRepetition?.(2, 2);
    const samples = plan.places.map((place) => ({ place, repetitions: [repetition, repetition], dropped: 0 }));
    const nothing = { guestLeadTicks: 0n, cpus: null, around: null, kernelEvents: null };
    return { plan, samples, ticksPerNs: 1, wallMs: 1, ...nothing } satisfies Measurement;
  },
};

/** One that is at it until it is told to stop. */
export const endlessHost: MeasuringHost = {
  missing: () => null,
  measure: (_, { signal } = {}) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    }),
};

/** One that does not even stop when it is told to, until `release` is called. */
export function stubbornHost(): MeasuringHost & { release(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    missing: () => null,
    measure: () => promise.then(() => Promise.reject(new Error('released'))),
    release: resolve,
  };
}
