import { describe, expect, it } from 'vitest';
import { System } from '../../src/host/system.ts';
import { takeTurn } from '../../src/host/turn.ts';
import { noSystem } from './support.ts';

describe('takeTurn', () => {
  it('a second one: waits until the first has let go, and gives up in time', async ({ skip }) => {
    if (noSystem !== null) skip(noSystem);
    const system = await System.load();
    const letGo = await takeTurn(system);
    await expect(takeTurn(system, 1)).rejects.toThrow(/another measurement is running/);
    let isNext = false;
    const next = takeTurn(system).then((release) => {
      isNext = true;
      return release;
    });
    expect(isNext).toBe(false);
    letGo();
    (await next)();
  });
});
