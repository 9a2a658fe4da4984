// The pure parts of the live view.

import { describe, expect, it } from 'vitest';
import type { StreamItem } from '../../src/client/index.ts';
import { catalog } from '../../src/lab/catalog.ts';
import { columnsOf } from '../../web/src/live/band-columns.ts';
import { entryAt, type PrimaryRun, type SpteRun } from '../../web/src/live/band-entry.ts';
import { fitted, marksOf, PAGE, panned, showing, wholeView, zoomed } from '../../web/src/live/band-view.ts';
import { formatBytes, formatRange, roughBytes } from '../../web/src/live/bytes.ts';
import { EventRing } from '../../web/src/live/event-ring.ts';
import { EventTally, ROWS_KEPT, type SimulationEvent } from '../../web/src/live/event-tally.ts';
import { eventText } from '../../web/src/live/event-text.ts';
import { joinedRuns } from '../../web/src/live/map-runs.ts';
import {
  mistakesIn,
  operationFields,
  operationRequest,
  refusalOf,
  refusedElsewhere,
  scenarioFields,
} from '../../web/src/live/operation-fields.ts';
import { FULL_PACE, paceInWords, positionOf, SLIDER_MAX, speedAt } from '../../web/src/live/pace.ts';
import * as questions from '../../web/src/live/question.ts';
import { rowsInSight } from '../../web/src/live/row-window.ts';

const MIB = 1024 * 1024;

describe('the question', () => {
  const asked = (text: string) => questions.questionIn(new URLSearchParams(text));

  it('an address: is read, written and read again as the same', () => {
    const text = 'scheme=narrow&scenario=two-vms&vcpus=2&memory=4MiB&seed=7&timeline=1&set=machine.cpus%3D8';
    const question = asked(text);
    const written = Object.entries(questions.queryOf(question)).filter(([, value]) => value !== null);
    expect(asked(new URLSearchParams(written as [string, string][]).toString())).toEqual(question);
    expect(questions.requestOf(question)).toEqual({
      scenario: 'two-vms',
      scheme: 'narrow',
      seed: 7,
      overrides: { 'vm.vcpus': 2, 'vm.memory': '4MiB', 'machine.cpus': 8 },
    });
  });

  it('no timeline asked for: none; parts: no scenario', () => {
    expect(questions.requestOf(asked(''))).toEqual({
      scenario: 'hgm-collapse-2m',
      scheme: 'range',
      overrides: { timeline: [] },
    });
    expect(questions.requestOf(asked('from=parts&kernel=6.1&backing=shmem&set=guest.pattern=zipf'))).toEqual({
      scheme: 'range',
      timeline: [],
      overrides: {
        'machine.kernel': '6.1',
        'vm.memory': '16MiB',
        'vm.backing': 'shmem',
        'vm.mapped': '4k',
        'guest.pattern': 'zipf',
      },
    });
  });

  it('the address of a question: says so even where all is as usual', () => {
    const written = Object.entries(questions.queryOf(questions.DEFAULTS)).filter(([, value]) => value !== null);
    expect(written).toEqual([['scheme', 'range']]);
    expect(questions.saysQuestion(new URLSearchParams(written as [string, string][]))).toBe(true);
    expect(questions.saysQuestion(new URLSearchParams('simulation=x'))).toBe(false);
  });

  it.each([
    ['vcpus=two', 'vcpus', '"two"'],
    ['memory=2MX', 'memory', '"2MX"'],
    ['seed=-1', 'seed', '"-1"'],
    ['set=vm.count', 'set', '"vm.count"'],
  ])('%s: the mistake is at %s', (text, field, got) => {
    expect(Object.entries(questions.mistakesIn(asked(text)))).toEqual([[field, expect.stringContaining(got)]]);
  });
});

describe('the pace', () => {
  it('the slider: 1, 2, 5 from a ten-millionth up to what the service takes', () => {
    expect([speedAt(0), speedAt(1), speedAt(2), speedAt(3), speedAt(SLIDER_MAX)]).toEqual([
      1e-7,
      2e-7,
      5e-7,
      1e-6,
      FULL_PACE,
    ]);
    for (let position = 0; position <= SLIDER_MAX; position++) expect(positionOf(speedAt(position))).toBe(position);
  });

  it.each([
    [0.001, 'a real second is 1 ms: 1,000 times slower than real time'],
    [1, 'a real second is 1 s: real time'],
    [20, 'a real second is 20 s: 20 times as fast as real time'],
    [1000, 'as fast as the machine can'],
  ])('%d: %s', (speed, words) => {
    expect(paceInWords(speed)).toBe(words);
  });
});

describe('sizes', () => {
  it.each([
    [0, '0B', '0 B'],
    [4096, '4KiB', '4 KiB'],
    [1_576_960, '1540KiB', '1.504 MiB'],
    [2 * MIB, '2MiB', '2 MiB'],
    [1024 * MIB, '1GiB', '1 GiB'],
  ])('%d: %s, roughly %s', (bytes, exact, rough) => {
    expect([formatBytes(bytes), roughBytes(bytes)]).toEqual([exact, rough]);
  });

  it('a range: half open', () => {
    expect(formatRange(2 * MIB, 2 * MIB)).toBe('[2MiB, 4MiB)');
  });
});

describe('the view of the memory', () => {
  const memory = 16 * MIB;

  it('zoom: what is pointed at stays where it is, and the memory is the limit', () => {
    const view = zoomed(wholeView(memory), 4, 8 * MIB, memory);
    expect(view).toEqual({ start: 6 * MIB, length: 4 * MIB });
    expect(zoomed(view, 1 / 100, 8 * MIB, memory)).toEqual(wholeView(memory));
    expect(zoomed(view, 1e9, 8 * MIB, memory).length).toBe(16 * PAGE);
  });

  it('pan: by a part of what is shown, and never beyond the memory', () => {
    const view = { start: 4 * MIB, length: 4 * MIB };
    expect(panned(view, 0.25, memory).start).toBe(5 * MIB);
    expect(panned(view, 9, memory).start).toBe(12 * MIB);
    expect(panned(view, -9, memory).start).toBe(0);
  });

  it('an offset out of sight: comes into the middle; one in sight: nothing moves', () => {
    const view = { start: 0, length: 4 * MIB };
    expect(showing(view, 3 * MIB, memory)).toBe(view);
    expect(showing(view, 10 * MIB, memory)).toEqual({ start: 8 * MIB, length: 4 * MIB });
  });

  it('any part: made of whole pages', () => {
    expect(fitted({ start: 5000, length: 100_001 }, memory)).toEqual({ start: 4096, length: 24 * PAGE });
  });

  it('the axis: round marks, no more than are wanted', () => {
    expect(marksOf(wholeView(memory), 9)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16].map((mib) => mib * MIB));
    expect(marksOf({ start: 3 * PAGE, length: 16 * PAGE }, 8).map((offset) => offset / PAGE)).toEqual([
      4, 6, 8, 10, 12, 14, 16, 18,
    ]);
  });
});

const primary = (start: number, length: number, more: Partial<PrimaryRun> = {}): PrimaryRun => ({
  start,
  length,
  size: '4k',
  kind: 'present',
  writable: true,
  uffdWp: false,
  special: false,
  frame: 1000 + start / PAGE,
  folio: 1000,
  ...more,
});

const nothing = (start: number, length: number): PrimaryRun =>
  primary(start, length, { size: null, kind: 'none', writable: false, frame: null, folio: null });

describe('the entry at an offset', () => {
  it('in a run of many: its own frame and gfn', () => {
    const run: SpteRun = {
      ...primary(2 * MIB, 4 * MIB, { size: '2m', frame: 4096 }),
      kind: 'present',
      gfn: 512,
      pages: 1024,
      protected: true,
      accessed: false,
    };
    expect(entryAt([run], 4 * MIB + PAGE)).toEqual({
      start: 4 * MIB,
      length: 2 * MIB,
      size: '2m',
      kind: 'present',
      gfn: 1024,
      pfn: 4608,
      folio: 1000,
      flags: ['writable', 'protected', 'not accessed since aging'],
    });
  });

  it('between runs that are there: what is missing, as long as it is', () => {
    const runs = [primary(0, PAGE), nothing(PAGE, 7 * PAGE), primary(8 * PAGE, PAGE)];
    expect(entryAt(runs, 3 * PAGE)).toMatchObject({
      start: PAGE,
      length: 7 * PAGE,
      kind: 'none',
      pfn: null,
      flags: [],
    });
    expect(entryAt(runs, 8 * PAGE)).toMatchObject({ start: 8 * PAGE, length: PAGE, pfn: 1008 });
    expect(entryAt(runs, 9 * PAGE)).toBeNull();
  });
});

describe('the columns of a band', () => {
  const view = { start: 0, length: 8 * PAGE };

  it('a run over many columns: one stretch', () => {
    const columns = columnsOf([primary(0, 4 * PAGE), nothing(4 * PAGE, 4 * PAGE)], view, 80);
    expect(columns.map(({ first, count, parts }) => [first, count, parts[0]?.look.kind])).toEqual([
      [0, 40, 'present'],
      [40, 40, 'none'],
    ]);
  });

  it('several kinds in one column: each with its share', () => {
    const runs = [primary(0, PAGE), nothing(PAGE, 2 * PAGE), primary(3 * PAGE, 5 * PAGE)];
    const [first, ...rest] = columnsOf(runs, view, 2);
    expect(first?.parts.map(({ look, share }) => [look.kind, share])).toEqual([
      ['present', 0.5],
      ['none', 0.5],
    ]);
    expect(rest).toMatchObject([{ first: 1, count: 1, parts: [{ share: 1 }] }]);
  });

  it('behind the last run: not known', () => {
    expect(columnsOf([primary(0, 4 * PAGE)], view, 8).at(-1)).toEqual({ first: 4, count: 4, parts: [] });
  });

  it('every column is in one stretch, whatever the runs are', () => {
    const runs = Array.from({ length: 97 }, (_, index) =>
      index % 3 === 0 ? nothing(index * PAGE, PAGE) : primary(index * PAGE, PAGE, { writable: index % 2 === 0 }),
    );
    for (const width of [1, 7, 50, 97, 640]) {
      let next = 0;
      for (const { first, count, parts } of columnsOf(runs, { start: 0, length: 97 * PAGE }, width)) {
        expect(first).toBe(next);
        expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
        next = first + count;
      }
      expect(next).toBe(width);
    }
  });
});

describe('pages of mappings', () => {
  it('slots that are in some of them only: each once, with all of its runs', () => {
    const page = (start: number, secondary: { vm: number; slot: number; runs: SpteRun[] }[]) => ({
      start,
      length: PAGE,
      process: 0,
      next: null,
      primary: [primary(start, PAGE)],
      secondary,
    });
    const run = { ...primary(0, PAGE), gfn: 0, pages: 1, protected: false, accessed: true } as SpteRun;
    const joined = joinedRuns(
      [
        page(0, [{ vm: 0, slot: 0, runs: [run] }]),
        page(PAGE, [
          { vm: 0, slot: 0, runs: [run] },
          { vm: 1, slot: 0, runs: [run] },
        ]),
      ],
      2 * PAGE,
    );
    expect(joined.primary.map(({ start }) => start)).toEqual([0, PAGE]);
    expect(joined.secondary.map(({ vm, runs }) => [vm, runs.length])).toEqual([
      [0, 2],
      [1, 1],
    ]);
    expect(joined.cutAt).toBe(2 * PAGE);
  });
});

describe('fields of operations', () => {
  const { operations } = catalog();
  const fieldsOf = (id: string) => operationFields(operations.find((entry) => entry.id === id)?.parameters);

  it('every operation of the catalog: a range, and controls for all that it takes', () => {
    expect(operations.length).toBeGreaterThan(15);
    for (const { id } of operations) {
      const fields = fieldsOf(id);
      expect([id, fields.slice(0, 3).map(({ path }) => path)]).toEqual([
        id,
        expect.arrayContaining(['range.start', 'range.length']),
      ]);
      expect(fields.filter(({ about }) => about === '')).toEqual([]);
    }
  });

  it('by its schema: sizes, times, words and flags', () => {
    const kinds = Object.fromEntries(
      ['madv-collapse', 'fork', 'dirty-log-enable', 'khugepaged-scan']
        .flatMap(fieldsOf)
        .map(({ path, control }) => [path, control.kind]),
    );
    expect(kinds).toEqual({
      'range.start': 'size',
      'range.length': 'size',
      step: 'size',
      target: 'words',
      childLives: 'time',
      copyHugetlb: 'flag',
      harvestEvery: 'time',
      manualProtect: 'flag',
      process: 'integer',
    });
  });

  it('what belongs to the scenario: is named, and no field', () => {
    const { parameters } = operations.find(({ id }) => id === 'khugepaged-scan')!;
    expect(scenarioFields(parameters)).toContain('khugepaged.maxPtesNone');
  });

  it('what was written: in the shape of the request, empty fields left out', () => {
    const fields = fieldsOf('madv-collapse');
    const written = { 'range.start': '4096', 'range.length': ' 2MiB ', step: '', target: '2m' };
    expect(mistakesIn(fields, written)).toEqual({});
    expect(operationRequest('madv-collapse', fields, written)).toEqual({
      operation: 'madv-collapse',
      range: { start: 4096, length: '2MiB' },
      target: '2m',
    });
    expect(operationRequest('fork', fieldsOf('fork'), { copyHugetlb: 'true' })).toEqual({
      operation: 'fork',
      copyHugetlb: true,
    });
  });

  it('what cannot be read: the field and what is allowed', () => {
    expect(mistakesIn(fieldsOf('madv-collapse'), { 'range.length': '2MX' })).toEqual({
      'range.length': 'must be a size such as 2MiB, or a number of bytes, got "2MX"',
    });
  });
});

describe('what the service refuses', () => {
  const fields = operationFields(catalog().operations.find(({ id }) => id === 'madv-collapse')?.parameters);
  const at = (refused: readonly { path: string; message: string }[]): Record<string, string | undefined> =>
    Object.fromEntries(
      fields
        .map((field) => [field.path, refusalOf(refused, fields, field)])
        .filter(([, message]) => message !== undefined),
    );

  it('a field, or several in one: at that field, at the last of them', () => {
    expect(at([{ path: 'range.start', message: 'a' }])).toEqual({ 'range.start': 'a' });
    expect(at([{ path: 'range', message: 'b' }])).toEqual({ 'range.length': 'b' });
    expect(refusedElsewhere([{ path: 'range' }, { path: 'step' }], fields)).toEqual([]);
  });

  it('none of them: is left for the notice', () => {
    const refused = [{ path: 'operation', message: 'c' }];
    expect([at(refused), refusedElsewhere(refused, fields)]).toEqual([{}, refused]);
  });
});

describe('the stream', () => {
  const event = (fields: Partial<SimulationEvent> & { seq: number }): StreamItem<SimulationEvent> => ({
    type: 'event',
    event: { topic: 'lock', simTimeNs: 5, lock: 'mmu_lock', task: 'vcpu0', waitedNs: 1, ...fields } as SimulationEvent,
  });
  const notified = (seq: number, what: string, section: number) =>
    event({ seq, topic: 'notifier', event: what, process: 0, section, task: 'vmm0', start: 0, length: PAGE } as never);

  it('a ring: the newest, in order, and how many there were', () => {
    const ring = new EventRing<number>(3);
    expect([ring.size, ring.newest(0)]).toEqual([0, undefined]);
    for (let item = 1; item <= 8; item++) ring.push(item);
    expect([ring.total, ring.size, ring.newestWhere(() => true), ring.newest(3)]).toEqual([8, 3, [8, 7, 6], undefined]);
    expect(ring.newestWhere((item) => item % 2 === 0)).toEqual([8, 6]);
  });

  it('a hundred thousand events: all are counted, and the newest are kept', () => {
    const tally = new EventTally();
    for (let seq = 1; seq <= 100_000; seq++) tally.take(event({ seq }));
    expect([tally.events, tally.countOf('lock'), tally.countOf('tlb'), tally.lastSeq]).toEqual([
      100_000, 100_000, 0, 100_000,
    ]);
    expect([tally.rows.size, tally.rows.newest(ROWS_KEPT - 1)?.seq]).toEqual([ROWS_KEPT, 100_000 - ROWS_KEPT + 1]);
  });

  it('sections: those that are open, until a gap makes them unsure', () => {
    const tally = new EventTally();
    for (const item of [notified(1, 'range-start', 1), notified(2, 'range-start', 2), notified(3, 'range-end', 1)]) {
      tally.take(item);
    }
    expect([tally.openSections.map(({ section }) => section), tally.sectionsAreSure]).toEqual([[2], true]);
    tally.take({ type: 'gap', fromSeq: 4, toSeq: 9, dropped: 2 });
    expect([tally.openSections, tally.sectionsAreSure, tally.lastSeq]).toEqual([[], false, 9]);
  });

  it('a gap: a row and a number; one of topics that nobody asked for: neither', () => {
    const tally = new EventTally();
    tally.take({ type: 'gap', fromSeq: 1, toSeq: 9, dropped: 0 });
    tally.take({ type: 'gap', fromSeq: 10, toSeq: 29, dropped: 20 });
    expect([tally.gaps, tally.dropped, tally.rows.total, tally.events]).toEqual([1, 20, 1, 0]);
    expect(eventText(tally.rows.newest(0)!)).toBe('gap: 20 events lost, numbers 10 to 29');
  });

  it('findings: the first ones and their number; an advance: how it ended', () => {
    const tally = new EventTally();
    const finding = { kind: 'deadlock', message: 'm', simTimeNs: 1, evidence: null, records: [] };
    for (let seq = 1; seq <= 30; seq++) tally.take(event({ seq, topic: 'finding', finding } as never));
    tally.take(event({ seq: 31, topic: 'progress', event: 'advanced', outcome: 'stuck' } as never));
    expect([tally.findings.length, tally.findingsTotal, tally.outcome]).toEqual([20, 30, 'stuck']);
  });

  it.each([
    [
      { topic: 'stall', vcpu: 3, startNs: 100, endNs: 1600, causes: { 'tlb-flush': 1500 } },
      'vcpu3 stood still for 1.5 us: tlb-flush 1.5 us',
    ],
    [
      {
        topic: 'operation',
        event: 'end',
        operation: 'munmap',
        index: 2,
        task: 'vmm2',
        start: 0,
        length: PAGE,
        errno: 'EBUSY',
      },
      'munmap 2 end, by vmm2, [0B, 4KiB): EBUSY',
    ],
    [
      { topic: 'tlb', event: 'kvm-flush', vm: 1, task: 'vmm0', kicked: 4, durationNs: 2000 },
      'kvm-flush of vm 1 for vmm0: 4 kicked, 2 us',
    ],
    [{ topic: 'progress', event: 'topics', topics: ['fault'] }, 'recorded from now on: fault'],
    [{ topic: 'progress', event: 'pace', speed: 0 }, 'time stands'],
    [{ topic: 'progress', done: 1, total: 2, events: 9 }, '1 of 2 operations have ended'],
  ])('%o: in words', (fields, text) => {
    expect(eventText({ seq: 1, simTimeNs: 5, ...fields } as unknown as SimulationEvent)).toBe(text);
  });
});

describe('rows in sight', () => {
  it('of five thousand: some tens, wherever it is scrolled to', () => {
    for (const scrolled of [0, 1_000, 109_560]) {
      const { first, count, before } = rowsInSight(5_000, scrolled, 440, 22);
      expect(before).toBe(first * 22);
      expect(before).toBeLessThanOrEqual(scrolled);
      expect((first + count) * 22).toBeGreaterThanOrEqual(Math.min(scrolled + 440, 110_000));
      expect(count).toBeLessThan(40);
    }
  });

  it('fewer than there were when it was scrolled: the last of them', () => {
    expect(rowsInSight(3, 100_000, 440, 22)).toMatchObject({ first: 2, count: 1 });
    expect(rowsInSight(0, 0, 440, 22)).toMatchObject({ first: 0, count: 0, total: 0 });
  });
});
