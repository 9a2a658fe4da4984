// The pure parts of History.

import { describe, expect, it } from 'vitest';
import { comparisonDocumentSchema } from '../../src/lab/comparison.ts';
import { filtersOf, instantOfLocal, isFiltered, listQuery, localTime } from '../../web/src/history/filters.ts';
import { openHref, refsOf, refText, shareHref, sideBySideHref } from '../../web/src/history/job-kinds.ts';
import { questionDifferences } from '../../web/src/history/question-diff.ts';
import {
  type Entry,
  entriesOf,
  hasSeveralMapcounts,
  metricsOf,
  ratioToFirst,
  sideRows,
} from '../../web/src/history/side-rows.ts';

const queryOf = (href: string) => Object.fromEntries(new URL(href, 'http://page').searchParams);

describe('addresses', () => {
  it('results by kind and id: come back from an address; what is none is left out', () => {
    const refs = [
      { kind: 'comparison', id: 'a-1' },
      { kind: 'measurement', id: 'b:2' },
    ] as const;
    expect(refsOf(queryOf(sideBySideHref(refs)).results ?? '')).toEqual(refs);
    expect(refsOf('simulation:1,sweep:,comparison,:x,sweep:s')).toEqual([{ kind: 'sweep', id: 's' }]);
    expect(refText(refs[0])).toBe('comparison:a-1');
  });

  it.each([
    ['comparison', '/compare', { comparison: 'i' }],
    ['exploration', '/explore', { view: 'question', id: 'i' }],
    ['sweep', '/history', { results: 'sweep:i' }],
    ['measurement', '/history', { results: 'measurement:i' }],
  ] as const)('%s: opened where it is looked at', (kind, path, query) => {
    const href = openHref({ kind, id: 'i' });
    expect([new URL(href, 'http://page').pathname, queryOf(href)]).toEqual([path, query]);
  });

  it.each(['comparison', 'exploration', 'sweep', 'measurement'] as const)('%s: shared with its question', (kind) => {
    const request = { scenario: 'x', operations: ['truncate'], grid: { 'vm.vcpus': [1] }, seed: 3 };
    const query = queryOf(shareHref({ kind, id: 'i' }, request as never));
    const asked = kind === 'comparison' ? { scenario: query.scenario, seed: query.seed } : JSON.parse(query.ask ?? '');
    expect(asked).toEqual(kind === 'comparison' ? { scenario: 'x', seed: '3' } : request);
    expect(Object.values(query).some((value) => value.endsWith('i'))).toBe(true);
  });
});

describe('filters', () => {
  it('of an address: those that there are, each as the service takes it', () => {
    const query = 'q=hgm&kind=sweep&status=succeeded&scheme=post-collapse/zap&since=2026-01-02T03:04:05Z&until=soon';
    const filters = filtersOf(new URLSearchParams(query));
    expect(filters).toEqual({
      q: 'hgm',
      kind: 'sweep',
      status: 'succeeded',
      scenario: '',
      scheme: 'post-collapse/zap',
      since: '2026-01-02T03:04:05.000Z',
      until: '',
    });
    expect(listQuery(filters, 'c', 5)).toEqual({
      limit: 5,
      cursor: 'c',
      q: 'hgm',
      status: 'succeeded',
      scheme: 'post-collapse/zap',
      since: '2026-01-02T03:04:05.000Z',
    });
  });

  it('no such kind or status, and too short a search: not asked for', () => {
    const filters = filtersOf(new URLSearchParams('q=hg&kind=job&status=done'));
    expect([listQuery(filters, '', 5), isFiltered(filters)]).toEqual([{ limit: 5 }, true]);
    expect(isFiltered(filtersOf(new URLSearchParams('cursor=x')))).toBe(false);
  });

  it('a time of day: there and back in any zone', () => {
    const instant = '2026-03-29T10:30:00.000Z';
    expect(instantOfLocal(localTime(instant))).toBe(instant);
    expect([localTime(''), instantOfLocal('')]).toEqual(['', '']);
  });
});

describe('differences of questions', () => {
  const spec = { scenario: 's', schemes: ['range', 'none'], overrides: { 'vm.vcpus': 16 } };
  const of = (changed: object, kind: 'comparison' | 'sweep' = 'comparison') =>
    questionDifferences([
      { kind: 'comparison', spec: spec as never },
      { kind, spec: { ...spec, ...changed } as never },
    ]);

  it('what means the same: no difference', () => {
    const { repetitions, seed } = (comparisonDocumentSchema as { properties: Record<string, { default?: unknown }> })
      .properties;
    const usual = { repetitions: repetitions?.default, seed: seed?.default, overrides: { 'vm.vcpus': '16' } };
    expect(of(usual)).toEqual([]);
  });

  it('what does not: field by field, with the value of each', () => {
    const changed = { seed: 2, schemes: ['range'], overrides: { 'machine.kernel': '6.1' } };
    expect(of(changed, 'sweep')).toEqual([
      { field: 'kind', values: ['comparison', 'sweep'] },
      { field: 'seed', values: ['1', '2'] },
      { field: 'schemes', values: ['range, none', 'range'] },
      { field: 'overrides.vm.vcpus', values: ['16', null] },
      { field: 'overrides.machine.kernel', values: [null, '6.1'] },
    ]);
  });

  it('a document and a name: the fields of the document', () => {
    expect(of({ scenario: { vm: { vcpus: 2 }, timeline: [{ at: 1 }] } }).map(({ field }) => field)).toEqual([
      'scenario',
      'scenario.vm.vcpus',
      'scenario.timeline',
    ]);
  });
});

const row = (scheme: string, maxNs: number, mapcount = 'subpage') => ({
  scheme,
  mapcount,
  stall: { maxNs, p99Ns: maxNs, totalNs: maxNs, count: 1 },
  spinNs: 0,
  sleepNs: null,
  blackout: { maxNs: 0 },
  operations: [{ durationNs: { max: 5 } }, { durationNs: { max: 9 } }],
  hugeRecoveryNs: null,
  guest: { throughputLoss: 0.5 },
});
const entries = (...rows: object[]): readonly Entry[] => entriesOf('comparison', { schemes: rows } as never, false);

describe('numbers side by side', () => {
  const longest = metricsOf(['comparison']).filter(({ id }) => id === 'maxNs');

  it('rows of the same scheme: beside each other, with the ratio to the first', () => {
    const [both, mine, theirs] = sideRows(
      [entries(row('range', 100), row('narrow', 50)), entries(row('range', 25), row('none', 1))],
      longest,
    );
    expect([both?.values, mine?.values, theirs?.values]).toEqual([
      [100, 25],
      [50, undefined],
      [undefined, 1],
    ]);
    expect([ratioToFirst(both!, 1), ratioToFirst(mine!, 1), ratioToFirst(theirs!, 1)]).toEqual([0.25, null, null]);
  });

  it('a first number of 0: no ratio', () => {
    const [zero] = sideRows([entries(row('range', 0)), entries(row('range', 5))], longest);
    expect(ratioToFirst(zero!, 1)).toBeNull();
  });

  it('a sweep: a row for each scheme at each point', () => {
    const points = [1, 2].map((vcpus) => ({ at: { 'vm.vcpus': vcpus }, result: { schemes: [row('range', vcpus)] } }));
    const found = entriesOf('sweep', { points } as never, false);
    expect(found.map(({ name, values }) => [name, values.maxNs, values.operationNs])).toEqual([
      ['vm.vcpus=1 · range', 1, 9],
      ['vm.vcpus=2 · range', 2, 9],
    ]);
  });

  it('a measurement: a row for each place', () => {
    const found = entriesOf('measurement', { schemes: [{ ...row('control', 1), place: 'inside' }] } as never, false);
    expect(found.map(({ name, isMeasured }) => [name, isMeasured])).toEqual([['control · inside', true]]);
  });

  it('an exploration: its search in numbers', () => {
    const result = { schedules: 1, states: 2, transitions: 3, depth: 4, findings: [{}], verdict: 'safe' };
    const found = entriesOf('exploration', result as never, false);
    const rows = sideRows([found], metricsOf(['exploration']));
    expect(rows.map(({ metric, values }) => [metric.id, values[0]])).toEqual([
      ['schedules', 1],
      ['states', 2],
      ['transitions', 3],
      ['depth', 4],
      ['findings', 1],
    ]);
  });

  it('several mapcount schemes in one of them: rows by both', () => {
    const result = { schemes: [row('range', 1), row('range', 2, 'folio-vmas')] } as never;
    expect([hasSeveralMapcounts('comparison', result), hasSeveralMapcounts('exploration', result)]).toEqual([
      true,
      false,
    ]);
    expect(entriesOf('comparison', result, true).map(({ key }) => key)).toEqual(['range subpage', 'range folio-vmas']);
  });
});
