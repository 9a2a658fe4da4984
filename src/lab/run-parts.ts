// What a run consists of before anything has happened: the world, the timeline, and what derives stall windows from what the
// vCPUs say. Whoever drives it has the rest.

import { type StallWindow, StallWindows } from '../kvm/stall-windows.ts';
import { buildPostCopy, type PostCopy } from './post-copy/post-copy.ts';
import { reportLockdep } from './run-outcome.ts';
import type { RunInput } from './run-types.ts';
import { Timeline } from './timeline.ts';
import { buildWorld, vmOf, type World } from './world.ts';

export interface RunParts {
  readonly world: World;
  readonly stalls: StallWindows;
  readonly timeline: Timeline;
  readonly postCopy: PostCopy | null;
  /** Every thread gets ready: from here on the engine may run. */
  readonly start: () => void;
}

/** `closed` is told of every stall window, before those who observe the stream. */
export function buildRun(input: RunInput, closed: (window: StallWindow) => void): RunParts {
  const stalls = new StallWindows((window) => {
    closed(window);
    const channel = vmOf(world, window.vcpu)?.kvm.events.stalls;
    if (channel?.observed) channel.publish(window);
  });
  const world = buildWorld(input, {
    interval: (interval, { kvm }) => {
      stalls.add(interval);
      const channel = kvm.events.vcpuStates;
      if (channel.observed) channel.publish(interval);
    },
    resumed: (vcpu) => stalls.resume(vcpu),
  });
  const timeline = new Timeline(world, input);
  const postCopy = buildPostCopy(world, input);
  const start = (): void => {
    reportLockdep(world);
    for (const vm of world.vms) for (const vcpu of vm.vcpus) vcpu.start();
    timeline.start();
    postCopy?.start();
  };
  return { world, stalls, timeline, postCopy, start };
}
