import { describe, expect, test } from 'vitest';
import { checkAllSptes } from '../../src/kvm/checkers.ts';
import { checkFolioCounts } from '../../src/mm/checkers.ts';
import { HugetlbVma } from '../../src/mm/hugetlb-vma.ts';
import { checkPageCounts } from '../../src/mm/page-checkers.ts';
import { cutAt } from '../support/cut.ts';
import { TestMemory } from '../support/memory.ts';
import { TestWorld } from '../support/world.ts';

const kernels = ['6.1', '6.12'] as const;

function expectSound(w: TestWorld): void {
  checkAllSptes(w.kvm);
  checkFolioCounts(w.machine);
  checkPageCounts(w.machine);
  expect(w.findingKinds()).toEqual([]);
}

describe('splitVma', () => {
  test.each(['upper', 'lower'] as const)('shmem, the %s half new: both show their pages of the file', (fresh) => {
    const w = new TestWorld({ hugePages: 1 });
    const { vma, ...memory } = new TestMemory(w, { kind: 'shmem', pages: 8 });
    const at = vma.addressOf(3);
    const before = [vma.start, vma.end];
    expect(w.call(cutAt(w, at, fresh))).toBe(0);
    const [lower, upper] = [w.mm.findVma(vma.addressOf(2)), w.mm.findVma(at)];
    expect([lower?.start, lower?.end, upper?.start, upper?.end]).toEqual([before[0], at, at, before[1]]);
    expect([lower?.pageOffset, upper?.pageOffset]).toEqual([0, 3]);
    expect(fresh === 'upper' ? lower : upper).toBe(vma);
    expect(vma.mapping?.vmas).toEqual(expect.arrayContaining([lower, upper]));
    expect(upper?.pageIndex(upper.addressOf(5))).toBe(5);
    expect(memory.pages).toBe(8);
    expectSound(w);
  });

  test('anonymous: both halves have one anon_vma, whose lock is held for write meanwhile', () => {
    const w = new TestWorld({ hugePages: 1 });
    const { vma } = new TestMemory(w, { kind: 'anonymous', pages: 8 });
    const task = w.spawn('cut', cutAt(w, vma.addressOf(4)));
    const held = w.watch(task, () => (vma.rmapTree.rmapRwsem.isWriteHeld ? 'W' : ''));
    w.run();
    expect(held).toEqual(['W', '']);
    expect(vma.rmapTree.vmas).toHaveLength(2);
    expect(w.mm.findVma(vma.addressOf(4))?.rmapTree).toBe(vma.rmapTree);
  });

  test('hugetlb: each half has a vma_lock of its own; a cut inside of a huge page is refused', () => {
    const w = new TestWorld({ hugePages: 2 });
    expect(w.call(cutAt(w, w.at(2)))).toBe('EINVAL');
    expect(w.mm.vmas).toHaveLength(1);
    expect(w.call(cutAt(w, w.at(4)))).toBe(0);
    const upper = w.mm.findVma(w.at(4));
    if (!(upper instanceof HugetlbVma)) throw new Error('the upper half is of hugetlb');
    expect(upper.hugetlbLock).not.toBe(w.vma.hugetlbLock);
    expect([upper.cacheIndex(w.at(4)), upper.addressOfHugePage(1), upper.highGranularity]).toEqual([1, w.at(4), true]);
    expectSound(w);
  });

  test.each(kernels)('%s, a cut through an anonymous huge leaf: small leaves, under one section', (kernel) => {
    const w = new TestWorld({ hugePages: 1, kernel });
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 8, folios: 2, mapped: 2 });
    w.call(cutAt(w, memory.at(1)));
    expect(memory.hostLevels()).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    expect(w.mm.notifiers.stats.sections).toBe(1);
    expectSound(w);
  });

  test.each(kernels)('%s, a cut through a huge leaf of a file: it is unmapped, and faults find it again', (kernel) => {
    const w = new TestWorld({ hugePages: 1, kernel });
    const memory = new TestMemory(w, { kind: 'shmem', pages: 8, folios: 2, mapped: 2 });
    w.call(cutAt(w, memory.at(6)));
    expect(memory.hostLevels()).toEqual([2, 2, 2, 2, 0, 0, 0, 0]);
    expectSound(w);
  });
});
