// What mm and KVM tell in a step: notifications, flushes, laps through the fault path, faults that wait for userspace.

import { PAGE_SIZE, pageOf } from '../mm/address.ts';
import type { SmallWorld } from './small-world.ts';

/** A closed union; pages count from the start of the memory. */
export type StepRecord =
  | {
      readonly type: 'range-start' | 'range-started' | 'range-end' | 'collapsed' | 'collapsed-handled';
      readonly task: string;
      /** 0: none. */
      readonly section: number;
      readonly page: number;
      readonly pages: number;
    }
  | { readonly type: 'cpu-shootdown' | 'kvm-flush'; readonly task: string; readonly kicked: number }
  | {
      readonly type: 'fault';
      readonly vcpu: number;
      readonly gfn: number;
      readonly outcome: 'fixed' | 'retry' | 'spurious' | 'efault' | 'userfault';
      /** Of the SPTE put in place; 0: none. */
      readonly level: number;
    }
  | { readonly type: 'userfault-wait' | 'userfault-wake'; readonly page: number };

export function watchRecords(world: SmallWorld, tell: (record: StepRecord) => void): void {
  const { mm, kvm } = world;
  const base = pageOf(world.at(0));
  mm.events.channel.listen((event) => {
    const { type, task } = event;
    if (type === 'cpu-shootdown') return tell({ type, task, kicked: event.kicked });
    const { section, start, end } = event;
    tell({ type, task, section, page: pageOf(start) - base, pages: (end - start) / PAGE_SIZE });
  });
  mm.events.userfaults.listen(({ type, address }) =>
    tell({ type: type === 'wait' ? 'userfault-wait' : 'userfault-wake', page: pageOf(address) - base }),
  );
  kvm.events.events.listen((event) => {
    if (event.type === 'kvm-flush') return tell({ type: event.type, task: event.task, kicked: event.kicked });
    const { type, vcpu, gfn, outcome, level } = event;
    tell({ type, vcpu, gfn, outcome, level });
  });
}
