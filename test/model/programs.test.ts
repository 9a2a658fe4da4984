// Random programs of all operations, over several processes and VMs, with every checker on. A finding is either one that the
// reference predicts for what was drawn, or a bug of the model.
//
// FUZZ_RUNS and FUZZ_SEED draw more of them, and others: `npm run fuzz`.

import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Invalidation } from '../../src/kvm/invalidation.ts';
import { ShadowPages } from '../../src/kvm/shadow/shadow-pages.ts';
import { Folio } from '../../src/mm/folio.ts';
import { MmuNotifierChain } from '../../src/mm/mmu-notifier.ts';
import { type Among, type Program, predictedBy, programs, runProgram } from '../support/programs.ts';

const numRuns = Number(process.env.FUZZ_RUNS ?? 2500);
const seed = Number(process.env.FUZZ_SEED ?? 1);

const surprises = (program: Program): string[] =>
  runProgram(program)
    .findings.filter((finding) => predictedBy(finding, program) === null)
    .map(({ kind, message }) => `${kind}: ${message}`);

describe('random programs', () => {
  test('every finding is one that the reference predicts', () => {
    fc.assert(
      fc.property(programs(), (program) => {
        expect(surprises(program)).toEqual([]);
      }),
      { numRuns, seed },
    );
  }, 1_800_000);

  const sound: readonly [name: string, among: Among][] = [
    [
      'today’s notifier, nothing shrinks the file',
      {
        hgmVersions: ['rfc2', 'v2'],
        schemes: ['range', 'range-chunked', 'narrow'],
        without: ['truncate', 'punch-hole', 'memory-failure'],
        userfault: false,
      },
    ],
    [
      'the proposed notifier, HGM v2 with the folio lock held, counts of leaves',
      {
        backings: ['hugetlb-2m'],
        hgmVersions: ['v2'],
        schemes: ['post-collapse/zap', 'post-collapse/cut', 'post-collapse/promote', 'none'],
        mapcounts: ['subpage', 'head-per-pte'],
        without: ['memory-failure'],
        userfault: false,
      },
    ],
  ];

  test.each(sound)(
    'sound combinations: %s: no finding',
    (_name, among) => {
      fc.assert(
        fc.property(programs(among), (program) => {
          const wrong = runProgram(program).findings.filter(({ kind }) => !benign.has(kind));
          // Not the work of the schemes, and of one setting only.
          expect(wrong.filter((finding) => finding.kind !== 'event-budget' || !predictedBy(finding, program))).toEqual(
            [],
          );
        }),
        { numRuns: Math.ceil(numRuns / 5), seed },
      );
    },
    1_800_000,
  );
});

/** What a program asks for itself: memory that it takes from its guests, a run that ends in the middle of a fault. */
const benign: ReadonlySet<string> = new Set(['guest-efault', 'stall-at-end']);

describe('random programs: canaries', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const isFound = (among: Among = {}): boolean =>
    fc
      .sample(programs({ hgmVersions: ['v2'], mapcounts: ['subpage'], ...among }), { numRuns: 200, seed: 2 })
      .some((program) => {
        try {
          return surprises(program).length > 0;
        } catch {
          // A model that is broken far enough fails its own assertions.
          return true;
        }
      });

  test('a fault that does not look for invalidations: found', () => {
    vi.spyOn(Invalidation.prototype, 'retryGfn').mockReturnValue(false);
    expect(isFound()).toBe(true);
  });

  test('a notifier chain that tells nobody of the start of a section: found', () => {
    vi.spyOn(MmuNotifierChain.prototype, 'notifications$', 'get');
    vi.spyOn(MmuNotifierChain.prototype, 'register').mockReturnValue(() => {});
    expect(isFound()).toBe(true);
  });

  test('shadow paging whose rmaps know of no SPTE: found', () => {
    vi.spyOn(ShadowPages.prototype, 'nextSpte').mockReturnValue(null);
    expect(isFound({ mmus: [{ mmu: 'shadow' }] })).toBe(true);
  });

  test('one reference too many: found', () => {
    const { changeRefs } = Folio.prototype;
    let calls = 0;
    vi.spyOn(Folio.prototype, 'changeRefs').mockImplementation(function change(this: Folio, by: number) {
      calls += 1;
      return changeRefs.call(this, calls % 1000 === 0 ? by + 1 : by);
    });
    expect(isFound()).toBe(true);
  });
});
