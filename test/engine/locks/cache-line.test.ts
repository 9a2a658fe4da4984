import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CacheLine } from '../../../src/engine/locks/cache-line.ts';
import type { Process } from '../../../src/engine/process.ts';
import { Simulation } from '../../../src/engine/simulation.ts';

const costs = { hotNs: 5, transferNs: 100 };

test('cache line: one CPU: the first access fetches the line, the next ones are hot', () => {
  const sim = new Simulation({ seed: 1 });
  const line = new CacheLine(sim, costs);
  const paid: number[] = [];
  sim.spawn(
    'cpu 3',
    (function* (): Process {
      for (let n = 0; n < 3; n++) {
        const ns = line.access(3);
        paid.push(ns);
        yield* sim.spend(ns + 50);
      }
    })(),
  );
  sim.run();
  expect(paid).toEqual([100, 5, 5]);
  expect([line.accesses, line.waitedNs]).toEqual([3, 0]);
});

test('cache line: n CPUs at one instant: the k-th pays k transfers', () => {
  const sim = new Simulation({ seed: 1 });
  const line = new CacheLine(sim, costs);
  const paid: number[] = [];
  for (let cpu = 0; cpu < 5; cpu++) {
    sim.spawn(
      `cpu ${cpu}`,
      (function* (): Process {
        yield 10;
        const ns = line.access(sim.current.cpu);
        paid.push(ns);
        yield* sim.spend(ns);
      })(),
    );
  }
  sim.run();
  expect(paid).toEqual([100, 200, 300, 400, 500]);
  expect(line.waitedNs).toBe(0 + 100 + 200 + 300 + 400);
  expect(sim.now).toBe(510);
});

test('cache line: saturated by n CPUs: one access a transfer, whoever makes it', () => {
  const cpus = 8;
  const laps = 50;
  const sim = new Simulation({ seed: 1 });
  const line = new CacheLine(sim, costs);
  for (let cpu = 0; cpu < cpus; cpu++) {
    sim.spawn(
      `cpu ${cpu}`,
      (function* (): Process {
        for (let n = 0; n < laps; n++) yield* sim.spend(line.access(cpu));
      })(),
    );
  }
  sim.run();
  expect(sim.now).toBe(cpus * laps * costs.transferNs);
  expect(line.accesses).toBe(cpus * laps);
});

test('cache line: random accesses: the times of a queue that is served one by one', () => {
  const plan = fc.array(fc.record({ cpu: fc.nat({ max: 3 }), gapNs: fc.integer({ min: 0, max: 250 }) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(plan, (accesses) => {
      const sim = new Simulation({ seed: 1 });
      const line = new CacheLine(sim, costs);
      const finished: number[] = [];
      sim.spawn(
        'arrivals',
        (function* (): Process {
          for (const { cpu, gapNs } of accesses) {
            yield* sim.spend(gapNs);
            finished.push(sim.now + line.access(cpu));
          }
        })(),
      );
      sim.run();

      // The line as a server: it takes the next one when it is through with the one before.
      let arrival = 0;
      let idleAt = 0;
      let owner = -1;
      const expected = accesses.map(({ cpu, gapNs }) => {
        arrival += gapNs;
        idleAt = Math.max(arrival, idleAt) + (cpu === owner ? costs.hotNs : costs.transferNs);
        owner = cpu;
        return idleAt;
      });
      expect(finished).toEqual(expected);
    }),
  );
});

test('cache line: costs that are no durations: refused', () => {
  const sim = new Simulation({ seed: 1 });
  expect(() => new CacheLine(sim, { hotNs: -1, transferNs: 1 })).toThrow('cache line');
  expect(() => new CacheLine(sim, { hotNs: 1, transferNs: 0.5 })).toThrow('cache line');
});
