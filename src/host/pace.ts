import type { Window } from './window.ts';

/** From one touch to the next: the time in which no vCPU stood still, for each touch. */
export function touchNs(controls: readonly Window[], ticksPerNs: number): number {
  let ticks = 0;
  let touches = 0;
  for (const window of controls) {
    const stalled = window.gaps.flat().reduce((sum, { from, to }) => sum + Number(to - from), 0);
    ticks += Number(window.end - window.start) * window.gaps.length - stalled;
    touches += window.touches;
  }
  return ticks / ticksPerNs / touches;
}
