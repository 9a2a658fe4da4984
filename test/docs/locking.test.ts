import { beforeAll, describe, expect, it } from 'vitest';
import { loadProfile } from '../../src/lab/library.ts';
import type { RunInput } from '../../src/lab/run-types.ts';
import { parseScenario } from '../../src/lab/scenario.ts';
import { Timeline } from '../../src/lab/timeline.ts';
import { availableIds, hgmVersions, kernels, schemeIds } from '../../src/lab/vocabulary.ts';
import { buildWorld } from '../../src/lab/world.ts';
import * as mmLocks from '../../src/mm/locks.ts';
import { codeWords, headings, readPage, section, tableRows } from './markdown.ts';

const PAGE = readPage('docs/locking.md');
const profile = loadProfile('epyc-uncontended');

/** Outer first, as the page has it. */
const order = tableRows(section(PAGE, 'The order')).map(([name = '', kind = '', under = '']) => ({
  name: codeWords(name)[0] ?? '',
  kind,
  under: codeWords(under),
}));
const place = new Map(order.map(({ name }, index) => [name, index]));

/** Edges against the order that the model keeps, since the kernel or the series has them. */
const inversions = tableRows(section(PAGE, 'The inversions')).map(([name = '', under = '']) =>
  edgeOf(codeWords(under)[0] ?? '', codeWords(name)[0] ?? ''),
);

/** Of a lock that is taken nested in one of its own class, only the class counts here. */
function edgeOf(outer: string, inner: string): string {
  return `${outer.replace(/\/1$/, '')} > ${inner.replace(/\/1$/, '')}`;
}

/** Classes of which one task holds two at a time. */
const nestings = tableRows(section(PAGE, 'Two locks of one class')).map(([name = '']) => codeWords(name)[0] ?? '');

/** One huge page, a part of it mapped: the guest faults the rest in while userspace does the same and collapses it. */
const filling = {
  vm: { vcpus: 4, populatedFraction: 0.5 },
  guest: { pattern: 'uniform' },
  timeline: [
    { at: '40us', operation: 'madv-split' },
    { at: '50us', operation: 'uffdio-continue', step: '4KiB' },
    { at: '100us', operation: 'madv-collapse' },
  ],
  settle: '1ms',
};

const cut = 'a file that is cut while faults and unmapping go on';
const cutting = {
  vm: { vcpus: 4, memory: '8MiB', backing: 'hugetlb-2m', populatedFraction: 0.5 },
  guest: { pattern: 'uniform' },
  timeline: [
    { at: '50us', operation: 'punch-hole', range: { start: '2MiB', length: '2MiB' } },
    { at: '50us', operation: 'truncate', range: { start: '4MiB' } },
    { at: '60us', operation: 'madv-dontneed', range: { length: '8MiB' } },
    { at: 'after-previous', operation: 'munmap' },
  ],
  settle: '1ms',
};

const programs: readonly { name: string; document: Record<string, unknown> }[] = [
  { name: 'a 2 MiB page', document: { ...filling, vm: { ...filling.vm, memory: '2MiB', backing: 'hugetlb-2m' } } },
  {
    name: 'a 1 GiB page, nearly empty',
    document: {
      ...filling,
      vm: { vcpus: 4, memory: '1GiB', backing: 'hugetlb-1g', populatedFraction: 0.001 },
      timeline: [
        { at: '50us', operation: 'uffdio-continue', range: { length: '4MiB' }, step: '4KiB' },
        { at: '100us', operation: 'madv-collapse' },
      ],
    },
  },
  {
    name: 'four 2 MiB pages in one call',
    document: {
      vm: { vcpus: 4, memory: '8MiB', backing: 'hugetlb-2m' },
      timeline: [{ at: '50us', operation: 'madv-collapse' }],
      settle: '1ms',
    },
  },
  {
    name: 'dirty logging on and off',
    document: {
      vm: { vcpus: 4, memory: '8MiB', backing: 'hugetlb-2m', mapped: '2m' },
      guest: { pattern: 'uniform', writeFraction: 0.5 },
      timeline: [
        { at: '50us', operation: 'dirty-log-enable' },
        { at: 'after-previous', operation: 'dirty-log-disable' },
      ],
      settle: '1ms',
    },
  },
  {
    name: 'a fork that copies leaves of all sizes, and a change of protection',
    document: {
      guest: { pattern: 'uniform' },
      vm: { vcpus: 4, memory: '1GiB', backing: 'hugetlb-1g', populatedFraction: 0.01 },
      timeline: [
        { at: '50us', operation: 'madv-collapse', range: { length: '4MiB' }, step: '2MiB' },
        { at: 'after-previous', operation: 'fork', copyHugetlb: true, childLives: 0 },
        { at: 'after-previous', operation: 'mprotect', protection: 'read', range: { length: '1GiB' } },
        { at: 'after-previous', operation: 'mprotect', protection: 'read-write' },
        { at: 'after-previous', operation: 'madv-collapse' },
        { at: 'after-previous', operation: 'fork', copyHugetlb: true },
      ],
      settle: '1ms',
    },
  },
  {
    name: 'faults that wait for userspace',
    document: {
      ...filling,
      vm: { vcpus: 4, memory: '2MiB', backing: 'hugetlb-2m', mapped: 'none' },
      userfault: { mode: 'minor', exactAddress: true, writeProtect: true },
      timeline: [
        ...filling.timeline,
        { at: '5ms', operation: 'uffdio-writeprotect', protection: 'read' },
        { at: 'after-previous', operation: 'uffdio-writeprotect', protection: 'read-write' },
      ],
    },
  },
  { name: cut, document: cutting },
];

/** Memory that no HGM revision concerns, under each kernel: collapsed, and a file cut, while the guest faults. */
const collapsing = {
  guest: { pattern: 'uniform' },
  timeline: [{ at: '50us', operation: 'madv-collapse' }],
  settle: '1ms',
};
const pagePrograms: { name: string; document: Record<string, unknown> }[] = [
  { backing: 'anonymous' },
  { backing: 'shmem' },
  { backing: 'shmem', folios: '2m' },
].map((vm) => ({
  name: `collapse of ${vm.backing} memory${'folios' in vm ? ' in large folios' : ''}`,
  document: { ...collapsing, vm: { vcpus: 4, memory: '4MiB', mapped: '4k', populatedFraction: 0.7, ...vm } },
}));
pagePrograms.push({
  name: 'forks of small pages and of huge ones, written to while the child lives and after it',
  document: {
    ...collapsing,
    vm: { vcpus: 4, memory: '4MiB', mapped: '4k', backing: 'anonymous' },
    timeline: [
      { at: '50us', operation: 'fork', childLives: '100us' },
      { at: 'after-previous', operation: 'mprotect', protection: 'read-write', range: { length: '1MiB' } },
      { at: '5ms', operation: 'madv-collapse' },
      { at: 'after-previous', operation: 'fork', childLives: '100us' },
      { at: '7ms', operation: 'munmap' },
    ],
  },
});
pagePrograms.push({
  name: 'a scan by khugepaged',
  document: {
    ...collapsing,
    vm: { vcpus: 4, memory: '4MiB', mapped: '4k', backing: 'anonymous' },
    timeline: [{ at: '50us', operation: 'khugepaged-scan' }],
  },
});
/** Pages of a THP that migrate and go bad. */
const ailing = {
  vm: { vcpus: 4, memory: '8MiB', backing: 'anonymous', folios: '2m', mapped: '2m' },
  guest: { pattern: 'uniform' },
  timeline: [
    { at: '50us', operation: 'migrate-pages', range: { length: '4MiB' } },
    { at: '60us', operation: 'memory-failure', range: { start: '4MiB' } },
  ],
  settle: '1ms',
};
const cuttingShmem = { ...cutting, vm: { ...cutting.vm, backing: 'shmem' } };

interface Observation {
  readonly edges: readonly string[];
  readonly findings: readonly string[];
}

function observe(document: Record<string, unknown>, version: string, scheme: RunInput['scheme']): Observation {
  // With pages that KVM writes itself, so that their locks are seen under whatever a section is opened under.
  const vm = { pfnCaches: 1, ...(document.vm as object) };
  const scenario = parseScenario({ ...document, vm, hgm: { version } });
  const input: RunInput = { scenario, profile, scheme, mapcount: 'subpage', seed: 1 };
  const world = buildWorld(input);
  const { sim } = world.machine;
  const timeline = new Timeline(world, input);
  for (const { vcpus } of world.vms) for (const vcpu of vcpus) vcpu.start();
  timeline.start();
  const outcome = sim.run({ events: 5_000_000, until: () => timeline.allDone });
  if (outcome.kind !== 'until') throw new Error(`${version}, ${scheme}: the run ended with ${outcome.kind}`);
  return {
    edges: sim.lockdep.orders().map(([outer, inner]) => edgeOf(outer, inner)),
    findings: sim.lockdep.findings.map(({ kind }) => kind),
  };
}

interface ObservedRun extends Observation {
  readonly version: string;
  readonly name: string;
}

describe('docs/locking.md', () => {
  let runs: readonly ObservedRun[] = [];

  beforeAll(() => {
    runs = availableIds(hgmVersions).flatMap((version) =>
      programs.flatMap(({ name, document }) =>
        schemeIds.map((scheme) => ({ version, name, ...observe(document, version, scheme) })),
      ),
    );
    const ofPages = availableIds(kernels).flatMap((kernel) =>
      [
        ...pagePrograms,
        { name: 'a shmem file that is cut', document: cuttingShmem },
        { name: 'pages that migrate and go bad', document: ailing },
      ].flatMap(({ name, document }) =>
        schemeIds.map((scheme) => ({
          version: 'v2',
          name: `${kernel}: ${name}`,
          ...observe({ ...document, machine: { kernel } }, 'v2', scheme),
        })),
      ),
    );
    runs = [...runs, ...ofPages];
    // Hundreds of runs: half a minute of a machine that does nothing else.
  }, 300_000);

  it('the table: names each class once, and only outer ones under it', () => {
    expect(place.size).toBe(order.length);
    const wrong = order.flatMap(({ name, under }, index) =>
      under.filter((outer) => (place.get(outer) ?? index) >= index).map((outer) => edgeOf(outer, name)),
    );
    expect(wrong).toEqual([]);
  });

  it('the table: has every lock class of mm, with its kind', () => {
    const kinds = Object.values(mmLocks).map(({ name, kind }) => `${name} ${kind}`);
    expect(order.map(({ name, kind }) => `${name} ${kind}`)).toEqual(expect.arrayContaining(kinds));
  });

  it('every class of the table: has its card, and there are no others', () => {
    const cards = headings(section(PAGE, 'The locks'), 3).flatMap(codeWords);
    expect(cards).toEqual(order.map(({ name }) => name));
  });

  it('collapses, faults and CONTINUE: the observed orders are those of the table', () => {
    const listed = order.flatMap(({ name, under }) => under.map((outer) => edgeOf(outer, name)));
    const exceptions = new Set(inversions);
    const nested = nestings.map((name) => edgeOf(name, name));
    const observed = new Set(runs.flatMap(({ edges }) => edges).filter((edge) => !exceptions.has(edge)));
    expect([...observed].sort()).toEqual([...listed, ...nested].sort());
  });

  it('the inversion of v1: appears over several huge pages under every scheme, and nowhere else', () => {
    const shown = runs.filter(({ edges }) => edges.includes(edgeOf('i_mmap_rwsem', 'hugetlb_vma_lock')));
    expect(new Set(shown.map(({ version }) => version))).toEqual(new Set(['v1']));
    expect(new Set(shown.map(({ name }) => name))).toEqual(new Set(['four 2 MiB pages in one call']));
    expect(shown).toHaveLength(schemeIds.length);
  });

  it('the inversion of truncation: appears where a file is cut, and nowhere else', () => {
    const shown = runs.filter(({ edges }) => edges.includes(edgeOf('folio_lock', 'i_mmap_rwsem')));
    expect(new Set(shown.map(({ name }) => name))).toEqual(new Set([cut]));
  });

  it('lockdep: reports v1, and who takes the folio lock under i_mmap_rwsem where a file is cut; nothing else', () => {
    const bothWays = [edgeOf('folio_lock', 'i_mmap_rwsem'), edgeOf('i_mmap_rwsem', 'folio_lock')];
    for (const { version, name, findings, edges } of runs) {
      const ofV1 = version === 'v1' && name === 'four 2 MiB pages in one call';
      const ofTruncation = bothWays.every((edge) => edges.includes(edge));
      expect(findings).toEqual(ofV1 || ofTruncation ? ['order-inversion'] : []);
    }
  });
});
