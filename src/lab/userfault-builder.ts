// The userfaultfds of a VMM as they stand at time 0: opened, and registered with the guest's memory.

import { assert } from '../engine/assert.ts';
import { hva } from '../mm/address.ts';
import { HugetlbVma } from '../mm/hugetlb-vma.ts';
import type { Mm } from '../mm/mm.ts';
import { ShmemVma } from '../mm/shmem-vma.ts';
import { registerUserfault, UserfaultfdCtx, type UserfaultMode } from '../mm/userfaultfd.ts';
import type { Vma } from '../mm/vma.ts';
import { backingBytes } from './operation-rules.ts';
import type { Scenario } from './scenario.ts';
import { quantile } from './statistics.ts';
import type { World } from './world.ts';

export interface VmmUserfault {
  readonly ctxs: readonly UserfaultfdCtx[];
  /** A second mapping of the file, of which nothing is registered; null: nobody writes through one. */
  readonly alias: Vma | null;
}

/** Null: the scenario registers nothing. */
export function buildUserfault(mm: Mm, memory: Vma, scenario: Scenario): VmmUserfault | null {
  const { userfault, vm, peer } = scenario;
  const modes = modesOf(userfault);
  if (modes.length === 0) return null;
  const page = backingBytes[vm.backing];
  const pages = vm.memory / page;
  const ctxs: UserfaultfdCtx[] = [];
  for (let fd = 0; fd < userfault.fds; fd++) {
    const ctx = new UserfaultfdCtx(mm, { exactAddress: userfault.exactAddress });
    const first = Math.floor((pages * fd) / userfault.fds);
    const end = Math.floor((pages * (fd + 1)) / userfault.fds);
    registerUserfault(ctx, hva(memory.start + first * page), hva(memory.start + end * page), modes);
    ctxs.push(ctx);
  }
  const writesThroughAlias = peer.pageSize !== null && userfault.mode === 'minor';
  return { ctxs, alias: writesThroughAlias ? mapAlias(mm, memory, scenario) : null };
}

/**
 * A page that is not in the file is missing, whatever the fd is for, so an fd for minor faults of pages that are still to come
 * is registered for both.
 */
function modesOf({ mode, writeProtect }: Scenario['userfault']): UserfaultMode[] {
  const modes: UserfaultMode[] = mode === 'none' ? [] : mode === 'minor' ? ['missing', 'minor'] : ['missing'];
  return writeProtect ? [...modes, 'wp'] : modes;
}

function mapAlias(mm: Mm, vma: Vma, { hgm }: Scenario): Vma {
  const start = hva(vma.start + mm.machine.geometry.entryBytes(4));
  const end = hva(start + vma.end - vma.start);
  if (vma instanceof ShmemVma) return mm.mmapShmem(start, end, vma.mapping);
  assert(vma instanceof HugetlbVma, 'a rule of the scenario refuses minor faults of memory without a file');
  const { mapping, hstateLevel } = vma;
  return mm.mmapHugetlb({ start, end, mapping, hstateLevel, shared: true, hgmVersion: hgm.version });
}

const ctxsOf = ({ machine }: World): UserfaultfdCtx[] => machine.mms.flatMap(({ userfaultfds }) => userfaultfds);

/** Those that cost nothing to tell, while it runs. */
export function userfaultCounts(world: World): Readonly<Record<'userfaultEvents' | 'userfaultReads', number>> | null {
  const ctxs = ctxsOf(world);
  if (ctxs.length === 0) return null;
  return {
    userfaultEvents: ctxs.reduce((total, { stats }) => total + stats.events, 0),
    userfaultReads: ctxs.reduce((total, { stats }) => total + stats.reads, 0),
  };
}

/** What the fds of all processes have seen, for the counters of the result. */
export function userfaultCounters(world: World): Readonly<Record<string, number>> {
  const ctxs = ctxsOf(world);
  if (ctxs.length === 0) return {};
  const sum = (of: (ctx: UserfaultfdCtx) => number): number => ctxs.reduce((total, ctx) => total + of(ctx), 0);
  const waitedNs = ctxs.flatMap((ctx) => ctx.waitedNs);
  const waited = (q: number): number => (waitedNs.length === 0 ? 0 : quantile(waitedNs, q));
  return {
    userfaultEvents: sum(({ stats }) => stats.events),
    userfaultReads: sum(({ stats }) => stats.reads),
    userfaultEmptyReads: sum(({ stats }) => stats.emptyReads),
    userfaultWaitP50Ns: waited(0.5),
    userfaultWaitP99Ns: waited(0.99),
    userfaultWaitMaxNs: waited(1),
    userfaultLineWaitNs: sum(({ waitLine }) => waitLine.waitedNs),
  };
}
