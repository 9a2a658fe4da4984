// What is looked at when no task of a schedule can go on any more: the checks of a run's end, what the guest has lost, what
// has stayed small, and who has not come to his end.

import { checkAtRest } from '../kvm/checkers.ts';
import type { Memslot } from '../kvm/memslot.ts';
import { gfn, hva, PAGE_SIZE } from '../mm/address.ts';
import { checkFolioCounts, checkMappedHugePages } from '../mm/checkers.ts';
import { folioMapcount } from '../mm/free-folio.ts';
import { HugetlbVma } from '../mm/hugetlb-vma.ts';
import { checkPageCounts } from '../mm/page-checkers.ts';
import { checkUserfaultWaiters } from '../mm/userfaultfd-checkers.ts';
import type { ExploredOperation } from './exploration-types.ts';
import { allOperations } from './finding-classes.ts';
import type { SmallWorld } from './small-world.ts';

export interface FoundAtRest {
  readonly kind: string;
  readonly message: string;
  readonly evidence: unknown;
}

/** The model's own checks report to the machine's findings; what is told here is an exploration's. */
export function lookAtRest(world: SmallWorld): FoundAtRest[] {
  const { machine, kvm, sim } = world;
  machine.checks = true;
  checkUserfaultWaiters(machine);
  if (!sim.allEnded) {
    machine.checks = false;
    return [stuck(world)];
  }
  checkFolioCounts(machine);
  checkMappedHugePages(machine);
  checkPageCounts(machine);
  checkAtRest(kvm);
  machine.checks = false;
  return [...lostWrites(world), ...notLogged(world), ...countedUnmapped(world), ...smallSptes(world)];
}

// ---- Who has not come to his end ---------------------------------------------------------------------------------------

function stuck({ sim }: SmallWorld): FoundAtRest {
  const waiting = sim.threads.flatMap((task, id) => {
    const waits = sim.waitsFor(id);
    if (waits === null || (task.daemon && waits.lock === null)) return [];
    const { lock } = waits;
    const heldBy = lock === null ? [] : sim.threads.filter((other) => other.holds(lock, 'any')).map(({ name }) => name);
    const held = task.held.map(({ lock: one, mode }) => `${one.lockClass.name} (${mode})`);
    return [{ task: task.name, waitsFor: waits.what, heldBy, held, sleeps: waits.sleeps }];
  });
  const chains = waiting.filter(({ heldBy }) => heldBy.length > 0);
  const told = chains.length > 0 ? chains : waiting;
  const message = told
    .map(({ task, held, waitsFor, heldBy }) => {
      const holds = held.length > 0 ? ` holds ${held.join(', ')} and` : '';
      return `${task}${holds} waits for ${waitsFor}${heldBy.length > 0 ? `, held by ${heldBy.join(', ')}` : ''}`;
    })
    .join('; ');
  if (chains.length > 0) return { kind: 'deadlock', message, evidence: { chains: waiting } };
  const asleep = waiting.some(({ sleeps }) => sleeps);
  return { kind: asleep ? 'asleep-for-ever' : 'spins-for-ever', message, evidence: { waiting } };
}

// ---- What the guest has lost -------------------------------------------------------------------------------------------

/** Whether an operation has thrown away what was in a page, as it was asked to. */
function discards({ operation, pages }: ExploredOperation, page: number, world: SmallWorld): boolean {
  const inside = page >= pages.first && page < pages.first + pages.count;
  switch (operation) {
    case 'truncate':
      return page >= pages.first;
    case 'punch-hole':
      return inside;
    case 'madv-dontneed':
      // Pages of a file stay in it.
      return inside && world.vma.mapping === null;
    case 'munmap':
    case 'mremap':
      // What was mapped there is not to be found at that address any more.
      return inside;
    case 'memory-failure':
      return true;
    default:
      return false;
  }
}

function lostWrites(world: SmallWorld): FoundAtRest[] {
  const operations = allOperations(world.question);
  const lost = world.data.lost((page) => operations.some((operation) => discards(operation, page, world)));
  return lost.map(({ page, frame, lost: bits }) => ({
    kind: 'lost-write',
    message: `gfn ${page}: ${countOf(bits)} of the guest's writes are not in frame ${frame}, which it has at the end`,
    evidence: { gfn: page, frame },
  }));
}

function notLogged({ data }: SmallWorld): FoundAtRest[] {
  return data.logging.missed.map((page) => ({
    kind: 'write-not-logged',
    message: `gfn ${page} has been written while dirty logging was on, and the bitmap did not say so`,
    evidence: { gfn: page },
  }));
}

function countOf(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count += 1;
  return count;
}

// ---- What stays --------------------------------------------------------------------------------------------------------

function countedUnmapped({ vma }: SmallWorld): FoundAtRest[] {
  if (!(vma instanceof HugetlbVma)) return [];
  const found: FoundAtRest[] = [];
  for (const [index, folio] of vma.mapping.folios()) {
    const count = folioMapcount(folio);
    if (count === 0) continue;
    let leaves = 0;
    for (const other of vma.mapping.vmas) {
      if (!(other instanceof HugetlbVma)) continue;
      const start = other.addressOfHugePage(index);
      other.mm.pageTables.forEachLeaf(start, hva(start + vma.hugePageSize), () => {
        leaves += 1;
      });
    }
    if (leaves > 0) continue;
    found.push({
      kind: 'counted-unmapped',
      message: `huge page ${index} has mapcount ${count}, and no entry maps any of it`,
      evidence: { index, mapcount: count },
    });
  }
  return found;
}

/** Only where somebody has meant to make something large. */
function smallSptes({ question, kvm, mm, pages, machine }: SmallWorld): FoundAtRest[] {
  const wanted = ['madv-collapse', 'khugepaged-scan', 'dirty-log-disable'];
  if (!allOperations(question).some(({ operation }) => wanted.includes(operation))) return [];
  const [slot] = kvm.memslots as [Memslot];
  for (let page = 0; page < pages; page++) {
    const spte = kvm.tdp.spte(gfn(page));
    const hostLevel = mm.pageTables.leafLevel(hva(slot.userspaceAddr + page * PAGE_SIZE));
    const possible = Math.min(slot.maxLevel(gfn(page), machine.geometry), hostLevel);
    if (spte === null || spte.level >= possible) continue;
    const message = `gfn ${page} stays on an SPTE of level ${spte.level}, and the host maps it by level ${hostLevel}`;
    return [{ kind: 'small-sptes', message, evidence: { gfn: page, level: spte.level, hostLevel } }];
  }
  return [];
}
