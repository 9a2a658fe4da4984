// Bodies that a reader of the document may send as they are, by the name of their schema. Each is accepted; a test sends them all.

import { builtInLibrary } from '../../lab/library.ts';

const scenario = {
  name: 'small-collapse',
  description: 'A 16 MiB VM on 2 MiB HugeTLB pages in 4K entries, collapsed page by page.',
  vm: { vcpus: 2, memory: '16MiB', backing: 'hugetlb-2m', mapped: '4k' },
  guest: { pattern: 'stride', stridePages: 4 },
  timeline: [{ at: '1ms', operation: 'madv-collapse', range: { start: 0, length: '16MiB' }, step: '2MiB' }],
  settle: '1ms',
};

export const requestExamples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ComparisonRequest: {
    byName: {
      scenario: 'hgm-collapse-2m',
      schemes: ['range', 'post-collapse/promote'],
      overrides: { 'vm.vcpus': 2 },
      repetitions: 2,
      seed: 42,
    },
    document: { scenario, schemes: ['range'], repetitions: 1 },
  },
  ExplorationRequest: {
    unsafe: { operations: ['madv-collapse'], scheme: 'post-collapse/promote', backing: 'anonymous' },
    safe: { operations: ['madv-collapse'], scheme: 'post-collapse/promote' },
  },
  MeasurementRequest: {
    control: { operation: 'nothing', memory: '8MiB', repetitions: 2 },
    collapse: { operation: 'madv-collapse', backing: 'shmem', places: ['inside', 'outside'], repetitions: 20 },
  },
  SweepRequest: {
    grid: {
      scenario: 'hgm-collapse-2m',
      schemes: ['range', 'post-collapse/promote'],
      repetitions: 1,
      grid: { 'vm.vcpus': [2, 4], 'machine.kernel': ['6.1', '6.12'] },
    },
    document: { scenario, schemes: ['range'], repetitions: 1, grid: { 'vm.vcpus': [1, 2] }, histograms: true },
  },
  SimulationRequest: {
    byName: { scenario: 'hgm-collapse-2m', scheme: 'range', overrides: { timeline: [] }, seed: 1, record: {} },
    parts: { vm: { ...scenario.vm }, scheme: 'post-collapse/promote', topics: ['fault'] },
  },
  SimulationOperation: {
    collapse: { operation: 'madv-collapse', range: { start: 0, length: '2MiB' } },
  },
  SimulationAdvance: {
    untilDone: { until: 'operations-done', wait: '1min' },
    by: { by: '5ms' },
  },
  SimulationPace: { slowly: { speed: 0.001 } },
  Scenario: { collapse: scenario },
  CostProfile: {
    copy: {
      ...(builtInLibrary.profile('epyc-uncontended') as object),
      name: 'my-host',
      description: 'A host of mine.',
    },
  },
};
