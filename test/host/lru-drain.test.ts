import { describe, expect, it, onTestFinished } from 'vitest';
import { HUGE_PAGE } from '../../src/host/linux.ts';
import { LruDrain } from '../../src/host/lru-drain.ts';
import { System } from '../../src/host/system.ts';
import { noSystem, smaps } from './support.ts';

describe('LruDrain', () => {
  it('run: the collapse is carried out, or the kernel would not come to the draining', async ({ skip }) => {
    if (noSystem !== null) skip(noSystem);
    const drain = new LruDrain(await System.load());
    onTestFinished(() => drain.close());
    expect(smaps(drain.address, 'AnonHugePages')).toBe(0);
    drain.run();
    drain.run();
    expect(smaps(drain.address, 'AnonHugePages')).toBe(HUGE_PAGE);
  });
});
