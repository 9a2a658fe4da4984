// A collapse takes all leaves of a page away before it sets the large one: in between the page looks unmapped. Truncation and
// hole punching ask for that under the fault mutex, which no version of the collapse takes, and under the folio lock, which RFC v1
// takes, and later ones only under the schemes without a section.

import { describe, expect, test } from 'vitest';
import { checkMappedHugePages } from '../../src/mm/checkers.ts';
import { removeInodeHugepages } from '../../src/mm/hugetlb-truncate.ts';
import type { HgmVersion } from '../../src/mm/hugetlb-vma.ts';
import type { NotifierId } from '../../src/mm/notifier-schemes/notifier-scheme.ts';
import { collapse } from '../support/collapse.ts';
import { TestWorld } from '../support/world.ts';

/**
 * Kinds of findings while the removal begins at one moment after the other of a collapse.
 *
 *   collapse                             remove_inode_hugepages()
 *   unmaps the last leaf: mapcount 0
 *                                        has the folio lock: folio_mapped()? no, so nothing is unmapped
 *                                        takes the folio out of the file
 *   sets the large leaf
 */
function findings(hgmVersion: HgmVersion, scheme: NotifierId): string[] {
  const kinds = new Set<string>();
  for (let delayNs = 0; delayNs < 4000; delayNs += 7) {
    const world = new TestWorld({ hugePages: 1, hgmVersion });
    world.spawn('collapse', collapse(world, { scheme }));
    world.spawn('remove', removeInodeHugepages(world.vma, 0, 1), delayNs);
    const { kind: outcome } = world.sim.run({});
    if (outcome !== 'idle') kinds.add(outcome);
    checkMappedHugePages(world.machine);
    for (const kind of world.findingKinds()) kinds.add(kind);
  }
  return [...kinds].sort();
}

describe('a page whose mapcount dips', () => {
  test.each(['rfc2', 'v2'] as const)(
    '%s: leaves its file while it is about to be mapped, or is mapped already',
    (version) => {
      expect(findings(version, 'range')).toEqual(['mapped-outside-file', 'removed-while-mapped']);
    },
  );

  test('v1, whose i_mmap_rwsem is waited for where the page looks mapped: leaves its file where it does not', () => {
    expect(findings('v1', 'range')).toEqual(['mapped-outside-file']);
  });

  test.each(['rfc2', 'v2'] as const)(
    '%s, without a section and so with the folio lock: stays in its file',
    (version) => {
      expect(findings(version, 'post-collapse')).toEqual([]);
    },
  );

  test.each([
    ['rfc1', 'range'],
    ['rfc1', 'post-collapse'],
    ['v1', 'post-collapse'],
  ] as const)(
    '%s, %s: takes the folio lock under i_mmap_rwsem, removal the other way round: a deadlock',
    (version, scheme) => {
      expect(findings(version, scheme)).toEqual(['deadlock', 'lockdep-deadlock', 'lockdep-order-inversion']);
    },
  );

  test('narrow, which counts the large leaf before the small ones go: never looks unmapped', () => {
    expect(findings('rfc2', 'narrow')).toEqual([]);
  });
});
