import { describe, expect, test } from 'vitest';
import { loadProfile, loadScenario } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import { runTrace, type TracedRun } from '../../src/lab/run-trace.ts';
import type { NotifierSchemeId, RunRecord, RunResult, StallCause } from '../../src/lab/run-types.ts';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { TraceRecords, traceTopics } from '../../src/lab/trace-records.ts';
import { faultsOf, readTrace } from '../support/trace.ts';

/** Two vCPUs in each of two VMs of one process. */
const run: TracedRun = {
  scenario: loadScenario('hgm-collapse-2m', { 'vm.vcpus': 2, 'vm.count': 2 }),
  scheme: 'range',
  mapcount: 'subpage',
  seed: 7,
};

const textOf = (records: readonly RunRecord[], dropped = 0): string =>
  [...runTrace(run, records, { version: '1.2.3', dropped })].join('');

const drawn = (records: readonly RunRecord[]) => readTrace(textOf(records));

const MIB2 = 2 * 1024 * 1024;

const section = (number: number, startNs: number, startedNs: number, endNs: number, more: object = {}) =>
  (
    [
      ['range-start', startNs],
      ['range-started', startedNs],
      ['range-end', endNs],
    ] as const
  ).map(([event, simTimeNs]): RunRecord => {
    const range = { start: (number - 1) * MIB2, length: MIB2 };
    return { topic: 'notifier', event, simTimeNs, process: 0, task: 'vmm0', section: number, ...range, ...more };
  });

const stood = (vcpu: number, state: StallCause | 'running', startNs: number, simTimeNs: number): RunRecord => ({
  topic: 'vcpu',
  vcpu,
  state,
  startNs,
  simTimeNs,
});

const sentBack = (vcpu: number, simTimeNs: number, gfn: number): RunRecord => {
  return { topic: 'fault', simTimeNs, vcpu, gfn, outcome: 'retry', level: 0, laps: 1 };
};

const flushed = (vm: number, task: string, startNs: number, simTimeNs: number): RunRecord => {
  return { topic: 'tlb', event: 'kvm-flush', vm, task, simTimeNs, kicked: 1, durationNs: simTimeNs - startNs };
};

const inOrder = (records: readonly RunRecord[]) => [...records].sort((a, b) => a.simTimeNs - b.simTimeNs);

describe('tracks of a run', () => {
  test('an operation with a section in it · one thread · slices in slices, in ns', () => {
    const operation = { topic: 'operation', operation: 'madv-collapse', index: 0, process: 0, task: 'vmm0' } as const;
    const range = { start: 0, length: MIB2 };
    const { slices, about } = drawn(
      inOrder([
        { ...operation, ...range, event: 'start', simTimeNs: 1001, errno: null },
        ...section(1, 1002, 1500, 2000),
        { ...operation, ...range, event: 'end', simTimeNs: 2003, errno: 'EBUSY' },
      ]),
    );
    expect(slices.filter(({ at }) => at === 'process 0 / vmm0')).toEqual([
      expect.objectContaining({ name: 'madv-collapse', startNs: 1001, endNs: 2003 }),
      expect.objectContaining({
        name: 'section 1',
        startNs: 1002,
        endNs: 2000,
        args: { section: 1, operation: 0, ...range },
      }),
      expect.objectContaining({ name: 'invalidate_range_start', startNs: 1002, endNs: 1500 }),
    ]);
    expect(slices.find(({ name }) => name === 'madv-collapse')?.args.errno).toBe('EBUSY');
    expect(about).toMatchObject({ scenario: 'hgm-collapse-2m', scheme: 'range', seed: 7, stallscope: '1.2.3' });
  });

  test('two threads of a process whose sections cross · a track each', () => {
    const records = inOrder([...section(1, 10, 20, 40), ...section(2, 30, 35, 60, { task: 'vmm1' })]);
    expect(drawn(records).tracks).toEqual(expect.arrayContaining(['process 0 / vmm0', 'process 0 / vmm1']));
    expect(faultsOf(textOf(records))).toEqual([]);
  });

  test('sections of one thread that cross · a second track, so that nothing crosses', () => {
    const records = inOrder([...section(1, 10, 11, 40), ...section(2, 30, 35, 60)]);
    expect(drawn(records).tracks).toContain('process 0 / vmm0 (2)');
    expect(faultsOf(textOf(records))).toEqual([]);
  });

  test('waits for a lock, for userspace, a flush · their ends told · slices from their beginning', () => {
    const { slices } = drawn([
      { topic: 'userfault', event: 'wait', simTimeNs: 50, vcpu: 1, address: 4096 },
      { topic: 'lock', simTimeNs: 100, lock: 'mmap_lock', task: 'vcpu1', waitedNs: 60 },
      flushed(1, 'vmm0', 120, 150),
      { topic: 'userfault', event: 'wake', simTimeNs: 200, vcpu: 1, address: 4096 },
    ]);
    const shown = slices.map(({ at, name, startNs, endNs }) => [at, name, startNs, endNs]);
    expect(shown).toEqual(
      expect.arrayContaining([
        ['lock mmap_lock / vcpu1', 'waits for mmap_lock', 40, 100],
        ['VM 1 / TLB flushes by vmm0', 'KVM TLB flush', 120, 150],
        ['waits for userspace / for vCPU 1', 'userfault', 50, 200],
      ]),
    );
  });

  test('findings, told at the end · instants at the times at which they were made, in order', () => {
    const found = (simTimeNs: number, kind: 'lost-write' | 'stale-spte'): RunRecord => {
      const finding = { kind, message: 'm', simTimeNs, evidence: { page: 1 }, records: [] };
      return { topic: 'finding', simTimeNs, finding };
    };
    const { instants } = drawn([stood(0, 'running', 0, 900), found(500, 'lost-write'), found(300, 'stale-spte')]);
    expect(instants.map(({ at, name, atNs }) => [at, name, atNs])).toEqual([
      ['run / findings', 'stale-spte', 300],
      ['run / findings', 'lost-write', 500],
    ]);
  });

  test('records that begin and end in the middle · slices up to where the records go, marked', () => {
    const [, , end] = section(1, 0, 0, 500);
    const [start] = section(2, 600, 0, 0);
    const text = textOf([stood(0, 'running', 400, 450), end!, start!, stood(0, 'running', 450, 700)]);
    const cut = readTrace(text).slices.filter(({ at }) => at === 'process 0 / vmm0');
    expect(cut.map(({ name, startNs, endNs }) => [name, startNs, endNs])).toEqual([
      ['section 1', 400, 500],
      ['section 2', 600, 700],
      ['invalidate_range_start', 600, 700],
    ]);
    expect(cut[0]?.args.note).toMatch(/do not have both/);
    expect(faultsOf(text)).toEqual([]);
  });

  test('records left out · said in the trace, and in what it is about', () => {
    const { about, instants } = readTrace(textOf([stood(0, 'running', 0, 900)], 12));
    expect(about.recordsLeftOut).toBe(12);
    expect(instants).toEqual([expect.objectContaining({ name: '12 records from here on are left out', atNs: 900 })]);
  });
});

describe('arrows', () => {
  const only = (records: readonly RunRecord[]) => {
    expect(faultsOf(textOf(inOrder(records)))).toEqual([]);
    return drawn(inOrder(records)).arrows;
  };
  const gfnIn = (number: number): number => ((number - 1) * MIB2) / 4096 + 3;

  test('sent back in the range of an open section · two are open · from the one with the page', () => {
    const arrows = only([
      ...section(1, 100, 120, 900),
      ...section(2, 110, 130, 800, { task: 'vmm1' }),
      sentBack(0, 300, gfnIn(2)),
      stood(0, 'invalidate-retry', 200, 300),
    ]);
    expect(arrows).toEqual([
      {
        name: 'invalidate-retry',
        conclusion: 'range',
        points: [
          { at: 'process 0 / vmm1', atNs: 110 },
          { at: 'VM 0 / vCPU 0', atNs: 200 },
        ],
      },
    ]);
  });

  test('a lap that began before its section · the arrow ends where the section has begun', () => {
    const [arrow] = only([
      ...section(1, 250, 260, 900),
      sentBack(0, 300, gfnIn(1)),
      stood(0, 'invalidate-retry', 200, 300),
    ]);
    expect(arrow?.points.map(({ atNs }) => atNs)).toEqual([250, 250]);
  });

  test('elsewhere in memory · one section, closed meanwhile: by sequence; still open: none', () => {
    const lap = [sentBack(0, 300, gfnIn(5)), stood(0, 'invalidate-retry', 200, 300)];
    expect(only([...section(1, 100, 120, 250), ...lap]).map(({ conclusion }) => conclusion)).toEqual(['sequence']);
    expect(only([...section(1, 100, 120, 400), ...lap])).toEqual([]);
  });

  test('elsewhere in memory · two sections open · by the hull of both', () => {
    const lap = [sentBack(0, 300, gfnIn(2)), stood(0, 'invalidate-retry', 200, 300)];
    const two = [...section(1, 100, 120, 900), ...section(3, 110, 130, 900, { task: 'vmm1' })];
    expect(only([...two, ...lap]).map(({ conclusion }) => conclusion)).toEqual(['hull']);
  });

  test('a section of another process · no arrow', () => {
    const lap = [sentBack(0, 300, gfnIn(1)), stood(0, 'invalidate-retry', 200, 300)];
    expect(only([...section(1, 100, 120, 900, { process: 1 }), ...lap])).toEqual([]);
  });

  test('many laps in one window · one arrow; a second window · one more', () => {
    const laps = [200, 210, 220, 400].flatMap((at) => [
      sentBack(0, at + 10, gfnIn(1)),
      stood(0, 'invalidate-retry', at, at + 10),
    ]);
    const stalls = [
      [200, 230],
      [400, 410],
    ].map(([startNs = 0, endNs = 0]): RunRecord => {
      const causes = { 'invalidate-retry': endNs - startNs };
      return { topic: 'stall', vcpu: 0, startNs, endNs, simTimeNs: endNs, causes };
    });
    const arrows = only([...section(1, 100, 120, 900), ...laps, ...stalls]);
    expect(arrows.map(({ points }) => points.at(-1)?.atNs)).toEqual([200, 400]);
  });

  test('kicked at the moment of a flush that the start of a section waits for · by way of the flush', () => {
    const records = [...section(1, 100, 300, 900), flushed(1, 'vmm0', 200, 290), stood(3, 'tlb-flush', 200, 210)];
    expect(only(records)).toEqual([
      {
        name: 'tlb-flush',
        conclusion: 'flush',
        points: [
          { at: 'process 0 / vmm0', atNs: 100 },
          { at: 'VM 1 / TLB flushes by vmm0', atNs: 200 },
          { at: 'VM 1 / vCPU 3', atNs: 200 },
        ],
      },
    ]);
  });

  test('a flush of another thread, or behind the answer · from the flush alone', () => {
    for (const flush of [flushed(1, 'vcpu2', 200, 290), flushed(1, 'vmm0', 350, 390)]) {
      const at = flush.simTimeNs === 290 ? 200 : 350;
      const [arrow] = only([...section(1, 100, 300, 900), flush, stood(3, 'tlb-flush', at, at + 10)]);
      expect(arrow?.points.map((point) => point.at)).toEqual([
        expect.stringMatching(/^VM 1 . TLB flushes by/),
        'VM 1 / vCPU 3',
      ]);
    }
  });

  test('a flush of the other VM, two at one time, none at that time · nothing is claimed', () => {
    const kicked = stood(3, 'tlb-flush', 200, 210);
    expect(only([flushed(0, 'vmm0', 200, 290), kicked])).toEqual([]);
    expect(only([flushed(1, 'vmm0', 200, 290), flushed(1, 'vcpu2', 200, 280), kicked])).toEqual([]);
    expect(only([flushed(1, 'vmm0', 199, 290), kicked])).toEqual([]);
  });

  test('a shootdown of the host · from the shootdown, which belongs to no notification', () => {
    const shootdown: RunRecord = {
      topic: 'tlb',
      event: 'cpu-shootdown',
      process: 0,
      task: 'vmm0',
      simTimeNs: 290,
      kicked: 1,
      durationNs: 90,
    };
    const [arrow] = only([...section(1, 100, 300, 900), shootdown, stood(3, 'tlb-flush', 200, 210)]);
    expect(arrow?.points.map((point) => point.at)).toEqual(['process 0 / vmm0', 'VM 1 / vCPU 3']);
    expect(arrow?.points[0]?.atNs).toBe(200);
  });

  test('waiting for mmu_lock · inside the answer of one notification: said as that; longer than it: none', () => {
    const inside = only([...section(1, 100, 300, 900), stood(0, 'mmu-lock', 150, 290)]);
    expect(inside.map(({ conclusion }) => conclusion)).toEqual(['meanwhile']);
    expect(only([...section(1, 100, 300, 900), stood(0, 'mmu-lock', 50, 290)])).toEqual([]);
    expect(only([...section(1, 100, 300, 900), stood(0, 'mmu-lock', 150, 310)])).toEqual([]);
  });

  test('collapsed · its handler flushes · an arrow from it', () => {
    const collapsed = ([event, simTimeNs]: readonly ['collapsed' | 'collapsed-handled', number]): RunRecord => {
      const range = { start: 0, length: MIB2 };
      return { topic: 'notifier', event, simTimeNs, process: 0, task: 'vmm0', section: 0, ...range };
    };
    const records = [
      collapsed(['collapsed', 100]),
      flushed(0, 'vmm0', 200, 290),
      stood(1, 'tlb-flush', 200, 210),
      collapsed(['collapsed-handled', 300]),
    ];
    expect(only(records)[0]?.points[0]).toEqual({ at: 'process 0 / vmm0', atNs: 100 });
  });
});

describe('traces of real runs', () => {
  const cases: readonly [string, NotifierSchemeId, Overrides][] = [
    ['hgm-collapse-2m', 'range', { 'vm.memory': '8MiB', 'timeline.0.range.length': '8MiB' }],
    ['hgm-collapse-2m', 'post-collapse/zap', { 'vm.memory': '8MiB', 'timeline.0.range.length': '8MiB' }],
    ['thp-anon-collapse', 'range', { 'machine.kernel': '6.1' }],
    ['thp-anon-collapse', 'post-collapse/promote', {}],
    ['two-vms', 'post-collapse/cut', { 'vm.vcpus': 2 }],
    ['postcopy-2m', 'range', { 'vm.backing': 'hugetlb-2m', 'vm.memory': '8MiB', 'vm.vcpus': 4 }],
  ];

  function traced(name: string, scheme: NotifierSchemeId, overrides: Overrides) {
    const scenario = loadScenario(name, overrides);
    const input = { scenario, scheme, mapcount: scenario.mapcount, seed: 3 };
    const records = new TraceRecords();
    const profile = loadProfile(scenario.machine.profile);
    const result = runScenario({ ...input, profile, topics: traceTopics, onRecord: (record) => records.add(record) });
    return { result, text: [...runTrace(input, records.kept, { version: '0' })].join('') };
  }

  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

  function held(result: RunResult, text: string): void {
    const { slices, instants } = readTrace(text);
    const named = (pattern: RegExp) => slices.filter(({ name }) => pattern.test(name));
    const lengths = (of: readonly { startNs: number; endNs: number }[]) =>
      of.map(({ startNs, endNs }) => endNs - startNs);
    expect(sum(lengths(named(/^stall$/)))).toBe(sum([...result.stallsNs]));
    expect(named(/^stall$/)).toHaveLength(result.stallsNs.length);
    for (const [cause, ns] of Object.entries(result.stallByCauseNs)) {
      const ofVcpus = slices.filter(({ at, name }) => at.includes('/ vCPU') && name === cause);
      expect([cause, sum(lengths(ofVcpus))]).toEqual([cause, ns]);
    }
    expect(named(/^section /)).toHaveLength(result.notifier.sections);
    expect(named(/^collapsed$/)).toHaveLength(result.notifier.collapsed);
    expect(sum(lengths(named(/^invalidate_range_start$/)))).toBe(result.notifier.startNs);
    expect(named(/^KVM TLB flush$/)).toHaveLength(result.tlbFlushes);
    expect(instants.filter(({ at }) => at === 'run / findings')).toHaveLength(result.findings.length);
  }

  test.each(cases)('%s under %s · every figure of the result is in the picture, and the picture is sound', (...of) => {
    const { result, text } = traced(...of);
    held(result, text);
    expect(faultsOf(text)).toEqual([]);
    expect(traced(...of).text).toBe(text);
  });

  test('retries and flushes of a collapse under range · each has its arrow', () => {
    const { arrows, slices } = readTrace(traced(...cases[0]!).text);
    const stands = slices.filter(
      ({ name, at }) => at.includes('/ vCPU') && /^(invalidate-retry|tlb-flush)$/.test(name),
    );
    expect(stands.length).toBeGreaterThan(10);
    expect(stands.filter(({ args }) => args.conclusion === undefined)).toEqual([]);
    const starts = new Set(arrows.map(({ points }) => points[0]?.at.replace(/\d+$/, 'N')));
    expect([...starts].sort()).toEqual(['VM 0 / TLB flushes by vcpuN', 'process 0 / vmmN']);
  });

  test('a limit of records · the first are kept, and all findings', () => {
    const records = new TraceRecords(2);
    const running = stood(0, 'running', 0, 1);
    const finding = { kind: 'stale-spte' as const, message: 'm', simTimeNs: 0, evidence: {}, records: [] };
    const found: RunRecord = { topic: 'finding', simTimeNs: 0, finding };
    for (const record of [running, running, running, running, found]) records.add(record);
    expect([records.kept, records.dropped]).toEqual([[running, running, found], 2]);
  });
});
