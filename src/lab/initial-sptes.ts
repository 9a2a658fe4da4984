// The SPTEs that KVM holds at time 0.

import type { Kvm } from '../kvm/kvm.ts';
import type { Memslot } from '../kvm/memslot.ts';
import { gfn, hva, type Level, PAGE_SIZE, pageOf } from '../mm/address.ts';
import { chooser, levelOf } from './memory-builder.ts';
import type { Scenario } from './scenario.ts';

/**
 * SPTEs as large as the host's mapping, the slot's alignment and the MMU allow, for the part of the slot that the guest has touched
 * before time 0. `stream` names the random numbers that choose it.
 */
export function mapSptes(kvm: Kvm, slot: Memslot, scenario: Scenario, stream: string): void {
  const { mapped, sptePopulatedFraction } = scenario.vm;
  if (mapped === 'none') return;
  const { pageTables } = kvm.mm;
  const level = levelOf[mapped];
  const isWhole = scenario.vm.memslots === null && scenario.vm.memory === slot.pages * PAGE_SIZE;
  if (sptePopulatedFraction === 1 && isWhole && level <= kvm.mmu.maxLevel) {
    const firstPage = pageOf(slot.userspaceAddr) - slot.baseGfn;
    pageTables.forEachTable(level, (hostTable) => {
      kvm.tdp.tableAt(gfn(hostTable.firstPage - firstPage), level).copyLeaves(hostTable);
    });
    return;
  }
  const end = hva(slot.userspaceAddr + slot.pages * PAGE_SIZE);
  let leaves = 0;
  pageTables.forEachLeaf(slot.userspaceAddr, end, () => {
    leaves += 1;
  });
  const isChosen = chooser(leaves, sptePopulatedFraction, kvm.machine.sim.random(stream));
  pageTables.forEachLeaf(slot.userspaceAddr, end, (hostTable, index, address) => {
    if (!isChosen()) return;
    // The pages of the leaf that the slot has: at its ends a leaf may reach beyond it.
    const leafPage = pageOf(address);
    const first = Math.max(leafPage, pageOf(slot.userspaceAddr));
    const last = Math.min(leafPage + hostTable.entryPages, pageOf(end));
    const frame = slot.baseGfn + first - pageOf(slot.userspaceAddr);
    const pfn = (hostTable.pfns[index] ?? 0) + first - leafPage;
    mapRun(kvm, slot, { frame, pages: last - first, pfn, level: hostTable.level });
  });
}

/** Frames that one host leaf maps. */
interface Run {
  readonly frame: number;
  readonly pages: number;
  readonly pfn: number;
  readonly level: Level;
}

function mapRun(kvm: Kvm, slot: Memslot, { frame, pages, pfn, level: hostLevel }: Run): void {
  const { geometry } = kvm.machine;
  for (let done = 0; done < pages; ) {
    const at = gfn(frame + done);
    const level = Math.min(hostLevel, slot.maxLevel(at, geometry), kvm.mmu.maxLevel) as Level;
    kvm.tdp.tableAt(at, level).setLeaf(geometry.index(at, level), pfn + done, true);
    done += geometry.pagesPer[level];
  }
}
