import { gfn, type Hva, hva, type Level, PAGE_SIZE, pageOf } from '../mm/address.ts';
import type { PageTable } from '../mm/page-table.ts';
import type { VirtualMachine, World } from './world.ts';

/**
 * Ns from `startNs` until every SPTE that can be huge was huge, in every VM, as it stands at the end of the run: each host
 * leaf of 2 MiB or more must be met by SPTEs as large as it, the memslot and the MMU allow. 0 where nothing had to become huge; null
 * if a leaf is not met, or if the host has none.
 */
export function hugeRecovery({ vms }: World, startNs: number | null): number | null {
  if (startNs === null || !vms.every(isRecovered)) return null;
  return Math.max(0, ...vms.map(({ kvm }) => (kvm.lastHugeInstallNs ?? 0) - startNs));
}

function isRecovered({ kvm, process: { mm } }: VirtualMachine): boolean {
  const { geometry } = mm.machine;
  let all = true;
  let any = false;
  for (const slot of kvm.memslots) {
    const end = hva(slot.userspaceAddr + slot.pages * PAGE_SIZE);
    const visit = (table: PageTable, _index: number, address: Hva): void => {
      // The part of the leaf that the slot has: at its ends, and where it is not congruent, SPTEs are smaller than the leaf.
      const last =
        slot.baseGfn + pageOf(hva(Math.min(address + table.entryPages * PAGE_SIZE, end))) - pageOf(slot.userspaceAddr);
      const first = slot.baseGfn + pageOf(hva(Math.max(address, slot.userspaceAddr))) - pageOf(slot.userspaceAddr);
      for (let frame = first; frame < last && all; ) {
        const level = Math.min(table.level, slot.maxLevel(gfn(frame), geometry), kvm.mmu.maxLevel) as Level;
        if (level > 1) {
          any = true;
          if (kvm.tdp.spte(gfn(frame))?.level !== level) all = false;
        }
        frame += geometry.pagesPer[level];
      }
    };
    mm.pageTables.forEachLeaf(slot.userspaceAddr, end, visit, 2);
  }
  return any && all;
}
