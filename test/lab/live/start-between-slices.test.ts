import { expect, test } from 'vitest';
import type { LiveSimulation } from '../../../src/lab/live/live-simulation.ts';
import { advance, live } from './live.ts';

/** All miss at once, at time 0, and meet at the locks. */
const world = {
  vm: { vcpus: 8, memory: '4MiB', backing: 'anonymous', mapped: 'none' },
  guest: { pattern: 'uniform' },
};

const seen = (simulation: LiveSimulation): string => {
  advance(simulation, { until: 'operations-done' });
  advance(simulation, { by: '20us' });
  return JSON.stringify([simulation.state(), simulation.stalls(), simulation.mappings()]);
};

test.each(['munmap', 'migrate-pages', 'madv-collapse'])(
  'start of %s: wherever a slice has cut an instant: the same as when all that was due then has been done',
  (operation) => {
    for (let events = 1; events < 20; events += 2) {
      const sliced = live(world);
      sliced.advance({ untilNs: 1e9 }, { events });
      const whole = live(world);
      whole.advance({ untilNs: sliced.simTimeNs });
      sliced.start({ operation });
      whole.start({ operation });
      expect(sliced.events).toBe(whole.events);
      expect(seen(sliced)).toBe(seen(whole));
    }
  },
);
