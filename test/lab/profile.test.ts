import { describe, expect, test } from 'vitest';
import { costDescriptions, costNames } from '../../src/lab/cost-names.ts';
import { builtInLibrary, listProfiles, loadProfile, loadProfileDocument } from '../../src/lab/library.ts';
import { parseProfile } from '../../src/lab/profile.ts';
import { profileFigures } from '../../src/lab/profile-figures.ts';
import { errorsOf, pathsOf } from './errors.ts';

const profiles = listProfiles().map(({ name }) => name);

interface LooseProfile {
  name: string;
  costs: Record<string, Record<string, unknown>>;
}

const uncontended = () => structuredClone(builtInLibrary.profile('epyc-uncontended')) as LooseProfile;

describe('cost profiles of the library', () => {
  test('names: the uncontended one and that of the thread', () => {
    expect(profiles).toEqual(['epyc-uncontended', 'hgm-thread-2023']);
  });

  const costs = profiles.flatMap((profile) => costNames.map((cost) => [profile, cost] as const));

  test.each(costs)('%s: %s: inside its range, with a source that can be looked up', (profile, cost) => {
    const { value, low, high, source, confidence } = loadProfileDocument(profile).costs[cost];
    expect(Number.isInteger(value)).toBe(true);
    expect(value).toBeGreaterThanOrEqual(low);
    expect(value).toBeLessThanOrEqual(high);
    // A row of the evidence (#5, C2d, A1); or it says that it is an estimate, and is then not trusted more than one.
    if (/(#\d+|\b[A-H]\d+d?\b)/.test(source)) return;
    expect(source).toMatch(/^Estimate: /);
    expect(confidence).toBe('L');
  });

  const figures = profiles.flatMap((name) =>
    profileFigures(loadProfile(name)).map((figure) => [name, figure] as const),
  );

  test.each(figures.map(([name, figure]) => [name, figure.id, figure.row, figure] as const))(
    '%s: %s: inside the range of row %s',
    (_, _id, _row, { ns, low, high }) => {
      expect(ns).toBeGreaterThanOrEqual(low);
      expect(ns).toBeLessThanOrEqual(high);
    },
  );

  test.each([
    ['retry-lap-early-check', 700], // row 3
    ['retry-lap-after-gup', 900], // row 4, its low end: nobody contends
    ['spte-install-fault', 950], // row 5
    ['host-minor-fault', 2400], // row 7
    ['spte-zap', 75], // row 11
    ['pte-install', 55], // row 28
    ['hgm-page-table-part', 60], // row 29, uncontended
    ['uffdio-continue-4k', 1500], // row 34
  ])('epyc-uncontended: %s: %i ns, the typical value of its row', (id, ns) => {
    const figure = profileFigures(loadProfile('epyc-uncontended')).find((candidate) => candidate.id === id);
    expect(figure?.ns).toBe(ns);
  });

  test('epyc-uncontended: split of 2M: within 1 % of the 33 us of C7d', () => {
    const split = profileFigures(loadProfile('epyc-uncontended')).find(({ id }) => id === 'spte-split-table');
    expect(Math.abs((split?.ns ?? 0) / 33_000 - 1)).toBeLessThan(0.01);
  });

  test('hgm-thread-2023: page-table part 1900 and subpage part 1900: the second per 1 GiB of A1', () => {
    const profile = loadProfile('hgm-thread-2023');
    const part = profileFigures(profile).find(({ id }) => id === 'hgm-page-table-part');
    expect(profile.regime).toBe('as-reported');
    expect(part?.ns).toBe(1900);
    expect(profile.costs.subpageMapcountNs).toBe(1900);
    expect(profile.costs.headMapcountNs).toBe(1000);
  });

  test('hgm-thread-2023: what the thread does not speak of: as in epyc-uncontended', () => {
    const [reported, base] = [loadProfile('hgm-thread-2023').costs, loadProfile('epyc-uncontended').costs];
    const changed = costNames.filter((cost) => reported[cost] !== base[cost]);
    expect(changed).toEqual(['hgmWalkNs', 'subpageMapcountNs', 'headMapcountNs']);
  });

  test('cost names: each says what it pays for and is in ns', () => {
    for (const [name, description] of Object.entries(costDescriptions)) {
      expect(name).toMatch(/Ns$|Ns$/);
      expect(description.length).toBeGreaterThan(15);
    }
  });
});

describe('parseProfile', () => {
  test('file: only integers of ns are left for the run', () => {
    const profile = parseProfile(uncontended());
    expect(Object.keys(profile.costs)).toEqual([...costNames]);
    expect(profile.costs.vmExitEntryNs).toBe(550);
  });

  test('cost that is missing: refused by name', () => {
    const document = uncontended();
    delete document.costs.ipiNs;
    expect(errorsOf(() => parseProfile(document))).toEqual([
      {
        path: 'costs.ipiNs',
        message: 'is missing; must be an object with the fields value, low, high, source, confidence',
      },
    ]);
  });

  test('value outside of its own range: refused', () => {
    const document = uncontended();
    document.costs.ipiNs = { ...document.costs.ipiNs, value: 9000 };
    expect(errorsOf(() => parseProfile(document))).toEqual([
      { path: 'costs.ipiNs.value', message: 'must be from low to high (800 to 1500), got 9000' },
    ]);
  });

  test('fraction of a ns, empty source, unknown cost: all refused in one error', () => {
    const document = uncontended();
    document.costs.ipiNs = { value: 1300.5, low: 800, high: 1500, source: '', confidence: 'H' };
    document.costs.teaNs = { value: 1 };
    expect(pathsOf(() => parseProfile(document))).toEqual(['costs.teaNs', 'costs.ipiNs.value', 'costs.ipiNs.source']);
  });

  test('no document at all: refused', () => {
    expect(pathsOf(() => parseProfile(null))).toEqual(['']);
  });
});
