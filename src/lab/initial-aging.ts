import type { Mm } from '../mm/mm.ts';
import type { Vma } from '../mm/vma.ts';
import { chooser } from './memory-builder.ts';
import type { Scenario } from './scenario.ts';

/**
 * What the host knows of accesses at time 0. The guest touches its memory through SPTEs, which set no bit in the host's page
 * table, and reclaim has cleared what the host's own faults had set, but for a part of it. Only khugepaged asks.
 */
export function ageMemory(mm: Mm, vma: Vma, scenario: Scenario): void {
  const asked = scenario.timeline.some(({ operation }) => operation === 'khugepaged-scan');
  if (!asked || scenario.vm.youngFraction === 1) return;
  const { sim, memory } = mm.machine;
  const isOld = chooser(mm.pageTables.root.leaves, 1 - scenario.vm.youngFraction, sim.random('old pages'));
  mm.pageTables.forEachLeaf(vma.start, vma.end, (table, index) => {
    if (isOld()) memory.age(table.pfns[index] ?? 0);
  });
}
