// What the vCPUs are at, and the stall windows that are open.

import type { StallCause, StallWindow, StallWindows } from '../../kvm/stall-windows.ts';
import type { Vcpu } from '../../kvm/vcpu.ts';
import type { World } from '../world.ts';
import type { LiveStalls, LiveVcpu } from './live-types.ts';

export function liveVcpus(world: World, stalls: StallWindows): LiveVcpu[] {
  return world.vms.flatMap(({ index, vcpus }) =>
    vcpus.map((vcpu): LiveVcpu => {
      const { state, sinceNs, touches } = vcpu.activity;
      const stands = state !== 'running' && state !== 'halted' && state !== 'left';
      // At the very start of its window there is nothing to be told of it yet.
      const stalledSinceNs = stands ? (openWindow(vcpu, stalls)?.startNs ?? sinceNs) : null;
      return { vcpu: vcpu.id, vm: index, state, sinceNs, stalledSinceNs, touches };
    }),
  );
}

export const openWindows = (world: World, stalls: StallWindows): LiveStalls['open'] =>
  world.vms.flatMap(({ vcpus }) => vcpus.flatMap((vcpu) => openWindow(vcpu, stalls) ?? []));

/** What the reducer has been told of it, and what the vCPU would tell now. */
function openWindow(vcpu: Vcpu, stalls: StallWindows): StallWindow | null {
  let open = stalls.openOf(vcpu.id);
  for (const { state, startNs, endNs } of vcpu.activity.untold) {
    if (state === 'running' || state === 'halted') {
      open = null;
      continue;
    }
    const before: Partial<Record<StallCause, number>> = open?.causes ?? {};
    const causes = { ...before, [state]: (before[state] ?? 0) + endNs - startNs };
    open = { vcpu: vcpu.id, startNs: open?.startNs ?? startNs, endNs, causes };
  }
  return open;
}
