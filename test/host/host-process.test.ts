// What happens around the measuring process. None of it needs a guest.

import { describe, expect, it } from 'vitest';
import { HostError } from '../../src/host/host-error.ts';
import { measureInProcess } from '../../src/host/host-process.ts';
import { planMeasurement } from '../../src/host/measurement-plan.ts';
import { childrenOf } from '../support/processes.ts';

const plan = planMeasurement({ operation: 'nothing' });
const linux = process.platform === 'linux';

describe('measureInProcess', () => {
  it('a reason to stop from the beginning: rejects with it, and no process is started', async () => {
    const reason = new Error('enough');
    await expect(measureInProcess(plan, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    if (linux) expect(childrenOf(process.pid)).toEqual([]);
  });

  it('a process that is not done in time: ended, with a HostError that says so', async () => {
    const running = measureInProcess({ ...plan, timeNs: 1e6 }, {}, 0);
    await expect(running).rejects.toThrow(/not done after 1 s/);
    await expect(running).rejects.toBeInstanceOf(HostError);
    if (linux) expect(childrenOf(process.pid)).toEqual([]);
  });

  it('more memory than there is: a HostError with both numbers, and the process is gone', async ({ skip }) => {
    if (!linux || process.arch !== 'x64') skip('this is not Linux on x64');
    const running = measureInProcess({ ...plan, memoryBytes: 2 ** 50 });
    await expect(running).rejects.toThrow(/are needed, and this host has \S+ left/);
    await expect(running).rejects.toBeInstanceOf(HostError);
    expect(childrenOf(process.pid)).toEqual([]);
  });
});
