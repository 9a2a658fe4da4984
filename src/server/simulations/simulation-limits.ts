// What live simulations may use up, told in the catalog. Those of one simulation's lists are the lab's.

import { liveLimits } from '../../lab/live/limits.ts';

export interface SimulationLimits {
  /** Simulations at once. Each has a thread. */
  readonly simulations: number;
  /** What the thread of one may take: its objects, and together with its typed arrays. */
  readonly memoryBytes: number;
  /** The highest budget that a scenario may ask for (`limits.events`). */
  readonly events: number;
  /** One that nobody has called or watched for so long is ended. */
  readonly idleMs: number;
  /** Events kept for the sockets of one simulation, and their size. */
  readonly logEvents: number;
  readonly logCharacters: number;
}

export const DEFAULT_SIMULATION_LIMITS: SimulationLimits = {
  simulations: 8,
  memoryBytes: 1024 * 1024 * 1024,
  events: 2_000_000_000,
  idleMs: 15 * 60 * 1000,
  logEvents: 65_536,
  logCharacters: 16 * 1024 * 1024,
};

/** How long an advance may keep its caller waiting, in real time. */
export const WAIT_MS = { default: 10_000, most: 60_000 } as const;

export const SPEED_MAX = 1000;

/** As the catalog has them. */
export const simulationCatalog = ({ simulations, memoryBytes, events, idleMs, ...log }: SimulationLimits) => ({
  limits: {
    simulations,
    memoryBytes,
    events,
    idleMs,
    ...log,
    operations: liveLimits.operations,
    keptStalls: liveLimits.keptStallsMax,
    keptRecords: liveLimits.keptRecordsMax,
    listItems: liveLimits.listItems,
    waitMs: WAIT_MS.most,
    speed: SPEED_MAX,
  },
});
