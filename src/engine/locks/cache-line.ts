// A cache line that several CPUs write with atomic operations. It is with one CPU at a time: who has it pays little, who
// has not waits for everybody before it and then for the transfer.
//
// The queue is arithmetic. Accesses come in order of time, because processes run in it, so the end of the last one is all
// that the next one needs to know.

import { assert } from '../assert.ts';
import { isSimTime, type SimTimeNs } from '../sim-time.ts';
import type { Simulation } from '../simulation.ts';

export interface CacheLineCosts {
  /** An atomic operation on a line that is in the own cache. */
  readonly hotNs: SimTimeNs;
  /** The same, with the line fetched from another CPU. */
  readonly transferNs: SimTimeNs;
}

const NOBODY = -1;

export class CacheLine {
  accesses = 0;
  /** Time spent behind others, without the accesses themselves. */
  waitedNs = 0;
  private readonly sim: Simulation;
  private readonly hotNs: SimTimeNs;
  private readonly transferNs: SimTimeNs;
  private owner = NOBODY;
  private busyUntilNs: SimTimeNs = 0;

  constructor(sim: Simulation, costs: CacheLineCosts) {
    assert(isSimTime(costs.hotNs) && isSimTime(costs.transferNs), 'cache line: costs are non-negative integers');
    this.sim = sim;
    this.hotNs = costs.hotNs;
    this.transferNs = costs.transferNs;
  }

  /** The ns from now until this atomic operation has finished. The caller spends them. */
  access(cpu: number): SimTimeNs {
    const now = this.sim.now;
    const start = Math.max(now, this.busyUntilNs);
    const finish = start + (this.owner === cpu ? this.hotNs : this.transferNs);
    this.owner = cpu;
    this.busyUntilNs = finish;
    this.accesses++;
    this.waitedNs += start - now;
    return finish - now;
  }
}
