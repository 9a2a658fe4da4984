// Small worlds whose memory does not stay where it is: mappings are cut, moved and removed, pages migrate and go bad, while
// vCPUs fault and collapses run. Whatever the order, the counts are right and no translation is stale.

import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { RandomStream } from '../../src/engine/random.ts';
import { checkAllSptes } from '../../src/kvm/checkers.ts';
import { type Hva, hva, type Level, PAGE_SIZE } from '../../src/mm/address.ts';
import { checkFolioCounts, checkMappedHugePages } from '../../src/mm/checkers.ts';
import type { Result } from '../../src/mm/errno.ts';
import { gupSlow, putFolio } from '../../src/mm/gup.ts';
import type { HgmVersion } from '../../src/mm/hugetlb-vma.ts';
import { mapcountSchemes } from '../../src/mm/mapcount/index.ts';
import type { MapcountSchemeId } from '../../src/mm/mapcount/mapcount-scheme.ts';
import { notifierSchemes } from '../../src/mm/notifier-schemes/index.ts';
import { madvCollapse } from '../../src/mm/operations/madv-collapse.ts';
import { madvDontneed } from '../../src/mm/operations/madv-dontneed.ts';
import { memoryFailure } from '../../src/mm/operations/memory-failure.ts';
import { migratePages } from '../../src/mm/operations/migrate-pages.ts';
import { mremap } from '../../src/mm/operations/mremap.ts';
import { munmap } from '../../src/mm/operations/munmap.ts';
import { uffdioContinue } from '../../src/mm/operations/uffdio-continue.ts';
import { checkPageCounts } from '../../src/mm/page-checkers.ts';
import { collapse, notifierIds } from '../support/collapse.ts';
import { TestMemory } from '../support/memory.ts';
import { ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld } from '../support/world.ts';

const END_NS = 1_000_000;
const mapcounts = Object.keys(mapcountSchemes) as readonly MapcountSchemeId[];

type What = 'dontneed' | 'migrate' | 'munmap' | 'mremap' | 'collapse' | 'continue' | 'memory-failure';

interface Kind {
  readonly of: 'hugetlb' | 'anonymous' | 'shmem';
  readonly operations: readonly What[];
  readonly versions?: readonly HgmVersion[];
}

interface Outcome {
  readonly wrong: readonly string[];
  readonly done: ReadonlySet<string>;
}

/** Draws a world and what happens in it from the seed, runs it, and returns what is wrong with it. */
function run(seed: number, kind: Kind): Outcome {
  const stream = new RandomStream(seed, 'moving world');
  const pick = <T>(from: readonly T[]): T => from[stream.integer(from.length)] as T;
  const kernel = pick(['6.1', '6.12'] as const);
  const scheme = pick(notifierIds);
  const mapcount = pick(mapcounts);
  const hgmVersion = pick<HgmVersion>(kind.versions ?? ['v2']);
  const world = new TestWorld({
    hstateLevel: pick<Level>([2, 2, 3]),
    hugePages: kind.of === 'hugetlb' ? pick([1, 2]) : 1,
    mapcount,
    kernel,
    preemption: pick(['full', 'voluntary'] as const),
    handler: pick(['zap', 'cut', 'promote'] as const),
    hgmVersion,
    mapped: pick<Level>([1, 1, 2]),
    costs: pick([{}, { contendedLineNs: 5, kvmFlushFixedNs: 50, tableAllocNs: 20, slowGupNs: 30, copyPageNs: 200 }]),
  });
  const memory = kind.of === 'hugetlb' ? null : drawMemory(world, kind.of, stream);
  const pages = memory === null ? world.pages : memory.pages;
  const at = (page: number): Hva => (memory === null ? world.at(page) : memory.at(page));
  const unit = memory === null ? world.vma.hugePages : 1;

  const done = new Set<string>();
  const range = (): [Hva, Hva] => {
    const first = stream.integer(pages / unit);
    const end = first + 1 + stream.integer(pages / unit - first);
    return [at(first * unit), at(end * unit)];
  };
  /** Away, and maybe back, at a distance that is aligned to something or to nothing. */
  const moveAndBack = (start: Hva, end: Hva, away: number, waitNs: number): Process<Result> =>
    (function* moving() {
      const to = hva(start + away);
      const result = yield* mremap(world.mm, start, end, to);
      if (result !== 0) return result;
      yield waitNs;
      return yield* mremap(world.mm, to, hva(to + (end - start)), start);
    })();
  const processOf = (what: What): Process<Result> => {
    const [start, end] = range();
    const { mm } = world;
    switch (what) {
      case 'dontneed':
        return madvDontneed(mm, start, end);
      case 'migrate':
        return migratePages(mm, start, end);
      case 'munmap':
        return munmap(mm, start, end);
      case 'memory-failure':
        return memoryFailure(mm, start);
      case 'continue':
        return uffdioContinue(mm, start, end);
      case 'mremap': {
        const pagesAway = memory === null ? 64 : pick([64, 68, 65, 83]);
        return moveAndBack(start, end, pagesAway * PAGE_SIZE, 1 + stream.integer(5000));
      }
      case 'collapse': {
        if (memory === null) return collapse(world, { scheme });
        const chunkBytes = world.machine.geometry.entryBytes(2);
        return madvCollapse({ mm, start: at(0), end: at(pages), scheme: notifierSchemes.range, chunkBytes });
      }
    }
  };
  for (let n = 0, count = 2 + stream.integer(4); n < count; n++) {
    const what = pick(kind.operations);
    const process = processOf(what);
    const named = (function* named(): Process<void> {
      done.add(`${what} ${yield* process}`);
    })();
    world.spawn(`${what} ${n}`, named, stream.integer(15_000));
  }
  for (let n = 0, count = stream.integer(3); n < count; n++) {
    if (memory === null) {
      const order = Array.from({ length: pages }, () => stream.integer(pages));
      startVcpu(world, { pattern: new ScriptedPattern(order), thinkNs: pick([7, 40, 300]) });
    } else world.spawn(`toucher ${n}`, touch(world, at, pages, stream), stream.integer(2000));
  }

  const outcome = world.sim.run({ untilNs: END_NS, events: 2_000_000 });
  const wrong: string[] = [];
  if (outcome.kind === 'failed') wrong.push(outcome.error.stack ?? outcome.error.message);
  else if (outcome.kind !== 'until' && outcome.kind !== 'idle') wrong.push(JSON.stringify(outcome));
  if (world.mm.notifiers.openSections.size > 0) wrong.push('a section is open');
  if (world.mm.mmapLock.isHeld && outcome.kind === 'idle') wrong.push('mmap_lock is held');
  checkFolioCounts(world.machine);
  checkMappedHugePages(world.machine);
  checkPageCounts(world.machine);
  checkAllSptes(world.kvm);
  wrong.push(...world.machine.findings.list.map(({ kind: of, message }) => `${of}: ${message}`));
  wrong.push(...world.sim.lockdep.findings.map(({ kind: of, message }) => `${of}: ${message}`));
  const where = `seed ${seed} (${kernel}, ${mapcount}, ${hgmVersion}, ${scheme})`;
  return { wrong: wrong.map((what) => `${where}: ${what}`), done };
}

function drawMemory(world: TestWorld, kind: 'anonymous' | 'shmem', stream: RandomStream): TestMemory {
  const folios = stream.integer(3) === 0 ? 2 : 1;
  const holes = Array.from({ length: 16 }, (_, page) => page).filter(() => stream.integer(4) === 0);
  return new TestMemory(world, { kind, pages: 16, folios, mapped: 1, holes });
}

/** GUP of one page after the other, as vCPUs do it, each held for a moment. */
function* touch(world: TestWorld, at: (page: number) => Hva, pages: number, stream: RandomStream): Process<void> {
  for (let n = 0; n < 40; n++) {
    const page = yield* gupSlow(world.mm, at(stream.integer(pages)));
    if (typeof page === 'string') {
      yield 500;
      continue;
    }
    yield 1 + stream.integer(300);
    yield* world.sim.spend(putFolio(page.folio, world.sim.current.cpu));
    yield 1 + stream.integer(800);
  }
}

/** Runs many; returns what is wrong but for findings of these kinds, and what has been done at all. */
function sweep(runs: number, kind: Kind, expected: readonly string[]): Outcome {
  const wrong: string[] = [];
  const done = new Set<string>();
  for (let seed = 0; seed < runs; seed++) {
    const outcome = run(seed, kind);
    wrong.push(...outcome.wrong.filter((what) => !expected.some((of) => what.includes(`: ${of}:`))));
    for (const what of outcome.done) done.add(what);
  }
  return { wrong, done };
}

describe('memory that moves', () => {
  const mapped: readonly What[] = ['dontneed', 'migrate', 'munmap', 'mremap', 'collapse', 'memory-failure'];

  test.each(['anonymous', 'shmem'] as const)('%s memory, 400 programs: nothing but what a guest is told', (of) => {
    const { wrong, done } = sweep(400, { of, operations: mapped }, []);
    expect(wrong).toEqual([]);
    expect([...done]).toEqual(expect.arrayContaining(['mremap 0', 'migrate 0', 'memory-failure 0', 'collapse 0']));
  });

  test('hugetlb, 500 programs without errors in memory: only guests whose memory has gone', () => {
    const operations: readonly What[] = ['dontneed', 'migrate', 'munmap', 'mremap', 'collapse', 'continue'];
    const kind: Kind = { of: 'hugetlb', operations, versions: ['v2', 'rfc2'] };
    const { wrong, done } = sweep(500, kind, ['guest-efault']);
    expect(wrong).toEqual([]);
    expect([...done]).toEqual(expect.arrayContaining(['mremap 0', 'migrate 0', 'migrate EAGAIN', 'collapse EBUSY']));
  });

  test('hugetlb, 300 programs with errors in memory and without collapse: a guest or a VMM is told', () => {
    const operations: readonly What[] = ['dontneed', 'migrate', 'mremap', 'continue', 'memory-failure'];
    const { wrong, done } = sweep(300, { of: 'hugetlb', operations }, ['guest-efault', 'guest-sigbus', 'vmm-killed']);
    expect(wrong).toEqual([]);
    expect([...done]).toEqual(expect.arrayContaining(['memory-failure 0', 'memory-failure EBUSY']));
  });
});
