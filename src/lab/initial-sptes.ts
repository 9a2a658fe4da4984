// The SPTEs that KVM holds at time 0.

import type { Kvm } from '../kvm/kvm.ts';
import type { Memslot } from '../kvm/memslot.ts';
import type { TdpTable } from '../kvm/tdp-table.ts';
import { gfn, hva, PAGE_SIZE, pageOf } from '../mm/address.ts';
import { chooser, levelOf } from './memory-builder.ts';
import type { Scenario } from './scenario.ts';

/** SPTEs as large as the host's mapping, for the part of it that the guest has touched before time 0. */
export function mapSptes(kvm: Kvm, slot: Memslot, scenario: Scenario, vm: number): void {
  const { geometry, sim } = kvm.machine;
  const { mapped, sptePopulatedFraction } = scenario.vm;
  if (mapped === 'none') return;
  const level = levelOf[mapped];
  const { pageTables } = kvm.mm;
  if (sptePopulatedFraction === 1) {
    const firstPage = pageOf(slot.userspaceAddr) - slot.baseGfn;
    pageTables.forEachTable(level, (hostTable) => {
      kvm.tdp.tableAt(gfn(hostTable.firstPage - firstPage), level).copyLeaves(hostTable);
    });
    return;
  }
  const leaves = pageTables.root.leaves;
  const stream = vm === 0 ? 'pages with an SPTE' : `pages with an SPTE, vm ${vm}`;
  const isChosen = chooser(leaves, sptePopulatedFraction, sim.random(stream));
  let table: TdpTable | null = null;
  const end = hva(slot.userspaceAddr + slot.pages * PAGE_SIZE);
  pageTables.forEachLeaf(slot.userspaceAddr, end, (hostTable, index, address) => {
    if (!isChosen()) return;
    const frame = slot.baseGfn + pageOf(address) - pageOf(slot.userspaceAddr);
    if (table === null || frame - table.firstPage >= table.spanPages) table = kvm.tdp.tableAt(gfn(frame), level);
    table.setLeaf(geometry.index(frame, level), hostTable.pfns[index] ?? 0, true);
  });
}
