// The process that measures. It is told a plan, answers with a measurement, and ends; it also ends when its parent does.

import { writeFileSync } from 'node:fs';
import { HostError } from './host-error.ts';
import { PR_SET_PDEATHSIG } from './linux.ts';
import { measure } from './measure.ts';
import type { MeasureMessage } from './measure-process.ts';
import type { MeasurementPlan } from './measurement-plan.ts';
import { System } from './system.ts';

const SIGKILL = 9;
/** Least share of the sessions beside it: the scheduler knows no more than this. */
const NICENESS = -20;

process.once('message', (plan: MeasurementPlan) => void answer(plan));
process.once('disconnect', () => process.exit(1));

async function answer(plan: MeasurementPlan): Promise<void> {
  try {
    const system = await System.load();
    system.call('prctl', [PR_SET_PDEATHSIG, SIGKILL]);
    takePrecedence();
    const measurement = await measure(plan, {
      onRepetition: (done, total) => void say({ kind: 'progress', done, total }),
    });
    await say({ kind: 'measured', measurement });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isBug = !(error instanceof HostError);
    await say({
      kind: 'failed',
      missing: !isBug,
      message: isBug && error instanceof Error ? `${error.stack}` : message,
    });
  }
  process.exit(0);
}

/**
 * A vCPU that waits for a CPU stands still, and nobody can tell that from a stall. This process is alone in its session, so
 * its autogroup is its own and goes with it. Where there are no autogroups, or no right to it, more repetitions are dropped.
 */
function takePrecedence(): void {
  try {
    writeFileSync('/proc/self/autogroup', `${NICENESS}\n`);
  } catch {
    // Not fatal: see above.
  }
}

function say(message: MeasureMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}
