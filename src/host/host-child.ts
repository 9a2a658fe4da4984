// The process that measures or calibrates. It is told a task, answers with the outcome, and ends; it also ends when its parent
// does.

import { writeFileSync } from 'node:fs';
import { type Calibration, calibrate } from './calibration/calibrate.ts';
import { HostError } from './host-error.ts';
import type { HostMessage, HostTask } from './host-process.ts';
import { PR_SET_PDEATHSIG } from './linux.ts';
import { type Measurement, measure } from './measure.ts';
import { System } from './system.ts';

const SIGKILL = 9;
/** Least share of the sessions beside it: the scheduler knows no more than this. */
const NICENESS = -20;

const parent = process.ppid;

process.once('message', (task: HostTask) => void answer(task));
process.once('disconnect', () => process.exit(1));

async function answer(task: HostTask): Promise<void> {
  try {
    const system = await System.load();
    system.call('prctl', [PR_SET_PDEATHSIG, SIGKILL]);
    // One that has ended before that has sent no signal.
    if (process.ppid !== parent) process.exit(1);
    takePrecedence();
    await say({ kind: 'done', outcome: await carryOut(task) });
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

function carryOut(task: HostTask): Promise<Measurement | Calibration> {
  if (task.kind === 'calibrate') return calibrate();
  return measure(task.plan, { onRepetition: (done, total) => void say({ kind: 'progress', done, total }) });
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

function say(message: HostMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}
