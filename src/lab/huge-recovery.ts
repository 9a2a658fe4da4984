import { gfn, pageOf } from '../mm/address.ts';
import type { World } from './world.ts';

/**
 * Ns from `startNs` until every SPTE that can be huge was huge, as it stands at the end of the run: each host leaf of 2 MiB
 * or more that the memslot allows must be met by one SPTE of its size. 0 where nothing had to become huge; null if a leaf is
 * not met, or if the host has none.
 */
export function hugeRecovery({ kvm, mm, vma, machine }: World, startNs: number | null): number | null {
  const [slot] = kvm.memslots;
  if (slot === undefined || startNs === null) return null;
  let all = true;
  let any = false;
  mm.pageTables.forEachLeaf(vma.start, vma.end, (table, _index, address) => {
    const frame = gfn(slot.baseGfn + pageOf(address) - pageOf(slot.userspaceAddr));
    const level = Math.min(table.level, slot.maxLevel(frame, machine.geometry));
    if (level === 1) return;
    any = true;
    if (kvm.tdp.spte(frame)?.level !== level) all = false;
  });
  return any && all ? Math.max(0, (kvm.lastHugeInstallNs ?? 0) - startNs) : null;
}
