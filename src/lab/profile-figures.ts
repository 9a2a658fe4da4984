// What the single costs of a profile add up to, set beside the rows of the cost evidence that give the sum. A profile
// whose parts look right and whose sums do not is wrong.

import type { CostName } from './cost-names.ts';
import type { CostProfile } from './profile.ts';

export interface ProfileFigure {
  readonly id: string;
  readonly description: string;
  /** Row of the cost evidence. */
  readonly row: string;
  readonly ns: number;
  /** Range that the row gives, in ns. */
  readonly low: number;
  readonly high: number;
}

type Costs = Readonly<Record<CostName, number>>;

interface FigureRule extends Omit<ProfileFigure, 'ns'> {
  readonly sum: (costs: Costs) => number;
}

const exitAndSetup = (c: Costs) => c.vmExitEntryNs + c.faultSetupNs;
/** GUP with the reference taken and dropped, and the read side of mmu_lock. */
const lookUpAndLock = (c: Costs) => c.gupFastNs + 2 * c.atomicHotNs + 2 * c.atomicHotNs;
const installFault = (c: Costs) =>
  exitAndSetup(c) + 2 * c.retryCheckNs + lookUpAndLock(c) + c.hostLevelNs + c.tdpMapNs + c.atomicHotNs;
const zapOfOne = (c: Costs) => c.spteVisitNs + c.condReschedNs + c.spteClearNs;
const pageTablePart = (c: Costs) => c.hgmWalkNs + c.ptlNs + c.leafXchgNs + c.gatherNs + c.headPutNs;

/** Mapping one 4K page under the locks of hugetlb: two mutexes, two rw_semaphores, walk, look-up, entry, counts. */
const mapOnePage = (c: Costs) =>
  2 * c.rwsemNs +
  2 * c.mutexNs +
  c.hgmWalkNs +
  c.pageCacheLookupNs +
  c.ptlNs +
  c.pteInstallNs +
  c.subpageMapcountNs +
  c.atomicHotNs;

const LEAVES_PER_GIB = 262_144;
const ENTRIES_PER_TABLE = 512;

const uncontended: readonly FigureRule[] = [
  {
    id: 'retry-lap-early-check',
    description: 'One retry lap that stops at the check before GUP (6.8 and later).',
    row: '#3',
    low: 550,
    high: 1000,
    sum: (c) => exitAndSetup(c) + 2 * c.retryCheckNs,
  },
  {
    id: 'retry-lap-after-gup',
    description: 'One retry lap that goes through GUP and mmu_lock (before 6.8).',
    row: '#4',
    low: 900,
    high: 3000,
    sum: (c) => exitAndSetup(c) + 2 * c.retryCheckNs + lookUpAndLock(c),
  },
  {
    id: 'spte-install-fault',
    description: 'One EPT violation whose host page-table entry is present, up to the 4K SPTE (before 6.8).',
    row: '#5',
    low: 700,
    high: 1300,
    sum: installFault,
  },
  {
    id: 'host-minor-fault',
    description: 'One EPT violation that also takes a host minor fault, page-cache hit (before 6.8).',
    row: '#7',
    low: 2000,
    high: 3400,
    sum: (c) => installFault(c) + c.slowGupNs + mapOnePage(c),
  },
  {
    id: 'spte-zap',
    description: 'Zapping one 4K SPTE, with the mark of its struct page (up to 6.12).',
    row: '#11',
    low: 38,
    high: 126,
    sum: (c) => zapOfOne(c) + c.ptePageMarkNs,
  },
  {
    id: 'spte-zap-without-mark',
    description: 'Zapping one 4K SPTE without touching its struct page (6.13 and later).',
    row: '#11',
    low: 20,
    high: 40,
    sum: zapOfOne,
  },
  {
    id: 'spte-split-table',
    description: 'Splitting one 2M SPTE: a table and 512 entries.',
    row: '#13',
    low: 55 * ENTRIES_PER_TABLE,
    high: 75 * ENTRIES_PER_TABLE,
    sum: (c) => c.tableAllocNs + ENTRIES_PER_TABLE * c.spteInstallNs + c.atomicHotNs,
  },
  {
    id: 'kvm-flush-64-running',
    description: 'One remote TLB flush with 64 running vCPUs.',
    row: 'C2d',
    low: 72_800 * 0.95,
    high: 72_800 * 1.05,
    sum: (c) => c.kvmFlushFixedNs + 64 * c.kvmFlushPerRunningVcpuNs,
  },
  {
    id: 'pte-install',
    description: 'Installing one host page-table entry, with mapcount and reference.',
    row: '#28',
    low: 38,
    high: 60,
    sum: (c) => c.pteInstallNs + c.subpageMapcountNs + c.atomicHotNs,
  },
  {
    id: 'uffdio-continue-4k',
    description: 'One UFFDIO_CONTINUE of 4K.',
    row: '#34',
    low: 700,
    high: 2100,
    sum: (c) => c.syscallNs + c.uffdContinueBaseNs + mapOnePage(c),
  },
  {
    id: 'hgm-page-table-part',
    description: 'Unmapping one 4K leaf of a hugetlb page, without its mapcount.',
    row: '#29 U',
    low: 60,
    high: 60,
    sum: pageTablePart,
  },
];

const asReported: readonly FigureRule[] = [
  {
    id: 'hgm-page-table-part',
    description: 'Unmapping one 4K leaf of a hugetlb page, without its mapcount, contention included.',
    row: '#29 C',
    low: 60,
    high: 2700,
    sum: pageTablePart,
  },
  {
    id: 'hgm-collapse-1g-subpage',
    description: 'The leaves of one 1 GiB page, with subpage mapcounts.',
    row: 'A1',
    low: 0.95e9,
    high: 1.05e9,
    sum: (c) => LEAVES_PER_GIB * (pageTablePart(c) + c.subpageMapcountNs),
  },
];

export function profileFigures({ regime, costs }: Pick<CostProfile, 'regime' | 'costs'>): ProfileFigure[] {
  const shared = uncontended.filter(({ id }) => !dependsOnRegime.has(id));
  const rules = regime === 'uncontended' ? uncontended : [...shared, ...asReported];
  return rules.map(({ sum, ...figure }) => ({ ...figure, ns: sum(costs) }));
}

/** Sums of costs that an as-reported profile fits to a contended result. */
const dependsOnRegime: ReadonlySet<string> = new Set([
  'hgm-page-table-part',
  'pte-install',
  'uffdio-continue-4k',
  'host-minor-fault',
]);
