import type { Process } from '../engine/process.ts';
import { dropFaultRef, takeFaultRef } from './fault-ref.ts';
import type { Folio } from './folio.ts';
import type { AddressSpace } from './page-cache.ts';

/**
 * The huge page at `index` of the file, locked; undefined where there is none. Who waits for the lock holds a reference, which
 * keeps migration from moving the page, and looks again afterwards: it may have been moved, or truncated, all the same. The
 * caller pays for the first look-up and for the lock.
 *
 * Models filemap_lock_hugetlb_folio(), mm/hugetlb.c, include/linux/hugetlb.h; up to 6.5 find_lock_page().
 */
export function* lockHugetlbFolio(mapping: AddressSpace, index: number): Process<Folio | undefined> {
  for (;;) {
    const folio = mapping.folio(index);
    if (folio === undefined) return undefined;
    const { sim, costs } = folio.machine;
    takeFaultRef(folio);
    yield* folio.lock.acquire();
    const ns = dropFaultRef(folio);
    if (mapping.folio(index) === folio) return folio;
    yield* folio.lock.release();
    yield* sim.spend(costs.pageCacheLookupNs + ns);
  }
}
