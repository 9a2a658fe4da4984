// A collapse takes all leaves of a page away before it sets the large one: in between the page looks unmapped. Truncation and
// hole punching ask for that under the fault mutex alone, which no version of the collapse takes.

import { describe, expect, test } from 'vitest';
import { checkMappedHugePages } from '../../src/mm/checkers.ts';
import { removeInodeHugepages } from '../../src/mm/hugetlb-truncate.ts';
import type { HgmVersion } from '../../src/mm/hugetlb-vma.ts';
import type { NotifierId } from '../../src/mm/notifier-schemes/notifier-scheme.ts';
import { collapse, hgmVersions } from '../support/collapse.ts';
import { TestWorld } from '../support/world.ts';

/**
 * Kinds of findings while the removal begins at one moment after the other of a collapse.
 *
 *   collapse                             remove_inode_hugepages()
 *   unmaps the last leaf: mapcount 0
 *                                        folio_mapped()? no, so nothing is unmapped
 *                                        takes the folio out of the file
 *   sets the large leaf
 */
function findings(hgmVersion: HgmVersion, scheme: NotifierId): string[] {
  const kinds = new Set<string>();
  for (let delayNs = 0; delayNs < 4000; delayNs += 7) {
    const world = new TestWorld({ hugePages: 1, hgmVersion });
    world.spawn('collapse', collapse(world, { scheme }));
    world.spawn('remove', removeInodeHugepages(world.vma, 0, 1), delayNs);
    world.run();
    checkMappedHugePages(world.machine);
    for (const kind of world.findingKinds()) kinds.add(kind);
  }
  return [...kinds].sort();
}

describe('a page whose mapcount dips', () => {
  test.each(hgmVersions)('%s: leaves its file while it is about to be mapped, or is mapped already', (version) => {
    expect(findings(version, 'range')).toEqual(['mapped-outside-file', 'removed-while-mapped']);
  });

  test('narrow, which counts the large leaf before the small ones go: never looks unmapped', () => {
    expect(findings('rfc2', 'narrow')).toEqual([]);
  });
});
