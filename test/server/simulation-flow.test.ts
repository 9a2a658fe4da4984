import { describe, expect, it } from 'vitest';
import { Flow } from '../../src/server/simulations/flow.ts';

const MS = 1e6;

describe('flow of virtual time', () => {
  it('the target: the real time that has passed, times the speed', () => {
    const flow = new Flow(0.5, 100, 1000);
    expect([1000, 1010, 2000].map((realMs) => flow.targetNs(realMs))).toEqual([100, 100 + 5 * MS, 100 + 500 * MS]);
  });

  it('a very low speed: whole ns', () => {
    const flow = new Flow(1e-7, 0, 0);
    expect([5, 10, 25].map((realMs) => flow.targetNs(realMs))).toEqual([0, 1, 2]);
  });

  it('it keeps up: achieved is the speed after a second, and it is not behind', () => {
    const flow = new Flow(0.5, 0, 0);
    flow.moved(flow.targetNs(500), 500, true);
    expect(flow.pace()).toEqual({ speed: 0.5, achieved: null, behind: false });
    flow.moved(flow.targetNs(1000), 1000, true);
    expect(flow.pace()).toEqual({ speed: 0.5, achieved: 0.5, behind: false });
  });

  it('it does not keep up: behind, with the ratio of the last second alone', () => {
    const flow = new Flow(1, 0, 0);
    flow.moved(200 * MS, 1000, false);
    expect(flow.pace()).toEqual({ speed: 1, achieved: 0.2, behind: true });
    flow.moved(300 * MS, 2000, false);
    expect(flow.pace()).toEqual({ speed: 1, achieved: 0.1, behind: true });
  });

  it('more than half a second is owed: it is not made up for; less than that is', () => {
    const flow = new Flow(1, 0, 0);
    flow.moved(600 * MS, 1000, false);
    expect(flow.targetNs(1010)).toBe(1010 * MS);
    flow.moved(600 * MS, 1200, false);
    expect(flow.targetNs(1210)).toBe(610 * MS);
  });
});
