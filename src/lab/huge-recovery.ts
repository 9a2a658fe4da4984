import { gfn, hva, PAGE_SIZE, pageOf } from '../mm/address.ts';
import type { VirtualMachine, World } from './world.ts';

/**
 * Ns from `startNs` until every SPTE that can be huge was huge, in every VM, as it stands at the end of the run: each host
 * leaf of 2 MiB or more that the memslot allows must be met by one SPTE of its size. 0 where nothing had to become huge; null
 * if a leaf is not met, or if the host has none.
 */
export function hugeRecovery({ vms }: World, startNs: number | null): number | null {
  if (startNs === null || !vms.every(isRecovered)) return null;
  return Math.max(0, ...vms.map(({ kvm }) => (kvm.lastHugeInstallNs ?? 0) - startNs));
}

function isRecovered({ kvm, process: { mm } }: VirtualMachine): boolean {
  let all = true;
  let any = false;
  for (const slot of kvm.memslots) {
    const end = hva(slot.userspaceAddr + slot.pages * PAGE_SIZE);
    mm.pageTables.forEachLeaf(slot.userspaceAddr, end, (table, _index, address) => {
      const first = hva(Math.max(address, slot.userspaceAddr));
      const frame = gfn(slot.baseGfn + pageOf(first) - pageOf(slot.userspaceAddr));
      const level = Math.min(table.level, slot.maxLevel(frame, mm.machine.geometry));
      if (level === 1) return;
      any = true;
      if (kvm.tdp.spte(frame)?.level !== level) all = false;
    });
  }
  return any && all;
}
