import type { RunSpec } from '../../src/lab/comparison.ts';
import type { RunResult } from '../../src/lab/run-types.ts';

/** A result that fits the run, quiet but for what is given. */
export function resultOf(run: RunSpec, given: Partial<RunResult> & { stalls?: readonly number[] } = {}): RunResult {
  const { stalls = [], ...rest } = given;
  return {
    scheme: run.scheme,
    mapcount: run.mapcount,
    seed: run.seed,
    stallsNs: Float64Array.from(stalls),
    stallByCauseNs: {},
    spinNs: 0,
    sleepNs: 0,
    blackout: { count: 0, maxNs: 0, totalNs: 0 },
    operations: [],
    notifier: { sections: 0, startNs: 0, openNs: 0, collapsed: 0 },
    faults: { total: 0, retries: 0, spurious: 0, userfault: 0 },
    tlbFlushes: 0,
    seqBumps: 0,
    hugeRecoveryNs: 0,
    guest: { touches: 0, throughputLoss: 0 },
    findings: [],
    counters: {},
    simulatedNs: 0,
    events: 0,
    ...rest,
  };
}
