// What must hold of userfaultfd when a run has come to its end (reference L.10).

import type { Hva } from './address.ts';
import type { Machine } from './machine.ts';
import type { UserfaultfdCtx } from './userfaultfd.ts';
import { userfaultfdMustWait } from './userfaultfd-wait.ts';

/**
 * Reports every sleeper whose page is in place: whoever has put it there has woken nobody, and nobody else will. One whose page
 * has not come sleeps rightly, and so does one at whose page an ioctl is still at work.
 */
export function checkUserfaultWaiters({ mms, findings, sim, checks }: Machine): void {
  if (!checks) return;
  for (const mm of mms) {
    for (const ctx of mm.userfaultfds) {
      for (const waiter of [...ctx.faultPending, ...ctx.faultRead]) {
        if (waiter.sleep.length === 0) continue;
        const { address, message, queuedNs, vma } = waiter;
        if (isWakeDue(ctx, message.address)) continue;
        if (userfaultfdMustWait(vma, address, message.mode)) continue;
        const read = ctx.faultRead.includes(waiter);
        findings.add({
          kind: 'uffd-waiter-asleep',
          message:
            `the page at ${address} is in place, and who has faulted on it at ${queuedNs} ns still sleeps; its message, ` +
            `${read ? 'read' : 'not read'}, named ${message.address}`,
          simTimeNs: sim.now,
          evidence: { address, reported: message.address, mode: message.mode, queuedNs, read },
        });
      }
    }
  }
}

function isWakeDue({ wakesDue }: UserfaultfdCtx, address: Hva): boolean {
  for (const { start, end } of wakesDue) if (address >= start && address < end) return true;
  return false;
}
