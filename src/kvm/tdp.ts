import { tdpMmuAgeGfnRange } from './aging.ts';
import { splitHugePages } from './eager-split.ts';
import { cutNonLeaf } from './handlers/cut.ts';
import { promoteInPlace } from './handlers/promote.ts';
import type { SecondaryMmu } from './secondary-mmu.ts';
import { kvmTdpMmuMap, tdpMmuZapLeafs } from './tdp-mmu.ts';
import { protectDirtyLeafs, writeProtectSlot } from './write-protect.ts';
import { kvmMmuZapAll } from './zap-all.ts';

/** Two-dimensional paging: faults hold mmu_lock for read and arbitrate by cmpxchg, and a range is a part of the tree. */
export const tdpMmu: SecondaryMmu = {
  maxLevel: 3,
  faultLock: 'read',
  hasFastPageFault: true,
  guestWalkNs: () => 0,
  map: kvmTdpMmuMap,
  unmapGfnRange: (kvm, first, end) => tdpMmuZapLeafs(kvm, first, end),
  zapCollapsible: (kvm, slot, first, end) => tdpMmuZapLeafs(kvm, first, end, slot),
  ageGfnRange: tdpMmuAgeGfnRange,
  *startDirtyLogging(kvm, slot) {
    yield* splitHugePages(kvm, slot.baseGfn, slot.endGfn, 1, false);
    yield* writeProtectSlot(kvm, slot.baseGfn, slot.endGfn);
  },
  *stopDirtyLogging(kvm, slot) {
    if (kvm.machine.kernel === '6.18') yield* promoteInPlace(kvm, slot, slot.baseGfn, slot.endGfn, 'first-leaf');
    else yield* cutNonLeaf(kvm, slot, slot.baseGfn, slot.endGfn);
  },
  protectDirty: protectDirtyLeafs,
  zapAll: kvmMmuZapAll,
};
