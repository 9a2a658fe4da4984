// What a lock belongs to, in words: of the many of one class, which one it is.

import { Mutex } from '../../engine/locks/mutex.ts';
import type { Waitable } from '../../engine/task.ts';
import { Kvm } from '../../kvm/kvm.ts';
import { type Hva, hva, PAGE_SIZE } from '../../mm/address.ts';
import { AnonVma } from '../../mm/anon-vma.ts';
import { Folio } from '../../mm/folio.ts';
import { HugetlbFaultMutexes } from '../../mm/hugetlb-fault-mutexes.ts';
import { HugetlbVma } from '../../mm/hugetlb-vma.ts';
import { Mm } from '../../mm/mm.ts';
import { AddressSpace } from '../../mm/page-cache.ts';
import { PageTable, PageTables } from '../../mm/page-table.ts';
import { UserfaultfdCtx, UserfaultWaiter } from '../../mm/userfaultfd.ts';
import type { VmmProcess, World } from '../world.ts';

/** Of a world: what its locks belong to. */
interface Places {
  readonly machine: Pick<World['machine'], 'mms'>;
  readonly vms: readonly { readonly kvm: Kvm }[];
  readonly processes: readonly Pick<VmmProcess, 'mm' | 'start'>[];
}

/** Null: nobody has said what it belongs to. */
export function ownerName(world: Places, lock: Waitable): string | null {
  const { of = null } = lock;
  if (of instanceof Mm) return mmName(world, of);
  if (of instanceof Kvm) return `vm ${world.vms.findIndex(({ kvm }) => kvm === of)}`;
  if (of instanceof Folio) return `folio ${of.firstPfn}`;
  if (of instanceof PageTable) return tableName(world, of);
  if (of instanceof PageTables) return mmName(world, mmOf(world, of.root));
  if (of instanceof HugetlbVma) return `mapping ${placeName(world, of.mm, of.start)}`;
  if (of instanceof AddressSpace) return 'file';
  if (of instanceof AnonVma) return `memory of ${mmName(world, of.vmas[0]?.mm)}`;
  if (of instanceof HugetlbFaultMutexes && lock instanceof Mutex) return `slot ${of.slotOf(lock)}`;
  if (of instanceof UserfaultfdCtx) return `fd ${of.mm.userfaultfds.indexOf(of)} of ${mmName(world, of.mm)}`;
  if (of instanceof UserfaultWaiter) return `fault ${placeName(world, of.vma.mm, of.address)}`;
  return null;
}

/** A child of fork is numbered among all address spaces. */
function mmName({ processes }: Places, mm: Mm | undefined): string {
  const process = processes.findIndex((other) => other.mm === mm);
  if (process !== -1) return `process ${process}`;
  return mm === undefined ? 'nobody' : `child ${mm.index}`;
}

/** Offsets count from the start of the memory, as everywhere; a child has it where its parent has. */
function placeName(world: Places, mm: Mm, address: Hva): string {
  const start = (world.processes.find((process) => process.mm === mm) ?? world.processes[0])?.start ?? 0;
  return `at ${address - start} of ${mmName(world, mm)}`;
}

const mmOf = ({ machine }: Places, root: PageTable): Mm | undefined =>
  machine.mms.find(({ pageTables }) => pageTables.root === root);

function tableName(world: Places, table: PageTable): string {
  let root = table;
  while (root.parent !== null) root = root.parent;
  const mm = mmOf(world, root);
  if (mm === undefined) return `table of level ${table.level}, taken out of its tree`;
  return `table of level ${table.level} ${placeName(world, mm, hva(table.firstPage * PAGE_SIZE))}`;
}
