// Random programs: a host, processes and VMs over a few MiB of memory, and operations on it that start within moments of
// one another. All of it goes the way of a scenario, so whatever is drawn could have been asked for.

import fc from 'fast-check';
import { InvalidInput } from '../../src/lab/invalid-input.ts';
import { loadProfile } from '../../src/lab/library.ts';
import { operationRules } from '../../src/lab/operation-rules.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { Finding, MapcountSchemeId, NotifierSchemeId, RunResult } from '../../src/lab/run-types.ts';
import { parseScenario, type Scenario } from '../../src/lab/scenario.ts';
import { schemeRefusal } from '../../src/lab/scheme-rules.ts';
import {
  availableIds,
  hgmVersions,
  kernels,
  mapcountSchemes,
  operations,
  preemptions,
  schemeIds,
} from '../../src/lab/vocabulary.ts';

export interface Program {
  readonly scenario: Scenario;
  readonly scheme: NotifierSchemeId;
  readonly mapcount: MapcountSchemeId;
  readonly seed: number;
}

const MIB = 2 ** 20;

/** What one operation is drawn as: fractions, so that shrinking one of them leaves the others what they were. */
interface Draw {
  readonly operation: Scenario['timeline'][number]['operation'];
  readonly atNs: number;
  readonly from: number;
  readonly span: number;
  readonly process: number;
  readonly choice: number;
}

const oneOf = <T>(items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items);
const fraction = fc.nat(1023).map((of) => of / 1024);

const memories = [
  { backing: 'anonymous', mapped: '4k', folios: null },
  { backing: 'anonymous', mapped: '2m', folios: null },
  { backing: 'anonymous', mapped: '4k', folios: '2m' },
  { backing: 'anonymous', mapped: 'none', folios: null },
  { backing: 'shmem', mapped: '4k', folios: null },
  { backing: 'shmem', mapped: '4k', folios: '2m' },
  { backing: 'shmem', mapped: '2m', folios: null },
  { backing: 'shmem', mapped: 'none', folios: null },
  { backing: 'hugetlb-2m', mapped: '4k', folios: null },
  { backing: 'hugetlb-2m', mapped: '4k', folios: null },
  { backing: 'hugetlb-2m', mapped: '2m', folios: null },
  { backing: 'hugetlb-2m', mapped: 'none', folios: null },
] as const;

/** What distinguishes the programs that are to be drawn: `{ hgmVersions: ['v2'] }`. */
export interface Among {
  readonly backings?: readonly Scenario['vm']['backing'][];
  readonly hgmVersions?: readonly Scenario['hgm']['version'][];
  readonly schemes?: readonly NotifierSchemeId[];
  readonly mmus?: readonly Partial<Pick<Scenario['vm'], 'mmu' | 'guestPage'>>[];
  readonly mapcounts?: readonly MapcountSchemeId[];
  /** Operations that are not drawn. */
  readonly without?: readonly Draw['operation'][];
  /** Whether faults may go to userspace, where nobody answers them. */
  readonly userfault?: boolean;
}

const machine = fc.record({
  kernel: oneOf(availableIds(kernels)),
  preemption: oneOf(availableIds(preemptions)),
  nxHugePages: fc.boolean(),
  earlyRetryCheck: oneOf([null, null, true, false]),
});

const shadow = [{ mmu: 'shadow' }, { mmu: 'shadow', guestPage: '4k' }, { mmu: 'shadow', guestPage: '1g' }] as const;

const vmAmong = ({ backings, mmus }: Among) =>
  fc.record({
    memory: oneOf([2 * MIB, 2 * MIB, 4 * MIB]),
    memoryOf: oneOf(memories.filter(({ backing }) => backings?.includes(backing) ?? true)),
    vcpus: fc.integer({ min: 1, max: 3 }),
    count: oneOf([1, 1, 2]),
    processes: oneOf([1, 1, 2]),
    backends: oneOf([0, 0, 1]),
    populatedFraction: oneOf([1, 1, 0.5]),
    sptePopulatedFraction: oneOf([1, 0.5, 0]),
    slots: oneOf(['one', 'one', 'two', 'aliased'] as const),
    pfnCaches: oneOf([0, 0, 1]),
    paging: oneOf(mmus ?? [{}, {}, ...shadow]),
    asyncPageFault: fc.boolean(),
  });

const userfault = fc.record({
  mode: oneOf(['none', 'none', 'none', 'missing', 'minor'] as const),
  writeProtect: fc.boolean(),
  fds: oneOf([1, 2]),
});

const noUserfault = { mode: 'none', writeProtect: false, fds: 1 } as const;

const guest = fc.record({
  pattern: oneOf(['stride', 'uniform', 'zipf', 'idle'] as const),
  stridePages: oneOf([1, 3, 64]),
  partitioned: fc.boolean(),
  writeFraction: oneOf([1, 1, 0.5, 0]),
  thinkNs: oneOf([40, 100, 1000]),
});

const drawAmong = ({ without = [] }: Among): fc.Arbitrary<Draw> =>
  fc.record({
    operation: oneOf(availableIds(operations).filter((operation) => !without.includes(operation))),
    atNs: fc.oneof(fc.nat(20_000), fc.nat(400_000)),
    from: fraction,
    span: fraction,
    process: fraction,
    choice: fraction,
  });

export const programs = (among: Among = {}): fc.Arbitrary<Program> =>
  fc
    .record({
      machine,
      vm: vmAmong(among),
      guest,
      userfault: among.userfault === false ? fc.constant(noUserfault) : userfault,
      version: oneOf(among.hgmVersions ?? availableIds(hgmVersions)),
      scheme: oneOf(among.schemes ?? schemeIds),
      mapcount: oneOf(among.mapcounts ?? availableIds(mapcountSchemes)),
      draws: fc.array(drawAmong(among), { minLength: 1, maxLength: 5 }),
      seed: fc.nat(1_000_000),
    })
    .map(
      ({
        machine: host,
        vm: { memoryOf, slots, paging, ...sizes },
        guest: accesses,
        userfault,
        version,
        scheme,
        mapcount,
        draws,
        seed,
      }) => {
        const cpus = sizes.vcpus * sizes.count * sizes.processes + 1;
        const document = {
          machine: { ...host, cpus },
          vm: { ...sizes, ...memoryOf, ...paging, memslots: memslotsOf(slots, sizes.memory) },
          hgm: { version },
          guest: accesses,
          khugepaged: { scanSleep: '50us' },
          userfault: {
            ...userfault,
            mode: userfaultModeOf(userfault.mode, memoryOf),
            fds: Math.min(userfault.fds, sizes.memory / (2 * MIB)),
          },
          settle: '3ms',
          limits: { simulated: '1s', events: 1_000_000 },
        };
        const empty = parseScenario(document);
        const timeline = draws
          .map((drawn, index) => entryOf(drawn, index, empty))
          .filter((entry) => isPossible({ ...document, timeline: [entry] }));
        const scenario = parseScenario({ ...document, timeline });
        // In the place of what shadow paging has not, what it has.
        const possible = schemeRefusal(scheme, scenario) === null ? scheme : 'post-collapse/zap';
        return { scenario, scheme: possible, mapcount, seed };
      },
    );

/** The halves of the memory in the other order, or all of it twice. */
function memslotsOf(slots: 'one' | 'two' | 'aliased', memory: number): Scenario['vm']['memslots'] {
  const half = memory / 2;
  if (slots === 'two') {
    return [
      { guestStart: 0, start: half, length: half },
      { guestStart: half, start: 0, length: half },
    ];
  }
  const all = { start: 0, length: memory };
  return slots === 'one' ? null : [0, memory].map((guestStart) => ({ guestStart, ...all }));
}

/** Faults only go to userspace where there are some to come; anonymous memory has no page cache to map from. */
function userfaultModeOf(drawn: Scenario['userfault']['mode'], { backing, mapped }: (typeof memories)[number]) {
  if (mapped !== 'none') return 'none';
  return backing === 'anonymous' && drawn === 'minor' ? 'missing' : drawn;
}

/** Not every operation is one of every kind of memory: the reader of scenarios knows. Other refusals are mistakes here. */
function isPossible(document: object): boolean {
  try {
    parseScenario(document);
    return true;
  } catch (error) {
    const isOfKind = error instanceof InvalidInput && error.errors.every(({ path }) => path === 'timeline.0.operation');
    if (!isOfKind) throw error;
    return false;
  }
}

function entryOf({ operation, atNs, from, span, process, choice }: Draw, index: number, { vm: of }: Scenario): object {
  const rule = operationRules[operation];
  const unit = rule.unit(of);
  const units = of.memory / unit;
  const whole = rule.wholeMemory === true;
  const first = whole ? 0 : Math.floor(from * units);
  const toEnd = whole || operation === 'truncate';
  const count = toEnd ? units - first : 1 + Math.floor(span * (units - first));
  const entry: Record<string, unknown> = {
    operation,
    // No two at one moment: they may overlap then.
    at: atNs * 10 + index,
    process: Math.floor(process * (of.processes + of.backends)),
    range: { start: first * unit, length: count * unit },
  };
  // One huge page moved for each of its small pages is a long run that shows nothing new.
  const isSlow = of.backing.startsWith('hugetlb') && unit < 2 * MIB;
  if (rule.takes.includes('step') && choice < 0.3 && count <= 64 && !isSlow) entry.step = unit;
  if (rule.takes.includes('protection')) entry.protection = choice < 0.6 ? 'read' : 'read-write';
  if (rule.takes.includes('childLives')) entry.childLives = choice < 0.3 ? null : Math.floor(choice * 400_000);
  if (rule.takes.includes('to')) entry.to = choice < 0.5 ? null : (units + first) * unit;
  if (rule.takes.includes('harvestEvery')) entry.harvestEvery = choice < 0.5 ? null : 200_000;
  if (rule.takes.includes('manualProtect')) entry.manualProtect = choice > 0.7;
  if (rule.takes.includes('copyHugetlb')) entry.copyHugetlb = of.backing.startsWith('hugetlb') && choice < 0.5;
  return entry;
}

const profile = loadProfile('epyc-uncontended');

export const runProgram = ({ scenario, scheme, mapcount, seed }: Program): RunResult =>
  runScenario({ scenario, profile, scheme, mapcount, seed });

/** What makes a finding no surprise: the sentence of the reference that predicts it. Null: nothing does. */
export function predictedBy(finding: Finding, { scenario, scheme, mapcount }: Program): string | null {
  const { machine: host, vm, hgm, userfault } = scenario;
  const asks = (...of: Scenario['timeline'][number]['operation'][]): boolean =>
    scenario.timeline.some(({ operation }) => of.includes(operation));
  const isHugetlb = vm.backing.startsWith('hugetlb');
  const hasSection = ['range', 'range-chunked', 'narrow'].includes(scheme);
  const shrinksFile = asks('truncate', 'punch-hole');
  const unanswered = userfault.mode !== 'none' || userfault.writeProtect ? 'H.4: nobody answers, and SRCU waits' : null;
  let crosswise: string | null = null;
  if (isHugetlb && hgm.version === 'v1') crosswise = 'G.5: v1 takes its locks in both orders';
  else if (isHugetlb && hgm.version === 'rfc1' && (asks('migrate-pages') || shrinksFile)) {
    crosswise = '0.2: the rmap is walked under the folio lock, faults of RFC v1 hold i_mmap_rwsem outside of it';
  }
  switch (finding.kind) {
    case 'stall-at-end':
      return 'the run ends in the middle of a fault';
    case 'guest-efault':
      return shrinksFile || asks('munmap', 'mprotect', 'mremap') ? 'KVM_RUN returns -EFAULT where nothing is' : null;
    case 'spte-replaced': // One that may only be read, and a write that finds the new page.
    case 'stale-spte':
    case 'stale-tlb':
    case 'freed-while-translated':
    case 'lost-write':
      return !isHugetlb && asks('madv-collapse', 'khugepaged-scan') && !hasSection
        ? 'I.5: a collapse that changes pfns needs its section'
        : null;
    case 'guest-sigbus':
      return asks('memory-failure') ? 'G.4: a fault on a poisoned page' : null;
    case 'vmm-killed':
      return asks('memory-failure') && isHugetlb ? 'F.2: a vma_lock was not free, or G.6: counts of entries' : null;
    case 'deadlock':
    case 'lockdep-deadlock':
    case 'lockdep-order-inversion':
      return finding.message.includes('userfaultfd') ? unanswered : crosswise;
    // A deadlock beside which somebody's clock goes on: pfn caches are looked at again and again.
    case 'time-budget':
      return unanswered ?? crosswise;
    case 'mapped-outside-file':
    case 'removed-while-mapped':
    case 'mapped-after-free':
      if (!isHugetlb || !shrinksFile) return null;
      if (mapcount === 'hstate-entry') return 'G.6, idea 3: an entry that points to a table is a count';
      // A page under migration counts as unmapped, and a mapping whose vma_lock is not free is passed by: fork holds it long.
      if (asks('fork') && asks('migrate-pages')) return 'F.7: a page is asked whether it is mapped before it is locked';
      return asks('madv-collapse') && hasSection ? 'G.5: truncation walks past a collapse' : null;
    case 'mapcount':
    case 'refcount':
      return isHugetlb && shrinksFile && mapcount === 'hstate-entry' ? 'G.6, idea 3: truncation leaves counts' : null;
    case 'freed-while-mapped':
    case 'mapcount-leak':
    case 'count-underflow':
      if (!isHugetlb) return null;
      // Truncation takes the large leaf that has just been counted, and the small ones are still to be counted down.
      if (hgm.version === 'v2' && scheme === 'narrow' && shrinksFile && asks('madv-collapse')) {
        return 'G.5: v2 holds nothing that truncation takes';
      }
      return mapcount.startsWith('hstate') ? 'G.6: counts of entries' : null;
    case 'uffd-waiter-asleep':
      // Nobody reads messages here, so all that is asked is that the message is still there to be read.
      return finding.message.includes('not read') ? 'H.2: a message that nobody has read yet' : null;
    case 'event-budget':
      return vm.backing === 'shmem' && host.kernel !== '6.1' && host.earlyRetryCheck === false
        ? 'C.2: without the early check a fault maps a THP again as fast as a part of it is split off'
        : null;
    default:
      return null;
  }
}
