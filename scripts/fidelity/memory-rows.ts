// Rows of the host's memory alone: fork and munmap of a GiB of small entries, and the flushes that a collapse forces.

import { runScenario } from '../../src/lab/run.ts';
import type { RunResult } from '../../src/lab/run-types.ts';
import { type FidelityRow, inputOf, ms } from './rows.ts';

type Folios = '4k' | '2m';
type Kernel = '6.1' | '6.12';

/** One operation on 1 GiB of anonymous memory in 4K entries, as a process without a VM would have it: KVM maps none of it. */
function durationNs(operation: 'fork' | 'munmap', folios: Folios, kernel: Kernel): number {
  const result = runScenario(
    inputOf('thp-anon-collapse', 'range', {
      'machine.kernel': kernel,
      'machine.preemption': 'voluntary',
      'vm.memory': '1GiB',
      'vm.vcpus': 1,
      'vm.folios': folios,
      'vm.sptePopulatedFraction': 0,
      'guest.pattern': 'idle',
      timeline: [{ operation, range: { start: 0, length: '1GiB' } }],
    }),
  );
  return result.operations[0]?.durationNs ?? Number.NaN;
}

const folioWord: Readonly<Record<Folios, string>> = { '4k': 'pages of 4K', '2m': 'PTE-mapped folios of 2M' };

function rowOf(
  operation: 'fork' | 'munmap',
  folios: Folios,
  kernel: Kernel,
  publishedNs: number,
  kind: FidelityRow['kind'],
): FidelityRow {
  const ns = durationNs(operation, folios, kernel);
  const work = kernel === '6.1' ? 'page by page (6.1)' : 'in batches (6.12)';
  return {
    what: `${operation} of 1 GiB of ${folioWord[folios]}, ${work}`,
    kind,
    published: ms(publishedNs),
    model: ms(ns),
    ratio: ns / publishedNs,
  };
}

/** D3: munmap, before and after the batching of Linux 6.9. */
export function* munmapOf(): Iterable<FidelityRow> {
  yield rowOf('munmap', '4k', '6.1', 58.1e6, 'fitted');
  yield rowOf('munmap', '2m', '6.1', 23.8e6, 'predicted');
  yield rowOf('munmap', '2m', '6.12', 9.9e6, 'predicted');
}

/** D4: fork, before and after the batching of Linux 6.9. */
export function* forkOf(): Iterable<FidelityRow> {
  yield rowOf('fork', '2m', '6.1', 14.3e6, 'fitted');
  yield rowOf('fork', '2m', '6.12', 10.1e6, 'predicted');
}

const collapse = (): RunResult => runScenario(inputOf('hgm-collapse-1g', 'range', { 'guest.pattern': 'idle' }));

/** G12: what the size of its batches costs the mmu_gather of a collapse from 4K to 1G. */
export function* gatherFlushes(): Iterable<FidelityRow> {
  const forced = collapse().counters.forcedFlushes ?? 0;
  yield {
    what: 'CPU TLB flushes that full batches force, 4K to 1G',
    kind: 'predicted',
    published: '27',
    model: String(forced),
    ratio: forced / 27,
  };
}

/** D.1 of the kernel reference: what J. Houghton saw of KVM's part in the collapse. */
export function* rangeStartOf(): Iterable<FidelityRow> {
  const ns = collapse().notifier.startNs;
  yield {
    what: 'range_start over 1 GiB of 4K SPTEs',
    kind: 'predicted',
    published: '10 to 30 ms',
    model: ms(ns),
    ratio: null,
  };
}
