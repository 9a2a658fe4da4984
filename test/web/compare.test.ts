// The pure parts of Compare.

import { describe, expect, it } from 'vitest';
import { catalog } from '../../src/lab/catalog.ts';
import { planComparison } from '../../src/lab/comparison.ts';
import { builtInLibrary } from '../../src/lab/library.ts';
import { keptMatrix } from '../../src/server/matrix.ts';
import {
  type ComparisonQuestion,
  compareHref,
  FIRST_QUESTION,
  questionOfQuery,
  questionOfRequest,
  requestOf,
  sameQuestion,
} from '../../web/src/api/comparison-question.ts';
import { type CauseBar, causeBars, causesOf, drawnParts, logStart } from '../../web/src/compare/cause-chart.ts';
import { countsText, exploredCells, type Matrix, worstText, worstVerdict } from '../../web/src/compare/explored.ts';
import { exploredCaseOf } from '../../web/src/compare/explored-case.ts';
import { pairedBaseline, ratioExtent, ratiosTo, ratioText } from '../../web/src/compare/ratio-chart.ts';
import type { ComparisonResult } from '../../web/src/compare/row-names.ts';
import { fieldHint, fieldPaths, type SchemaNode, schemaAt, valueAt } from '../../web/src/compare/scenario-fields.ts';

const FULL: ComparisonQuestion = {
  scenario: 'hgm-collapse-2m',
  schemes: ['range', 'post-collapse/promote'],
  mapcounts: ['subpage', 'folio-vmas'],
  repetitions: '5',
  seed: '42',
  overrides: { 'vm.vcpus': '4', 'timeline.0.at': '1ms', 'guest.phases': '[{"pattern":"idle"}]' },
};

const throughAddress = (question: ComparisonQuestion): ComparisonQuestion =>
  questionOfQuery(new URL(compareHref(question), 'http://page').searchParams);

describe('a question in an address', () => {
  it.each([
    ['nothing chosen', FIRST_QUESTION],
    ['all chosen', FULL],
    ['nothing of a list', { ...FULL, schemes: [], mapcounts: [] }],
    ['a document', { ...FULL, scenario: '{"vm":{"vcpus":2},"description":"a & b = c"}' }],
    ['what is no number', { ...FULL, seed: 'many', repetitions: '' }],
  ])('%s: comes back as it was', (_, question) => {
    expect(throughAddress(question)).toEqual(question);
  });

  it('an address without one: the first question', () => {
    expect(questionOfQuery(new URLSearchParams('comparison=1&set.='))).toEqual(FIRST_QUESTION);
  });
});

describe('a question as a request', () => {
  it.each([
    ['nothing chosen', FIRST_QUESTION],
    ['all chosen', { ...FULL, overrides: { 'vm.vcpus': '4', 'timeline.0.at': '1ms' } }],
    ['a document', { ...FIRST_QUESTION, scenario: '{"vm":{"vcpus":2}}' }],
  ])('%s: the service plans it, and its stored request asks the same', (_, question) => {
    const request = requestOf(question);
    const plan = planComparison(request);
    const stored = questionOfRequest(JSON.parse(JSON.stringify(request)));
    expect(sameQuestion(stored, question)).toBe(true);
    expect(planComparison(requestOf(stored))).toEqual(plan);
  });

  it('what is wrong: goes to the service as it was typed, which names the field', () => {
    const wrong = { ...FULL, repetitions: 'three', overrides: { 'vm.vcpus': 'x' } };
    expect(() => planComparison(requestOf(wrong))).toThrow(/repetitions/);
    expect(() => planComparison(requestOf({ ...wrong, repetitions: '3' }))).toThrow(/vm\.vcpus/);
    expect(() => planComparison(requestOf({ ...FULL, scenario: '{"vm":' }))).toThrow(/scenario/);
  });

  it('another order of overrides: the same question; another value: another one', () => {
    const turned = { ...FULL, overrides: Object.fromEntries(Object.entries(FULL.overrides).reverse()) };
    expect([sameQuestion(FULL, turned), sameQuestion(FULL, { ...FULL, seed: '43' })]).toEqual([true, false]);
  });
});

describe('fields of a scenario', () => {
  const schema = catalog().scenarioSchema as SchemaNode;
  const document = builtInLibrary.scenario('hgm-collapse-1g') as { name: string };

  it('every path: the schema knows it, and the lab takes what the document has there', () => {
    const paths = fieldPaths(schema, document);
    expect(paths).toContain('timeline.0.range.length');
    for (const path of paths) expect([path, schemaAt(schema, path)]).not.toEqual([path, undefined]);
    const written = paths.filter((path) => valueAt(document, path) !== undefined && path !== 'name');
    expect(written.length).toBeGreaterThan(10);
    const overrides = Object.fromEntries(written.map((path) => [path, valueAt(document, path)]));
    const plain = planComparison({ scenario: 'hgm-collapse-1g', overrides: {} });
    expect(planComparison({ scenario: 'hgm-collapse-1g', overrides })).toEqual(plain);
  });

  it.each([
    ['vm.vcpus', '1 to 256 vCPUs; default 8'],
    ['machine.kernel', '6.1, 6.12, 6.18; default 6.12'],
    ['guest.partitioned', 'true or false; default false'],
    ['vm.memory', '2097152 to 68719476736 bytes or text such as 2MiB; default 1073741824'],
  ])('%s: says what it takes', (path, hint) => {
    expect(fieldHint(schemaAt(schema, path)!)).toBe(hint);
  });

  it('a path that no scenario has: unknown', () => {
    expect([schemaAt(schema, 'vm.nothing'), schemaAt(schema, 'vm.toString'), valueAt(document, 'vm.x.y')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('what the exploration matrix says', () => {
  const schema = catalog().scenarioSchema as SchemaNode;
  const matrix = keptMatrix() as unknown as Matrix;
  const about = (scenario: string, overrides: Record<string, string> = {}) =>
    exploredCaseOf(builtInLibrary.scenario(scenario), { overrides }, schema);
  const own = (scenario: string, scheme: string, overrides: Record<string, string> = {}) =>
    worstVerdict(exploredCells(matrix, about(scenario, overrides), scheme, 'subpage').own);

  it.each([
    ['thp-anon-collapse', 'range', 'safe'],
    ['thp-anon-collapse', 'post-collapse/promote', 'unsafe'],
    ['thp-pte-mapped-collapse', 'post-collapse/promote', 'safe'],
    ['thp-shmem-collapse', 'post-collapse/promote', 'unsafe'],
    ['hgm-collapse-1g', 'post-collapse/promote', 'safe'],
    ['hgm-collapse-1g', 'none', 'performance'],
    ['postcopy-4k', 'range', 'safe'],
    ['numa-storm', 'range', null],
  ])('%s under %s: %s', (scenario, scheme, verdict) => {
    expect(own(scenario, scheme)).toBe(verdict);
  });

  it('another revision of HGM than the one explored: nothing is said', () => {
    expect(own('hgm-collapse-1g', 'range', { 'hgm.version': 'v1' })).toBeNull();
  });

  it('other operations beside it: the worst of them, and how many', () => {
    const { own: alone, beside } = exploredCells(matrix, about('hgm-collapse-1g'), 'range', 'subpage');
    expect(alone.map(({ row }) => row)).toEqual([
      'madv-collapse',
      'madv-collapse, two vCPUs',
      'madv-collapse+madv-collapse',
    ]);
    expect(worstText(alone)).toBe('safe in all 3');
    expect([worstText(alone.slice(0, 1)), worstText([])]).toEqual(['safe', '']);
    expect(worstText(beside)).toBe(`unsafe in 1 of ${beside.length}`);
    expect(countsText(beside)).toMatch(/^1 unsafe, 1 incomplete, \d+ safe$/);
    expect(beside.every(({ kernel, scheme }) => kernel === '6.12' && scheme === 'range')).toBe(true);
  });
});

const bar = (parts: readonly number[]): CauseBar => ({
  name: 'bar',
  row: { scheme: 'range', mapcount: 'subpage' },
  totalNs: parts.reduce((sum, ns) => sum + ns, 0),
  byCause: parts.map((ns, index) => ({ cause: String(index), ns })),
});

describe('bars by cause', () => {
  it('linear and share: the parts as they are', () => {
    expect(drawnParts(bar([30, 0, 10]), 'linear', 1)).toEqual([30, 0, 10]);
    expect(drawnParts(bar([30, 0, 10]), 'share', 1)).toEqual([75, 0, 25]);
  });

  it('logarithmic: ends at the total, and is divided by share', () => {
    const startNs = logStart([bar([900, 0, 9100]), bar([700])]);
    expect(startNs).toBe(100);
    const parts = drawnParts(bar([900, 0, 9100]), 'log', startNs);
    expect(parts[1]).toBe(0);
    expect(startNs + parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(10_000);
    // Two decades, of which the first part takes nine hundredths.
    expect(Math.log10((startNs + parts[0]!) / startNs)).toBeCloseTo(2 * 0.09);
  });

  it('nothing stalled: nothing drawn', () => {
    expect([drawnParts(bar([0, 0]), 'log', 1), drawnParts(bar([0]), 'share', 1), logStart([bar([0])])]).toEqual([
      [0, 0],
      [0],
      1,
    ]);
  });

  it('causes: in the order of the catalog, without those that nobody has had', () => {
    const rows = [{ stallByCauseNs: { fault: 1, 'mmu-lock': 0, later: 3 } }] as never;
    expect(causesOf(rows, ['mmu-lock', 'fault'])).toEqual(['fault', 'later']);
    expect(causeBars(rows, ['fault', 'later'], () => 'x')[0]?.totalNs).toBe(4);
  });
});

describe('ratios', () => {
  const result = {
    schemes: [
      { scheme: 'range', mapcount: 'subpage', stall: { maxNs: 100 } },
      { scheme: 'narrow', mapcount: 'subpage', stall: { maxNs: 50 } },
      { scheme: 'none', mapcount: 'subpage', stall: { maxNs: 0 } },
    ],
    paired: [
      { baseline: 'range', scheme: 'narrow', mapcount: 'subpage', maxStallRatio: { estimate: 0.5, ci95: [-0.1, 1.1] } },
      { baseline: 'range', scheme: 'none', mapcount: 'subpage', maxStallRatio: { estimate: null, ci95: null } },
    ],
  } as unknown as ComparisonResult;
  const name = ({ scheme }: { scheme: string }) => scheme;

  it('the baseline of the service: its estimates and intervals', () => {
    expect(pairedBaseline(result)).toBe('range');
    expect(ratiosTo('range', result, name).map(ratioText)).toEqual([
      '0.5x [-0.1, 1.1]',
      'none: the baseline had no stall in some repetition',
    ]);
  });

  it('another baseline: plain ratios without an interval; one that never stalled: none', () => {
    expect(ratiosTo('narrow', result, name).map(({ estimate, ci95 }) => [estimate, ci95])).toEqual([
      [2, null],
      [0, null],
    ]);
    expect(ratiosTo('none', result, name).map(({ estimate }) => estimate)).toEqual([null, null]);
  });

  it('the axis: room for all that can be drawn, 0 and less at its edge', () => {
    expect(ratioExtent(ratiosTo('range', result, name))).toEqual([0.1, 10]);
    expect(ratioExtent([])).toEqual([0.1, 10]);
  });
});
