// HGM v2's collapse excludes nobody from the tables, so truncation beside it uncounts what the collapse uncounts, or frees what
// it maps. In the kernel these are warnings and worse; here they are findings, and the run goes on.

import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/lab/run.ts';
import type { MapcountSchemeId, NotifierSchemeId } from '../../src/lab/run-types.ts';
import { parseScenario } from '../../src/lab/scenario.ts';
import { profile } from '../support/runs.ts';

const mapcounts: readonly MapcountSchemeId[] = ['subpage', 'head-per-pte', 'hstate-special', 'folio-pairs'];
const schemes: readonly NotifierSchemeId[] = ['range', 'narrow', 'none'];

function findingsOf(version: string, scheme: NotifierSchemeId, mapcount: MapcountSchemeId, at: number): string[] {
  const scenario = parseScenario({
    vm: { vcpus: 1, memory: '2MiB', backing: 'hugetlb-2m' },
    guest: { pattern: 'idle' },
    hgm: { version },
    timeline: [{ operation: 'madv-collapse' }, { operation: 'truncate', at }],
  });
  return runScenario({ scenario, profile, scheme, mapcount, seed: 1 }).findings.map(({ kind }) => kind);
}

/** Truncation at every microsecond or so of a collapse. */
function sweep(version: string): string[] {
  const kinds = new Set<string>();
  for (const scheme of schemes) {
    for (const mapcount of mapcounts) {
      for (let at = 60; at < 60_000; at += 1201) {
        for (const kind of findingsOf(version, scheme, mapcount, at)) kinds.add(kind);
      }
    }
  }
  return [...kinds].sort();
}

describe('collapse beside truncation', () => {
  test('v2: what goes wrong is a finding, whenever truncation comes', () => {
    expect(sweep('v2')).toContain('count-underflow');
  });

  test('v1, which holds vma_lock and i_mmap_rwsem for write: nothing goes wrong', () => {
    expect(sweep('v1')).toEqual([]);
  });
});
