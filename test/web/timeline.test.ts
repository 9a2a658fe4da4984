// The pure parts of the timeline: reading a trace, finding what is visible, drawing it as columns, explaining a stall.

import { describe, expect, it } from 'vitest';
import { catalog } from '../../src/lab/catalog.ts';
import { planComparison } from '../../src/lab/comparison.ts';
import { builtInLibrary } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import { runTrace } from '../../src/lab/run-trace.ts';
import type { RunRecord } from '../../src/lab/run-types.ts';
import { traceTopics } from '../../src/lab/trace-records.ts';
import { Columns, NOTHING } from '../../web/src/timeline/columns.ts';
import { describeSpan, explainStall } from '../../web/src/timeline/explain.ts';
import { isCause, kindName, kindOf, kindOfLock, OTHER } from '../../web/src/timeline/kinds.ts';
import { laneAt, layoutOf } from '../../web/src/timeline/lane-layout.ts';
import type { LockWait } from '../../web/src/timeline/lock-chain.ts';
import { comparisonTracePath, questionIn, rangeIn, stallIn, stallText } from '../../web/src/timeline/question.ts';
import { paintColumns, paintDensity, paletteIn } from '../../web/src/timeline/raster.ts';
import { between, countOf, GrowingSpans, lengthNs, nearest, type Spans } from '../../web/src/timeline/spans.ts';
import { clamp, momentText, NARROWEST_NS, pan, showing, ticksOf, zoom } from '../../web/src/timeline/time-range.ts';
import type { Timeline } from '../../web/src/timeline/timeline.ts';
import { TimelineBuilder } from '../../web/src/timeline/timeline-builder.ts';
import { type TraceEvent, TraceText } from '../../web/src/timeline/trace-text.ts';

const RETRY = kindOf('invalidate-retry');
const FLUSH = kindOf('tlb-flush');

function spansOf(...all: readonly (readonly [startNs: number, endNs: number, kind?: number])[]): Spans {
  const growing = new GrowingSpans();
  for (const [startNs, endNs, kind = RETRY] of all) growing.add(startNs, endNs, kind, 0);
  return growing.sorted();
}

describe('TraceText', () => {
  const read = (text: string, size: number): { events: TraceEvent[]; about: unknown } => {
    const events: TraceEvent[] = [];
    let about: unknown = null;
    const reader = new TraceText({
      head(given) {
        about = given;
      },
      event: (event) => events.push(event),
    });
    for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
    reader.end();
    return { events, about };
  };
  const EVENTS = [
    { ph: 'M', pid: 1, name: 'process_name', args: { name: 'a "quoted" } ] { [ name \\' } },
    { ph: 'X', pid: 1, tid: 1, name: 'x', ts: 0.5, dur: 1, args: { nested: { deep: [{}] } } },
    { ph: 'i', name: 'backslash at the end \\\\', args: {} },
  ];
  const TEXT = `{"displayTimeUnit":"ns","otherData":{"seed":4},"traceEvents":${JSON.stringify(EVENTS)}}\n`;

  it.each([1, 2, 7, 64, 10_000])('pieces of %d characters: the same events', (size) => {
    expect(read(TEXT, size)).toEqual({ events: EVENTS, about: { seed: 4 } });
  });

  it('a list alone, indented, and what stands behind it: read and passed over', () => {
    expect(read(JSON.stringify(EVENTS, null, 2), 5).events).toEqual(EVENTS);
    expect(read(`{ "traceEvents" : [ ] , "more": [{"ph":"X"}] }`, 3).events).toEqual([]);
  });

  it('more events than are parsed at once: all of them, in their order', () => {
    const many = Array.from({ length: 1_234 }, (_, ts) => ({ ph: 'X', ts }));
    expect(read(JSON.stringify({ traceEvents: many }), 1_000).events).toEqual(many);
  });

  it('text that ends in the middle, and text that is no trace: refused', () => {
    expect(() => read(TEXT.slice(0, -20), 50)).toThrow('incomplete');
    expect(() => read('{"scenario":"x"}', 50)).toThrow('no "traceEvents"');
  });
});

describe('spans', () => {
  it('come in any order: sorted by start, of those at one time the longer one first', () => {
    const spans = spansOf([50, 60], [10, 20], [10, 40]);
    expect([[...spans.startNs], [...spans.endNs]]).toEqual([
      [10, 10, 50],
      [40, 20, 60],
    ]);
  });

  it('more than there is room for at first: none is lost', () => {
    const spans = spansOf(...Array.from({ length: 1000 }, (_, at) => [at * 10, at * 10 + 5] as const));
    expect([countOf(spans), spans.startNs[999], lengthNs(spans, 999)]).toEqual([1000, 9990, 5]);
  });

  it('between: those that touch the range, a long one that began far before it included', () => {
    const spans = spansOf([0, 1000], [10, 20], [30, 40], [600, 700], [2000, 2100]);
    const [first, end] = between(spans, 500, 650);
    const touching = Array.from({ length: end - first }, (_, at) => first + at).filter((at) => spans.endNs[at]! >= 500);
    expect(touching).toEqual([0, 3]);
    expect(between(spansOf([0, 10], [20, 30], [40, 50]), 25, 45)).toEqual([1, 3]);
  });

  it('rows: what overlaps is apart, but for the last row', () => {
    const growing = new GrowingSpans();
    for (const [start, end] of [
      [0, 100],
      [10, 50],
      [20, 30],
      [60, 90],
    ]) {
      growing.add(start!, end!, RETRY, 0);
    }
    expect(growing.rows(8).map((row) => [...row.startNs])).toEqual([[0], [10, 60], [20]]);
    expect(growing.rows(2).map((row) => [...row.startNs])).toEqual([[0], [10, 20, 60]]);
  });

  it('nearest: the shortest one under the pointer, else the nearest in reach, else none', () => {
    const spans = spansOf([0, 1000], [100, 110], [5000, 5010]);
    expect([nearest(spans, 105, 0), nearest(spans, 4990, 20), nearest(spans, 3000, 20)]).toEqual([1, 2, null]);
  });
});

describe('time ranges', () => {
  const BOUNDS = { startNs: 0, endNs: 1_000_000 };

  it('zoom: what is at the anchor stays there', () => {
    const range = zoom({ startNs: 100, endNs: 1100 }, 0.5, 350, BOUNDS);
    expect(range).toEqual({ startNs: 225, endNs: 725 });
  });

  it('zoom and pan: never out of the run, never narrower than there is something to see', () => {
    expect(zoom({ startNs: 10, endNs: 500_010 }, 100, 0, BOUNDS)).toEqual(BOUNDS);
    expect(pan({ startNs: 10, endNs: 110 }, -5000, BOUNDS)).toEqual({ startNs: 0, endNs: 100 });
    expect(pan({ startNs: 10, endNs: 110 }, 5e9, BOUNDS)).toEqual({ startNs: 999_900, endNs: 1_000_000 });
    const close = zoom({ startNs: 500, endNs: 540 }, 1e-6, 520, BOUNDS);
    expect(close.endNs - close.startNs).toBe(NARROWEST_NS);
    expect(clamp({ startNs: -5, endNs: 2e6 }, BOUNDS)).toEqual(BOUNDS);
  });

  it('showing: stays where a span is well to be seen, else goes there', () => {
    const range = { startNs: 0, endNs: 1000 };
    expect(showing(range, { startNs: 100, endNs: 300 }, BOUNDS)).toBe(range);
    expect(showing(range, { startNs: 5000, endNs: 6000 }, BOUNDS)).toEqual({ startNs: 3500, endNs: 7500 });
  });

  it.each([
    [{ startNs: 0, endNs: 10_820_763 }, ['0 ms', '2 ms', '4 ms', '6 ms', '8 ms', '10 ms']],
    [{ startNs: 5_052_806, endNs: 5_467_898 }, ['5.1 ms', '5.2 ms', '5.3 ms', '5.4 ms']],
    [{ startNs: 5_052_806, endNs: 5_052_846 }, ['5,052,810 ns', '5,052,820 ns', '5,052,830 ns', '5,052,840 ns']],
  ])('ticks of %j: round, exact, in one unit', (range, labels) => {
    expect(ticksOf(range, 6).map(({ label }) => label)).toEqual(labels);
  });

  it('momentText: to the nanosecond', () => {
    expect([5_000, 5_022_900, 62_123_456_789].map(momentText)).toEqual(['5,000 ns', '5,022.9 us', '62,123.456789 ms']);
  });
});

describe('columns', () => {
  const drawn = (spans: Spans, range: { startNs: number; endNs: number }, width: number): Columns => {
    const columns = new Columns(width);
    columns.clear();
    columns.add(spans, range);
    columns.count(spans, range);
    columns.settle();
    return columns;
  };

  it('several in one column: the kind that took most of it, and how many began there', () => {
    const columns = drawn(spansOf([0, 10, FLUSH], [20, 70, RETRY], [80, 100, FLUSH]), { startNs: 0, endNs: 400 }, 4);
    expect([...columns.kind]).toEqual([RETRY, NOTHING, NOTHING, NOTHING]);
    expect([...columns.begun]).toEqual([3, 0, 0, 0]);
    expect(columns.cover[0]).toBeCloseTo(0.8);
  });

  it('one short stall in an hour, and one of no length at all: each leaves its column drawn', () => {
    const hour = { startNs: 0, endNs: 3.6e12 };
    const columns = drawn(spansOf([1e12, 1e12 + 1], [2e12, 2e12]), hour, 1000);
    const found = [...columns.kind].flatMap((kind, at) => (kind === NOTHING ? [] : [at]));
    expect(found).toEqual([277, 555]);
  });

  it('a long one: every column that it touches, from edge to edge', () => {
    const columns = drawn(spansOf([-100, 1100]), { startNs: 0, endNs: 1000 }, 10);
    expect([...columns.cover]).toEqual(new Array(10).fill(1));
    expect(
      [...drawn(spansOf([250, 500]), { startNs: 0, endNs: 1000 }, 10).kind].filter((kind) => kind === RETRY).length,
    ).toBe(3);
  });

  it('random spans at random zoom: the same columns as by trying every span on every column', () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 0x7fffffff;
      return seed % below;
    };
    for (let round = 0; round < 50; round++) {
      const all = Array.from({ length: 200 }, () => {
        const startNs = random(10_000);
        return [startNs, startNs + random(round % 2 === 0 ? 20 : 2000)] as const;
      });
      const startNs = random(9000);
      const range = { startNs, endNs: startNs + NARROWEST_NS + random(5000) };
      const columns = drawn(spansOf(...all), range, 64);
      const perColumn = (range.endNs - range.startNs) / 64;
      for (let column = 0; column < 64; column++) {
        const [from, to] = [range.startNs + column * perColumn, range.startNs + (column + 1) * perColumn];
        const isTouched = all.some(
          ([start, end]) => (start < to && end > from) || (start === end && start >= from && start < to),
        );
        if (isTouched) expect([round, column, columns.kind[column]]).toEqual([round, column, RETRY]);
      }
    }
  });
});

describe('the raster', () => {
  it('a column: as high as the share of it that is taken, its pattern in two shades; the density sign grows', () => {
    const pixels = { data: new Uint32Array(3 * 20), width: 3, height: 20, columnOf: Uint16Array.from([0, 1, 2]) };
    const columns = new Columns(3);
    columns.clear();
    const range = { startNs: 0, endNs: 300 };
    const spans = spansOf([0, 100, kindOf('retry-sleep')], [100, 101], [102, 103], [104, 105]);
    columns.add(spans, range);
    columns.count(spans, range);
    columns.settle();
    paintColumns(pixels, { top: 0, height: 16 }, columns, paletteIn('light'), 0);
    paintDensity(pixels, { top: 16, height: 4 }, columns, 0xff000000);
    const column = (x: number) => Array.from({ length: 16 }, (_, y) => pixels.data[y * 3 + x]!);
    expect(column(0).every((pixel) => pixel !== 0)).toBe(true);
    expect(new Set(column(0)).size).toBe(2);
    const drawnRows = column(1).filter((pixel) => pixel !== 0).length;
    expect(drawnRows).toBeGreaterThan(4);
    expect(drawnRows).toBeLessThan(8);
    expect(column(2).every((pixel) => pixel === 0)).toBe(true);
    const density = [0, 1, 2].map((x) => [16, 17, 18, 19].filter((y) => pixels.data[y * 3 + x] !== 0).length);
    expect(density).toEqual([0, 1, 0]);
  });

  it('every cause of the catalog: a kind of its own, told apart in light and in dark', () => {
    const causes = catalog().stallCauses.map(({ id }) => id);
    expect(causes.filter((id) => kindOf(id) === OTHER || !isCause(kindOf(id)))).toEqual([]);
    for (const theme of ['light', 'dark'] as const) {
      const tiles = causes.map((id) => [...paletteIn(theme)[kindOf(id)]!].join());
      expect(new Set(tiles).size).toBe(causes.length);
    }
  });
});

describe('lanes', () => {
  it('a height: the lane and the row that are drawn there', () => {
    const timeline = timelineOf('thp-anon-collapse', 'range');
    const layout = layoutOf(timeline.lanes);
    for (const [lane, { top, height, rowHeight }] of layout.places.entries()) {
      expect(laneAt(layout, top + height - 1)).toEqual({ lane, row: 0 });
      if (timeline.lanes[lane]!.rows.length > 1) expect(laneAt(layout, top + height - 1 - rowHeight)!.row).toBe(1);
    }
    expect(laneAt(layout, layout.height + 5)).toBeNull();
  });
});

const SMALL = {
  'vm.vcpus': 4,
  'vm.memory': '4MiB',
  'timeline.0.range.length': '4MiB',
  'guest.stridePages': 1,
  settle: '1ms',
};
const runs = new Map<string, { records: RunRecord[]; timeline: Timeline }>();

function runOf(scenario: string, scheme: string, overrides: Record<string, unknown> = SMALL) {
  const key = `${scenario} ${scheme}`;
  let run = runs.get(key);
  if (run === undefined) {
    const plan = planComparison(
      { scenario, schemes: [scheme], repetitions: 1, seed: 3, overrides } as never,
      builtInLibrary,
    );
    const spec = plan.runs[0]!;
    const records: RunRecord[] = [];
    runScenario({ ...spec, topics: traceTopics, onRecord: (record) => records.push(record) });
    const builder = new TimelineBuilder();
    const text = new TraceText(builder);
    for (const piece of runTrace(spec, records, { version: '1' })) text.push(piece);
    text.end();
    run = { records, timeline: builder.finish() };
    runs.set(key, run);
  }
  return run;
}

const timelineOf = (scenario: string, scheme: string): Timeline => runOf(scenario, scheme).timeline;

type StallRecord = Extract<RunRecord, { topic: 'stall' }>;

describe.each([
  ['thp-anon-collapse', 'range'],
  ['thp-anon-collapse', 'post-collapse/zap'],
  ['thp-shmem-collapse', 'range'],
] as const)('the timeline of %s under %s', (scenario, scheme) => {
  const { records, timeline } = runOf(scenario, scheme);
  const stalls = records.filter((record): record is StallRecord => record.topic === 'stall');

  it('every stall window of the run: on the lane of its vCPU, to the nanosecond', () => {
    const shown = timeline.lanes.flatMap(({ id, rows: [windows] }) =>
      id.startsWith('vcpu')
        ? Array.from(windows!.startNs, (startNs, at) => `${id} ${startNs} ${windows!.endNs[at]}`)
        : [],
    );
    expect(shown.sort()).toEqual(stalls.map(({ vcpu, startNs, endNs }) => `vcpu ${vcpu} ${startNs} ${endNs}`).sort());
    expect(timeline.stalls).toBe(stalls.length);
  });

  it('each explained: its parts are the causes that the run gave it, and add up to its length', () => {
    for (const [lane, { id, rows }] of timeline.lanes.entries()) {
      if (!id.startsWith('vcpu')) continue;
      for (let index = 0; index < countOf(rows[0]!); index++) {
        const told = explainStall(timeline, { lane, index })!;
        const record = stalls.find(({ vcpu, startNs }) => id === `vcpu ${vcpu}` && startNs === told.startNs)!;
        const parts = Object.fromEntries(told.parts.map(({ kind, ns }) => [kindName(kind), ns]));
        const causes = Object.fromEntries(Object.entries(record.causes).filter(([, ns]) => ns !== 0));
        expect(parts).toEqual(causes);
        expect(kindName(rows[0]!.kind[index]!)).toBe(Object.entries(causes).sort(([, a], [, b]) => b - a)[0]![0]);
      }
    }
  });

  it('the longest: those of the run, the longest first', () => {
    const lengths = stalls.map(({ startNs, endNs }) => endNs - startNs).sort((a, b) => b - a);
    const shown = timeline.longest.map(({ lane, index }) => lengthNs(timeline.lanes[lane]!.rows[0]!, index));
    expect(shown).toEqual(lengths.slice(0, 20));
  });

  it('time by cause: the sums over the run', () => {
    const sums: Record<string, number> = {};
    for (const { causes } of stalls) {
      for (const [cause, ns] of Object.entries(causes)) if (ns > 0) sums[cause] = (sums[cause] ?? 0) + ns;
    }
    const shown = Object.fromEntries(
      [...timeline.causeNs.entries()].filter(([, ns]) => ns > 0).map(([kind, ns]) => [kindName(kind), ns]),
    );
    expect(shown).toEqual(sums);
  });
});

describe('the chain of a stall', () => {
  it('sent back by a section: names the section and then the operation, and both are where they say', () => {
    const timeline = timelineOf('thp-anon-collapse', 'range');
    const steps = timeline.longest.flatMap((at) => explainStall(timeline, at)!.steps);
    const step = steps.find(({ kind }) => kind === RETRY)!;
    expect(step.conclusion).toBe('range');
    expect(step.chain.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^section \d+ of process 0, by vmm0$/),
      'madv-collapse, operation 0',
    ]);
    const [section, operation] = step.chain.map(({ at }) => describeSpan(timeline, at!));
    expect(section).toMatch(/^section \d+ by vmm0 on process 0, in operation 0$/);
    expect(operation).toBe('madv-collapse by vmm0 on process 0');
  });

  it('asleep on mmap_lock: who held it and in which operation, who was before it, who released it; and no guess', () => {
    const timeline = timelineOf('thp-anon-collapse', 'range');
    const steps = timeline.longest.flatMap((at) => explainStall(timeline, at)!.steps);
    const { lock, chain, meanwhile, conclusion } = steps.find(({ kind }) => kind === kindOf('mmap-lock'))!;
    expect([chain, meanwhile, conclusion, lock!.waits.length, lock!.others]).toEqual([[], [], 'holder', 1, 4]);
    const [{ lock: on, mode, holders, moreHolders, releasedBy }] = lock!.waits as [LockWait];
    expect([on.text, mode, moreHolders]).toEqual(['mmap_lock', 'read', 0]);
    expect(describeSpan(timeline, on.at!)).toMatch(/^vcpu\d waits for mmap_lock$/);
    expect(holders.map(({ text }) => text)).toEqual(['vmm0 (write)']);
    expect(holders[0]!.within.map(({ text }) => text)).toEqual(['madv-collapse, operation 0']);
    for (const { at } of [...holders[0]!.within, releasedBy!]) {
      expect(describeSpan(timeline, at!)).toBe('madv-collapse by vmm0 on process 0');
    }
  });

  it('mmu_lock, held by a thread that notifies: the notification first, then its operation', () => {
    const timeline = timelineOf('thp-anon-collapse', 'post-collapse/zap');
    const steps = timeline.longest.flatMap((at) => explainStall(timeline, at)!.steps);
    const { lock } = steps.find(({ kind }) => kind === kindOf('mmu-lock'))!;
    const [holder] = lock!.waits[0]!.holders;
    expect(holder!.within.map(({ text }) => text)).toEqual(['collapsed of process 0', 'madv-collapse, operation 0']);
    expect(describeSpan(timeline, holder!.within[0]!.at!)).toContain('collapsed by vmm0 on process 0');
  });

  it('several sleep on one folio: each behind the one that let it in, up to the holder of them all', () => {
    const timeline = timelineOf('thp-shmem-collapse', 'range');
    const chains = timeline.longest
      .flatMap((at) => explainStall(timeline, at)!.steps)
      .flatMap(({ lock }) => (lock === null ? [] : [lock.waits]));
    const longest = chains.sort((a, b) => b.length - a.length)[0]!;
    expect(longest.length).toBe(4);
    for (const [at, { behind, releasedBy }] of longest.slice(0, -1).entries()) {
      expect([behind!.text, releasedBy!.text]).toEqual([`${longest[at + 1]!.task} (write)`, longest[at + 1]!.task]);
      expect(behind!.at).toEqual(longest[at + 1]!.lock.at);
    }
    expect([longest.at(-1)!.behind, longest.at(-1)!.releasedBy!.text]).toEqual([null, 'vmm0']);
  });

  it('locks by the names that the model gives them: the colour of their cause', () => {
    expect(['kvm.mmu_lock', 'mmap_lock', 'hugetlb_fault_mutex', 'no such'].map(kindOfLock).map(kindName)).toEqual([
      'mmu-lock',
      'mmap-lock',
      'fault-mutex',
      'other',
    ]);
  });
});

describe('the address', () => {
  it('everything that defines what is shown: there and back', () => {
    const query = new URLSearchParams('comparison=c&scheme=narrow&below=none&repetition=2&from=10&to=20&stall=1.3.456');
    expect(questionIn(query)).toEqual({
      comparison: 'c',
      simulation: null,
      scheme: 'narrow',
      below: 'none',
      mapcount: null,
      repetition: 2,
      records: null,
    });
    expect(rangeIn(query)).toEqual({ startNs: 10, endNs: 20 });
    expect(stallText(stallIn(query)!)).toBe('1.3.456');
  });

  it('the trace of a run: asked for by the names of the interface', () => {
    const question = questionIn(new URLSearchParams('repetition=2&records=1000'));
    const path = comparisonTracePath('a/b', { scheme: 'post-collapse/zap', mapcount: undefined }, question);
    expect(path).toBe('/v1/comparisons/a%2Fb/trace?scheme=post-collapse%2Fzap&repetition=2&records=1000');
  });

  it('what is upside down or no number: as if it were not there', () => {
    const query = new URLSearchParams('repetition=-1&from=20&to=10&stall=2.x.1&records=many');
    expect([questionIn(query).repetition, questionIn(query).records, rangeIn(query), stallIn(query)]).toEqual([
      0,
      null,
      null,
      null,
    ]);
  });
});
