// Which consumer of the mapcount is right under which scheme: each cell is what the consumer has made of a huge page that
// the model has mapped, not what we believe of the scheme.

import type { Process } from '../engine/process.ts';
import { Simulation } from '../engine/simulation.ts';
import { Geometry, hva, type Level, PAGE_SIZE } from '../mm/address.ts';
import { Folio } from '../mm/folio.ts';
import { folioMapcount } from '../mm/free-folio.ts';
import { unmapHugePage } from '../mm/hugetlb-migrate.ts';
import { mapLeafAtOnce } from '../mm/hugetlb-rmap.ts';
import { unmapHugepageRange } from '../mm/hugetlb-unmap.ts';
import type { HugetlbVma } from '../mm/hugetlb-vma.ts';
import { createMachine } from '../mm/machine.ts';
import { counters, folioReferenced, mayMoveUnshared, smapsHugetlb, writesTailPages } from '../mm/mapcount/consumers.ts';
import { mapcountSchemes } from '../mm/mapcount/index.ts';
import type { MapcountSchemeId } from '../mm/mapcount/mapcount-scheme.ts';
import { Mm } from '../mm/mm.ts';
import { MmuGather } from '../mm/mmu-gather.ts';
import { AddressSpace } from '../mm/page-cache.ts';
import { EntryKind } from '../mm/radix-table.ts';
import { type CostName, costNames } from './cost-names.ts';

interface MapcountCell {
  readonly works: boolean;
  /** What the consumer has seen. */
  readonly result: string;
}

export interface MapcountConsumer {
  readonly consumer: string;
  readonly description: string;
  readonly cells: Readonly<Record<MapcountSchemeId, MapcountCell>>;
}

/** Entries of a table where only the kind of answer matters: a huge page is 64 small ones. */
const SMALL = 8;
const REAL = 512;
const COUNTER_LIMIT = 2 ** 31;
/** Default of vm.max_map_count: mappings that one process alone can make. */
const MAX_MAP_COUNT = 65_530;

interface Check {
  readonly consumer: string;
  readonly description: string;
  run(scheme: MapcountSchemeId): MapcountCell;
}

const checks: readonly Check[] = [
  {
    consumer: 'smaps',
    description:
      'smaps_hugetlb_range() shows a page in 4K leaves as private while one VMA maps it, as shared with two.',
    run(scheme) {
      const page = new MappedPage(scheme, SMALL);
      const alone = smapsHugetlb(page.vma).sharedBytes === 0;
      const shared = smapsHugetlb(page.mapAgain()).privateBytes === 0;
      const result = `one VMA: ${alone ? 'private' : 'shared'}; two: ${shared ? 'shared' : 'private'}`;
      return { works: alone && shared, result };
    },
  },
  {
    consumer: 'mempolicy',
    description: 'queue_folios_hugetlb() moves a page in 4K leaves that one VMA maps, and refuses one that two map.',
    run(scheme) {
      const page = new MappedPage(scheme, SMALL);
      const alone = mayMoveUnshared(page.folio);
      page.mapAgain();
      const shared = mayMoveUnshared(page.folio);
      const result = `one VMA: ${alone ? 'moves' : 'refuses'}; two: ${shared ? 'moves' : 'refuses'}`;
      return { works: alone && !shared, result };
    },
  },
  {
    consumer: 'migration',
    description: 'After try_to_migrate() has put a migration entry into every leaf the page is unmapped.',
    run(scheme) {
      const page = new MappedPage(scheme, SMALL);
      page.tryToMigrate();
      return page.isUnmapped();
    },
  },
  {
    consumer: 'folio-referenced',
    description: 'folio_referenced() meets as many entries as the mapcount says.',
    run(scheme) {
      const page = new MappedPage(scheme, SMALL);
      const { entries } = folioReferenced(page.folio);
      const mapcount = folioMapcount(page.folio);
      return { works: folioReferenced(page.folio).left === 0, result: `mapcount ${mapcount}, entries ${entries}` };
    },
  },
  {
    consumer: 'hvo',
    description: 'Mapping a page in 4K leaves writes to no tail struct page.',
    run(scheme) {
      const writes = writesTailPages(new MappedPage(scheme, SMALL).folio);
      return { works: !writes, result: writes ? 'tail struct pages written' : 'head and first tail only' };
    },
  },
  {
    consumer: 'truncation',
    description: 'After the leaves were zapped with the tables left standing the page is unmapped.',
    run: (scheme) => mapcountAfter(scheme, [[0, 1]]),
  },
  {
    consumer: 'partial-unmap',
    description: 'After a page was unmapped in two parts, the cut inside of a table, it is unmapped.',
    run: (scheme) =>
      mapcountAfter(scheme, [
        [0, 5 / 64],
        [5 / 64, 1],
      ]),
  },
  {
    consumer: 'overflow',
    description: `No counter of a 1 GiB page in 4K leaves reaches 2^31 with ${MAX_MAP_COUNT} VMAs, all that a process can have.`,
    run(scheme) {
      const { mapcount, references } = counters(new MappedPage(scheme, REAL).folio);
      const over = Object.entries({ mapcount, references }).filter(([, n]) => n * MAX_MAP_COUNT >= COUNTER_LIMIT);
      const result = over.map(([name, n]) => `${name} with ${Math.ceil(COUNTER_LIMIT / n)} VMAs`).join(', ');
      return { works: over.length === 0, result: result === '' ? 'none' : result };
    },
  },
];

/** The table `consumer x scheme`, by running each consumer on the model. Takes some tenths of a second. */
export function mapcountConsumers(): MapcountConsumer[] {
  const schemes = Object.keys(mapcountSchemes) as MapcountSchemeId[];
  return checks.map(({ consumer, description, run }) => {
    const cells = Object.fromEntries(schemes.map((scheme) => [scheme, run(scheme)]));
    return { consumer, description, cells: cells as Record<MapcountSchemeId, MapcountCell> };
  });
}

/** Unmaps parts of the page one after the other, each [from, to) in fractions of it, and asks whether it is mapped. */
function mapcountAfter(scheme: MapcountSchemeId, parts: readonly (readonly [number, number])[]): MapcountCell {
  const page = new MappedPage(scheme, SMALL);
  for (const [from, to] of parts) page.unmap(from, to);
  return page.isUnmapped();
}

/** One huge page of 1 GiB geometry, in the page cache, mapped by one VMA in 4K leaves. */
class MappedPage {
  readonly mm: Mm;
  readonly folio: Folio;
  readonly vma: HugetlbVma;
  readonly #mapping: AddressSpace;

  constructor(scheme: MapcountSchemeId, entriesPerTable: number) {
    const geometry = new Geometry(entriesPerTable);
    // Time is not asked for: everything costs 1 ns.
    const costs = Object.fromEntries(costNames.map((name) => [name, 1])) as Record<CostName, number>;
    const machine = createMachine({
      sim: new Simulation({ seed: 1, wakeUpNs: 1 }),
      kernel: '6.12',
      preemption: 'full',
      cpus: 1,
      geometry,
      costs,
      hugetlbMapcount: mapcountSchemes[scheme],
    });
    const level: Level = 3;
    this.mm = new Mm(machine);
    this.#mapping = new AddressSpace(machine);
    this.folio = new Folio(machine, machine.memory.allocate(level), level, true);
    this.#mapping.add(0, this.folio);
    this.vma = this.#map(1);
  }

  /** A second VMA of the file, mapped alike. */
  mapAgain(): HugetlbVma {
    return this.#map(2);
  }

  /** The part of the page from one fraction of it to another. */
  unmap(from: number, to: number): void {
    const { mm, vma, folio } = this;
    const at = (fraction: number) => hva(vma.start + Math.round(fraction * folio.pages) * PAGE_SIZE);
    this.#run(function* unmap() {
      const gather = new MmuGather(mm);
      yield* unmapHugepageRange(gather, vma, at(from), at(to));
      yield* gather.finish();
    });
  }

  /** What migration begins with. */
  tryToMigrate(): void {
    const { folio } = this;
    const tree = this.#mapping;
    this.#run(function* migrate() {
      yield* tree.rmapRwsem.acquireWrite();
      yield* unmapHugePage({ folio, tree, index: 0 }, EntryKind.Migration);
      yield* tree.rmapRwsem.releaseWrite();
    });
  }

  /** Whether nothing is counted any more, and what had to be scanned to know. */
  isUnmapped(): MapcountCell {
    const left = folioMapcount(this.folio);
    const scanned = this.mm.machine.work.mapcountEntriesScanned;
    const scans = scanned > 0 ? `, ${scanned} entries scanned` : '';
    return { works: left === 0, result: `mapcount ${left}${scans}` };
  }

  #run(process: () => Process): void {
    const { sim } = this.mm.machine;
    sim.spawn('page', process());
    const outcome = sim.run({});
    if (outcome.kind === 'failed') throw outcome.error;
  }

  #map(place: number): HugetlbVma {
    const { mm, folio } = this;
    const { geometry } = mm.machine;
    const start = hva(place * geometry.entryBytes(4));
    const end = hva(start + folio.pages * PAGE_SIZE);
    const vma = mm.mmapHugetlb({ start, end, mapping: this.#mapping, hstateLevel: folio.level, shared: true });
    vma.highGranularity = true;
    for (let page = 0; page < folio.pages; page++) {
      const address = hva(start + page * PAGE_SIZE);
      mapLeafAtOnce(vma, folio, mm.pageTables.tableAt(address, 1), geometry.index(address / PAGE_SIZE, 1));
    }
    return vma;
  }
}
