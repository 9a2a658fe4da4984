import { describe, expect, it } from 'vitest';
import { retrySleepFrom, type SleptStall } from '../../src/host/calibration/retry-sleep-estimate.ts';

const FAULT_NS = 6_000;

interface Kvm {
  readonly spinNs: number;
  readonly firstSleeps: number;
  readonly sleepNs: number;
}

/** A host that spins, then sleeps `firstSleeps` times whatever happens, then looks after each sleep. */
const stallBehind = (sectionNs: number, { spinNs, firstSleeps, sleepNs }: Kvm): SleptStall => {
  if (sectionNs <= spinNs) return { ns: sectionNs + FAULT_NS, sleeps: 0 };
  const sleeps = Math.max(firstSleeps, Math.ceil((sectionNs - spinNs) / sleepNs));
  return { ns: spinNs + sleeps * sleepNs + FAULT_NS, sleeps };
};
const spinning = (sectionNs: number): SleptStall => ({ ns: sectionNs + FAULT_NS, sleeps: 0 });

/** Sections of a length, each a little longer than the one before. */
const sections = (from: number): number[] => Array.from({ length: 20 }, (_, index) => from + 1_000 * index);
const stalls = (stall: (sectionNs: number) => SleptStall) => ({
  short: sections(200_000).map(stall),
  long: sections(2_000_000).map(stall),
  shortest: sections(60_000).map(stall),
  faultNs: FAULT_NS,
  what: 'stalls',
});

const medians = (input: Parameters<typeof retrySleepFrom>[0]) =>
  Object.fromEntries(retrySleepFrom(input).map(({ cost, p50 }) => [cost, p50]));

describe('retrySleepFrom', () => {
  it('a host that spins: nothing', () => {
    expect(retrySleepFrom(stalls(spinning))).toEqual([]);
  });

  it('a host that spins, whose vCPU is put aside once in each stall: nothing', () => {
    expect(retrySleepFrom(stalls((ns) => ({ ...spinning(ns), sleeps: 1 })))).toEqual([]);
  });

  it.each<Kvm>([
    { spinNs: 75_000, firstSleeps: 3, sleepNs: 100_000 },
    { spinNs: 110_000, firstSleeps: 3, sleepNs: 90_000 },
    { spinNs: 60_000, firstSleeps: 5, sleepNs: 50_000 },
  ])('a host that spins $spinNs ns and sleeps $firstSleeps times $sleepNs ns: its figures', (kvm) => {
    const { retrySpinNs, retrySleepFirstNs, retrySleepNs } = medians(stalls((ns) => stallBehind(ns, kvm)));
    expect(retrySleepNs).toBeCloseTo(kvm.sleepNs, -1);
    expect(retrySleepFirstNs).toBeCloseTo(kvm.firstSleeps * kvm.sleepNs, -1);
    // Not less than a stall without a sleep was seen to be.
    const awake = sections(60_000).filter((ns) => ns <= kvm.spinNs);
    expect(retrySpinNs).toBeGreaterThanOrEqual(kvm.spinNs - 100);
    expect(retrySpinNs).toBeLessThanOrEqual(Math.max(kvm.spinNs + 100, ...awake));
  });

  it('a long stall among many alike: it moves nothing', () => {
    const clean = stalls((ns) => stallBehind(ns, { spinNs: 75_000, firstSleeps: 3, sleepNs: 100_000 }));
    const disturbed = { ns: 9_000_000, sleeps: 4 };
    expect(medians({ ...clean, short: [...clean.short, disturbed], long: [...clean.long, disturbed] })).toEqual(
      medians(clean),
    );
  });

  it('stalls without a sleep that are longer than what is left of the others: spinning is no shorter than they are', () => {
    const kvm = { spinNs: 75_000, firstSleeps: 3, sleepNs: 100_000 };
    const shortest = sections(90_000).map(spinning);
    const { retrySpinNs } = medians({ ...stalls((ns) => stallBehind(ns, kvm)), shortest });
    expect(retrySpinNs).toBeGreaterThan(100_000);
    expect(retrySpinNs).toBeLessThan(110_000);
  });
});
