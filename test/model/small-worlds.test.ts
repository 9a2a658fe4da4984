// Worlds of a few pages with tables of two to four entries, in which everything happens at once: collapses, CONTINUE, vCPUs
// that touch every page, at distances in time that hit every step of one another. Whatever the order, the checks hold.

import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { RandomStream } from '../../src/engine/random.ts';
import { checkAllSptes } from '../../src/kvm/checkers.ts';
import type { Level } from '../../src/mm/address.ts';
import { checkFolioCounts } from '../../src/mm/checkers.ts';
import type { Result } from '../../src/mm/errno.ts';
import type { HgmVersion } from '../../src/mm/hugetlb-vma.ts';
import { uffdioContinue } from '../../src/mm/operations/uffdio-continue.ts';
import { collapse, notifierIds } from '../support/collapse.ts';
import { ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld } from '../support/world.ts';

const END_NS = 150_000;

/** Draws a world and what happens in it from the seed, runs it, and returns what is wrong with it. */
function faultsOf(seed: number, versions: readonly HgmVersion[]): string[] {
  const stream = new RandomStream(seed, 'small world');
  const pick = <T>(from: readonly T[]): T => from[stream.integer(from.length)] as T;
  const hgmVersion = pick(versions);
  const scheme = pick(notifierIds);
  const hstateLevel = pick<Level>([2, 2, 3]);
  const kernel = pick(['6.1', '6.12'] as const);
  const world = new TestWorld({
    entries: pick([2, 3, 4]),
    hstateLevel,
    hugePages: pick([1, 2]),
    mapcount: pick(['subpage', 'head-per-pte'] as const),
    kernel,
    preemption: pick(['full', 'voluntary'] as const),
    handler: pick(['zap', 'cut', 'promote'] as const),
    earlyRetryCheck: pick([true, false]),
    hgmVersion,
    mapped: 0,
    // Cheap lines and flushes bring the steps of different threads closer together.
    costs: pick([{}, { contendedLineNs: 5, kvmFlushFixedNs: 50, tableAllocNs: 20, slowGupNs: 30, notifierCallNs: 5 }]),
  });
  const host = pick([0, 0.3, 1]);
  const spte = pick([0, 0.5, 1]);
  for (let page = 0; page < world.pages; page++) {
    if (stream.next() >= host) continue;
    world.mapHost(page, 1, 1);
    if (stream.next() < spte) world.mapSptes(page, 1, 1);
  }

  const results: Result[] = [];
  const operation = (process: Process<Result>): Process =>
    (function* timed() {
      results.push(yield* process);
    })();
  const { pagesPer } = world.machine.geometry;
  const hugePages = world.pages / pagesPer[hstateLevel];
  for (let n = 0, count = 1 + stream.integer(3); n < count; n++) {
    const delayNs = stream.integer(20_000);
    if (stream.integer(3) === 0) {
      const first = stream.integer(world.pages);
      const end = first + 1 + stream.integer(world.pages - first);
      world.spawn(`continue ${n}`, operation(uffdioContinue(world.mm, world.at(first), world.at(end))), delayNs);
    } else {
      const from = stream.integer(hugePages);
      const first = from * pagesPer[hstateLevel];
      const end = (from + 1 + stream.integer(hugePages - from)) * pagesPer[hstateLevel];
      const maxLevel = pick<Level>([2, hstateLevel]);
      world.spawn(`collapse ${n}`, operation(collapse(world, { scheme, first, end, maxLevel })), delayNs);
    }
  }
  const vcpus = Array.from({ length: stream.integer(4) }, () => {
    const order = Array.from({ length: world.pages }, () => stream.integer(world.pages));
    const stepping = stream.integer(4) === 0;
    return startVcpu(world, { pattern: new ScriptedPattern(order), thinkNs: pick([7, 40, 300]), stepping });
  });

  const outcome = world.sim.run({ untilNs: END_NS, events: 2_000_000 });
  const wrong: string[] = [];
  if (outcome.kind === 'failed') wrong.push(outcome.error.message);
  else if (outcome.kind !== 'until' && outcome.kind !== 'idle') wrong.push(JSON.stringify(outcome));
  for (const { finish } of vcpus) finish();
  for (const { windows } of vcpus) {
    for (const { startNs, endNs, causes } of windows) {
      const sum = Object.values(causes).reduce((total, ns) => total + ns, 0);
      if (sum !== endNs - startNs) wrong.push(`causes of ${startNs} add up to ${sum}`);
    }
  }
  if (world.mm.notifiers.openSections.size > 0) wrong.push('a section is open');
  if (world.kvm.invalidation.mmuInvalidateInProgress !== 0) wrong.push('an invalidation is in progress');
  if (world.mm.mmapLock.isWriteHeld) wrong.push('mmap_lock is held');
  checkFolioCounts(world.machine);
  checkAllSptes(world.kvm);
  wrong.push(...world.machine.findings.list.map(({ kind, message }) => `${kind}: ${message}`));
  wrong.push(...world.sim.lockdep.findings.map(({ kind, message }) => `${kind}: ${message}`));
  return wrong.map((what) => `seed ${seed} (${hgmVersion}, ${scheme}, ${kernel}): ${what}`);
}

describe('small worlds', () => {
  test('collapses, CONTINUE and vCPUs at once, 600 of them: no finding, nothing held, every count right', () => {
    const wrong: string[] = [];
    for (let seed = 0; seed < 600; seed++) wrong.push(...faultsOf(seed, ['rfc1', 'rfc2', 'v2']));
    expect(wrong).toEqual([]);
  });

  test('v1: the only findings are the inversion and the deadlocks that it leads to', () => {
    const wrong: string[] = [];
    for (let seed = 0; seed < 200; seed++) wrong.push(...faultsOf(seed, ['v1']));
    const expected = /order-inversion: .*hugetlb_vma_lock under i_mmap_rwsem|deadlock/;
    // A deadlock keeps its sections open and its locks held, so what follows from it is not looked at.
    const deadlocked = new Set(wrong.filter((what) => what.includes('deadlock')).map((what) => what.split(' (')[0]));
    const others = wrong.filter((what) => !expected.test(what) && !deadlocked.has(what.split(' (')[0]));
    expect(others).toEqual([]);
    expect(wrong.some((what) => what.includes('order-inversion'))).toBe(true);
  });

  test('a canary: a leaf that is not counted is found', () => {
    const world = new TestWorld();
    world.folio().changeRefs(-1);
    world.folio().subpageMapcounts[0] = 0;
    checkFolioCounts(world.machine);
    expect(world.findingKinds().sort()).toEqual(['mapcount', 'refcount']);
  });

  test('a canary: an SPTE to another page than the host maps is found', () => {
    const world = new TestWorld();
    world.kvm.tdp.tableAt(world.frame(1), 1).setLeaf(1, world.folio().firstPfn + 2, true);
    checkAllSptes(world.kvm);
    expect(world.findingKinds()).toEqual(['spte-replaced', 'stale-spte']);
  });
});
