import type { Process } from '../engine/process.ts';
import type { Folio } from './folio.ts';
import { folioMapcount, putMapping } from './free-folio.ts';
import type { Machine } from './machine.ts';
import type { AddressSpace } from './page-cache.ts';
import { unmapMappingPages } from './unmap-mapping.ts';

/** PAGEVEC_SIZE, which a folio_batch has too. */
const BATCH = 15;

/**
 * Takes every folio of [first, end) out of the page cache of a shmem file. The references of a batch keep its folios until
 * the batch is through; a page that somebody else holds yet lives on without its file.
 *
 * Models   shmem_undo_range(), mm/shmem.c: first what is not locked, then all that is left.
 * Locks    The folio lock of one folio after the other: tried in the first pass, awaited in the second. The caller holds the
 *          inode's rwsem (W).
 * Left out Folios of which only a part is to go: the caller's range has whole ones. Swap entries.
 */
export function* shmemUndoRange(machine: Machine, mapping: AddressSpace, first: number, end: number): Process<void> {
  yield* undoPass(machine, mapping, mapping.foliosIn(first, end), tryLock);
  // A fault that began before the size changed may bring one more in, at any index: until nothing is found.
  for (let found = mapping.foliosIn(first, end); found.length > 0; found = mapping.foliosIn(first, end)) {
    yield* undoPass(machine, mapping, found, waitLock);
  }
}

function* undoPass(
  machine: Machine,
  mapping: AddressSpace,
  folios: readonly Folio[],
  lock: (folio: Folio) => Process<boolean>,
): Process<void> {
  const { sim, costs, work } = machine;
  for (let from = 0; from < folios.length; from += BATCH) {
    const batch = folios.slice(from, from + BATCH);
    for (const folio of batch) {
      folio.changeRefs(1);
      work.refAtomics += 1;
      yield* sim.spend(costs.pageCacheLookupNs + folio.headLine.access(sim.current.cpu));
    }
    for (const folio of batch) {
      if (!(yield* lock(folio))) continue;
      yield* sim.spend(costs.mutexNs);
      if (folio.cached?.mapping === mapping) yield* truncateInodeFolio(folio, mapping);
      yield* folio.lock.release();
    }
    for (const folio of batch) yield* sim.spend(putMapping(folio, sim.current.cpu));
    yield* sim.spend(costs.condReschedNs);
  }
}

function* tryLock(folio: Folio): Process<boolean> {
  return folio.lock.tryAcquire();
}

function* waitLock(folio: Folio): Process<boolean> {
  yield* folio.lock.acquire();
  return true;
}

/**
 * Models   truncate_inode_folio() and filemap_remove_folio(), mm/truncate.c, mm/filemap.c. It frees no page table.
 * Locks    The folio lock, held by the caller: a fault cannot map the folio any more between the test and the removal.
 */
function* truncateInodeFolio(folio: Folio, mapping: AddressSpace): Process<void> {
  const { machine } = folio;
  const { sim, costs } = machine;
  const index = folio.cached?.index ?? 0;
  if (folioMapcount(folio) > 0) yield* unmapMappingPages(machine, mapping, index, index + folio.pages);
  mapping.remove(index, folio.pages);
  yield* sim.spend(costs.pageCacheLookupNs + putMapping(folio, sim.current.cpu));
}
