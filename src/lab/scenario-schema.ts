// Every field of a scenario once: type, default, unit, range and a sentence. The reader in scenario.ts, the API's
// documentation and the catalog all come from here.
//
// Times are integers of ns (`unit: 'ns'`), sizes integers of bytes (`unit: 'bytes'`). Documents may also write them as
// "5ms" and "2MiB"; `documentSchemaOf` gives the schema of what may be written.

import Type, { type Static } from 'typebox';
import { documentSchemaOf } from './schema-node.ts';
import { GIB, KIB, MIB, MINUTE, MS, PAGE_BYTES, SECOND, US } from './units.ts';
import {
  type AvailableId,
  availableIds,
  backings,
  folioSizes,
  hgmVersions,
  kernels,
  mapcountSchemes,
  mappedSizes,
  mmus,
  operations,
  patterns,
  phasePatterns,
  preemptions,
  unavailableIds,
  userfaultModes,
  type Vocabulary,
} from './vocabulary.ts';

export const MAX_SIMULATED_NS = 10 * MINUTE;
export const MAX_MEMORY_BYTES = 64 * GIB;
const MAX_TIMELINE_ENTRIES = 1000;
const MAX_PHASES = 64;
const MAX_PHASE_ACCESSES = 1_000_000_000;
const MAX_TRACE_CHARACTERS = 16 * MIB;

const time = (minimum: number, maximum: number, fallback: number, description: string) =>
  Type.Integer({ minimum, maximum, default: fallback, unit: 'ns', description });

const size = (minimum: number, maximum: number, fallback: number, description: string) =>
  Type.Integer({ minimum, maximum, default: fallback, unit: 'bytes', description });

const count = (minimum: number, maximum: number, fallback: number, unit: string, description: string) =>
  Type.Integer({ minimum, maximum, default: fallback, unit, description });

const fraction = (fallback: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 1, default: fallback, unit: 'fraction', description });

/** A field that names a term; `notAvailable` lists the known ones that this version refuses. */
const oneOf = <const V extends Vocabulary>(vocabulary: V, fallback: AvailableId<V>, description: string) =>
  Type.Unsafe<AvailableId<V>>(
    Type.Enum(availableIds(vocabulary), {
      default: fallback,
      description,
      notAvailable: unavailableIds(vocabulary),
    }),
  );

const closed = { additionalProperties: false } as const;

const nameSchema = (fallback: string, description: string) =>
  Type.String({
    pattern: '^[a-z0-9][a-z0-9.-]{0,63}$',
    default: fallback,
    description,
    expected: 'a name of up to 64 lower-case letters, digits, dots and hyphens',
  });

const machineSchema = Type.Object(
  {
    profile: nameSchema('epyc-uncontended', 'Cost profile: what each step costs, in nanoseconds.'),
    kernel: oneOf(kernels, '6.12', 'Kernel version that the fault path and the zap follow.'),
    preemption: oneOf(preemptions, 'full', 'Preemption model of the kernel.'),
    cpus: count(1, 1024, 16, 'CPUs', 'CPUs of the host; at least as many as there are vCPUs.'),
    earlyRetryCheck: Type.Union([Type.Boolean(), Type.Null()], {
      default: null,
      description: 'Whether a fault looks for an open invalidation before GUP. Null: as the kernel version does.',
      expected: 'true, false or null',
    }),
    nxHugePages: Type.Boolean({
      default: false,
      description:
        'The host mitigates the iTLB multihit: in 6.1 no huge SPTE replaces a table that is left of smaller ones.',
    }),
  },
  { ...closed, description: 'The host.' },
);

const memslotSchema = Type.Object(
  {
    guestStart: size(0, 4 * MAX_MEMORY_BYTES, 0, 'Guest address at which it begins.'),
    start: size(0, MAX_MEMORY_BYTES, 0, 'Offset into the memory of the VM.'),
    length: size(PAGE_BYTES, MAX_MEMORY_BYTES, GIB, 'Length.'),
  },
  { ...closed, description: 'One memslot.' },
);

const vmSchema = Type.Object(
  {
    vcpus: count(1, 256, 8, 'vCPUs', 'vCPUs of each VM, each on a CPU of its own.'),
    count: count(1, 16, 1, 'VMs', 'VMs of each process, all over the one mapping of the memory.'),
    processes: count(
      1,
      16,
      1,
      'processes',
      'Processes that map the memory, each with VMs; anonymous memory: one each.',
    ),
    backends: count(
      0,
      16,
      0,
      'processes',
      'Further processes that map the memory and have no VM, as back ends of vhost-user do.',
    ),
    memory: size(2 * MIB, MAX_MEMORY_BYTES, GIB, 'Memory of the VM; a multiple of the page size of its backing.'),
    backing: oneOf(backings, 'hugetlb-1g', 'What the memory is made of.'),
    mapped: oneOf(mappedSizes, '4k', 'Size of the host page-table entries at time 0; not above that of the backing.'),
    folios: Type.Union([oneOf(folioSizes, '4k', 'Size of the folios.'), Type.Null()], {
      default: null,
      description: 'Size of the folios of anonymous and shmem memory. Null: as large as the entries that map them.',
      expected: '"4k", "2m" or null',
    }),
    populatedFraction: fraction(1, 'Part of the memory that is mapped at time 0, drawn at random.'),
    sptePopulatedFraction: fraction(
      1,
      'Part of the mapped pages for which KVM holds an SPTE at time 0, drawn at random.',
    ),
    youngFraction: fraction(
      0.1,
      'khugepaged-scan: part of the mapped pages that are young in the host at time 0, drawn at random; it asks KVM about the others.',
    ),
    memslots: Type.Union([Type.Array(memslotSchema, { maxItems: 64 }), Type.Null()], {
      default: null,
      description:
        "KVM's memslots; two of them may map the same memory. guest.range then counts guest addresses. Null: one over all of the memory.",
      expected: 'a list of up to 64 memslots, or null',
    }),
    pfnCaches: count(
      0,
      256,
      0,
      'pages',
      "Pages that KVM itself writes for the first so many vCPUs, such as a vCPU's clock (gfn_to_pfn_cache); at most vm.vcpus.",
    ),
    pfnCacheUse: time(US, SECOND, MS, 'How often a vCPU leaves the guest for such a page to be written.'),
    mmu: oneOf(mmus, 'tdp', "KVM's MMU."),
    asyncPageFault: Type.Boolean({
      default: false,
      description: 'The guest takes async page faults: it runs another task while the host waits for a page.',
    }),
  },
  { ...closed, description: 'The virtual machine, or several alike.' },
);

const hgmSchema = Type.Object(
  {
    version: oneOf(hgmVersions, 'v2', 'Revision of the HGM series whose locks hugetlb_collapse() follows.'),
    chunkBytes: size(2 * MIB, MAX_MEMORY_BYTES, 2 * MIB, 'What range-chunked puts into one section; a power of two.'),
  },
  { ...closed, description: 'HugeTLB high-granularity mapping.' },
);

const khugepagedSchema = Type.Object(
  {
    pagesToScan: count(
      1,
      1 << 20,
      4096,
      'PTEs',
      'What khugepaged-scan looks at in one pass, before it sleeps (pages_to_scan).',
    ),
    scanSleep: time(0, MINUTE, 10 * SECOND, 'For how long it sleeps between two passes (scan_sleep_millisecs).'),
    maxPtesNone: count(0, 511, 511, 'PTEs', 'How many pages of a 2 MiB block may be missing (max_ptes_none).'),
  },
  { ...closed, description: "The host's settings of khugepaged." },
);

const userfaultSchema = Type.Object(
  {
    mode: oneOf(userfaultModes, 'none', 'Which faults of the memory go to userspace.'),
    writeProtect: Type.Boolean({
      default: false,
      description: 'Also writes to pages that uffdio-writeprotect has protected.',
    }),
    fds: count(1, 256, 1, 'fds', 'Userfaultfds, each for an equal part of the memory.'),
    readers: count(1, 64, 1, 'threads', 'Threads of the VMM that poll each fd.'),
    exactAddress: Type.Boolean({
      default: false,
      description:
        'Messages of hugetlb memory name the 4K page (UFFD_FEATURE_EXACT_ADDRESS). False: its huge page, but for HGM v1 and v2.',
    }),
  },
  { ...closed, description: 'Userfaultfd.' },
);

const pageSizeOrNull = (description: string) =>
  Type.Union([Type.Literal('4k'), Type.Literal('2m'), Type.Literal('1g'), Type.Null()], {
    default: null,
    description,
    expected: '"4k", "2m", "1g" or null',
  });

const peerSchema = Type.Object(
  {
    pageSize: pageSizeOrNull(
      'Size of the pages that the source of a post-copy migration sends. Null: there is no migration.',
    ),
    latency: time(0, SECOND, 10 * US, 'From one host to the other, one way.'),
    bandwidth: Type.Integer({
      minimum: 1_000_000,
      maximum: 1_000_000_000_000,
      default: 12_500_000_000,
      unit: 'bytes/s',
      description: 'Of the link, for all connections together.',
    }),
    background: Type.Boolean({
      default: true,
      description: 'The source also sends what nobody asks for, in order; the run goes on until all has come.',
    }),
    preempt: Type.Boolean({
      default: false,
      description: 'A connection of their own for pages that are asked for.',
    }),
    receivers: count(1, 64, 1, 'threads', 'Connections of the background stream, each with a thread at both ends.'),
    window: size(
      64 * KIB,
      GIB,
      MIB,
      'Bytes that a connection has under way at most; a page that is asked for goes behind them.',
    ),
    collapse: Type.Union([Type.Literal('2m'), Type.Literal('1g'), Type.Null()], {
      default: null,
      description: 'The VMM collapses each page of this size as soon as all of it has come. Null: it does not.',
      expected: '"2m", "1g" or null',
    }),
  },
  { ...closed, description: 'The host that the VM comes from, in a post-copy migration.' },
);

const memoryRange = (description: string) =>
  Type.Object(
    {
      start: size(0, MAX_MEMORY_BYTES, 0, 'Offset into the memory of the VM.'),
      // Without a default of its own: what is left of the memory is known only when the document has been read.
      length: Type.Integer({
        minimum: PAGE_BYTES,
        maximum: MAX_MEMORY_BYTES,
        unit: 'bytes',
        derived: true,
        description: 'Length. Absent: up to the end of the memory.',
      }),
    },
    { ...closed, description },
  );

const guestRangeSchema = memoryRange('The part of the memory that the vCPUs touch.');
const rangeSchema = memoryRange('What the operation works on.');

const stridePages = count(1, MAX_MEMORY_BYTES / PAGE_BYTES, 4, '4 KiB pages', 'Distance of two accesses of a stride.');
const zipfExponent = Type.Number({
  minimum: 0.1,
  maximum: 3,
  default: 1,
  unit: 'exponent',
  description: 'zipf: the k-th most popular page is touched with a chance as 1 / k^exponent.',
});
const writeFraction = fraction(1, 'Part of the accesses that write, drawn for each.');
const thinkNs = time(1, SECOND, 100, 'From the end of one access to the next.');

const phaseSchema = Type.Object(
  {
    pattern: oneOf(phasePatterns, 'stride', 'Which pages the vCPUs touch; idle: they halt (HLT).'),
    lasts: Type.Union([time(US, MAX_SIMULATED_NS, MS, "How long it lasts, in the guest's own time."), Type.Null()], {
      default: null,
      description:
        "How long it lasts, in the guest's own time: what a vCPU stands still makes it longer. Null: as `accesses` says.",
      expected: 'a time from 1us to 10min, such as "5ms" or an integer of ns, or null',
    }),
    accesses: Type.Union([count(1, MAX_PHASE_ACCESSES, 1, 'accesses', 'Accesses of each vCPU.'), Type.Null()], {
      default: null,
      description: 'How many accesses each vCPU makes in it. Null: as `lasts` says.',
      expected: `an integer from 1 to ${MAX_PHASE_ACCESSES}, or null`,
    }),
    range: memoryRange('The part of the memory that the vCPUs touch.'),
    stridePages,
    zipfExponent,
    writeFraction,
    thinkNs,
  },
  { ...closed, description: 'One phase.' },
);

const guestSchema = Type.Object(
  {
    pattern: oneOf(patterns, 'stride', 'Which pages the vCPUs touch.'),
    stridePages,
    partitioned: Type.Boolean({
      default: false,
      description: 'Each vCPU touches a slice of its own, range / vcpus. False: all touch all of the range.',
    }),
    range: guestRangeSchema,
    zipfExponent,
    writeFraction,
    thinkNs,
    phases: Type.Array(phaseSchema, {
      maxItems: MAX_PHASES,
      default: [],
      description:
        'phases: what follows on what. Each phase has its own range, mix and pace; those above are not read.',
      expected: `a list of up to ${MAX_PHASES} phases`,
    }),
    repeatPhases: Type.Boolean({
      default: true,
      description: 'phases: the first follows on the last. False: the vCPUs halt after the last.',
    }),
    trace: Type.Union([Type.String({ maxLength: MAX_TRACE_CHARACTERS }), Type.Null()], {
      default: null,
      description:
        "trace: CSV with the header time,vcpu,gfn,write and a line for each access, by time: ns of the guest's own time, number of the vCPU, 4 KiB frame, 1 for a write and 0 for a read.",
      expected: `a text of up to ${MAX_TRACE_CHARACTERS} characters, or null`,
    }),
  },
  { ...closed, description: 'What the guest does.' },
);

const timelineEntrySchema = Type.Object(
  {
    at: Type.Union([time(0, MAX_SIMULATED_NS, 0, 'Simulated time.'), Type.Literal('after-previous')], {
      default: 0,
      description: 'When the operation starts; after-previous: when the entry before it in the list has ended.',
      expected: 'a time from 0ns to 10min, such as "5ms" or an integer of ns, or "after-previous"',
    }),
    operation: oneOf(operations, 'madv-collapse', 'What userspace asks for.'),
    process: count(0, 15, 0, 'index', 'Which process asks: first those of vm.processes, then those of vm.backends.'),
    range: rangeSchema,
    step: Type.Union([size(PAGE_BYTES, MAX_MEMORY_BYTES, 2 * MIB, 'Bytes of one call.'), Type.Null()], {
      default: null,
      description:
        'Userspace makes one call for each step of the range, one after the other. Null: one call for all of it.',
      expected: 'a size from 4KiB to 64GiB, such as "2MiB" or an integer of bytes, or null',
    }),
    target: Type.Union([Type.Literal('2m'), Type.Literal('1g'), Type.Null()], {
      default: null,
      description: 'madv-collapse: the largest leaf that it may build. Null: the largest that fits.',
      expected: '"2m", "1g" or null',
    }),
    to: Type.Union([size(0, 2 * MAX_MEMORY_BYTES, 0, 'Offset from the start of the memory.'), Type.Null()], {
      default: null,
      description:
        'mremap: where the range goes; behind the memory there is room. Null: to a free place behind all that is mapped.',
      expected: 'a size from 0 to 128GiB, such as "4GiB" or an integer of bytes, or null',
    }),
    protection: Type.Union([Type.Literal('read'), Type.Literal('read-write'), Type.Null()], {
      default: null,
      description:
        'mprotect, uffdio-writeprotect: what may be done with the range from then on. Null: neither of them.',
      expected: '"read", "read-write" or null',
    }),
    childLives: Type.Union([time(0, MAX_SIMULATED_NS, 0, 'Simulated time.'), Type.Null()], {
      default: null,
      description: 'fork: how long after the call the child exits. Null: it lives to the end of the run.',
      expected: 'a time from 0ns to 10min, such as "5ms" or an integer of ns, or null',
    }),
    copyHugetlb: Type.Boolean({
      default: false,
      description:
        'fork: shared hugetlb memory is copied leaf by leaf, as where userfaultfd write protection is armed. False: the child faults it in.',
    }),
    harvestEvery: Type.Union([time(10 * US, MAX_SIMULATED_NS, 0, 'Simulated time.'), Type.Null()], {
      default: null,
      description:
        'dirty-log-enable: from one reading of the dirty log to the next, until logging ends, as in the rounds of a live migration. Null: nobody reads it.',
      expected: 'a time from 10us to 10min, such as "100ms" or an integer of ns, or null',
    }),
    manualProtect: Type.Boolean({
      default: false,
      description:
        'dirty-log-enable: reading only copies the log, and pieces of 1 GiB are write-protected anew by KVM_CLEAR_DIRTY_LOG. False: reading does both.',
    }),
  },
  { ...closed, description: 'One operation.' },
);

const limitsSchema = Type.Object(
  {
    simulated: time(1, MAX_SIMULATED_NS, MINUTE, 'Simulated time after which a run is ended.'),
    events: count(1, 2_000_000_000, 200_000_000, 'events', 'Events of the engine after which a run is ended.'),
  },
  { ...closed, description: 'What ends a run that does not end by itself.' },
);

export const scenarioSchema = Type.Object(
  {
    name: nameSchema('unnamed', 'Name; that of the file in the library.'),
    description: Type.String({
      maxLength: 2000,
      default: '',
      description: 'A sentence or two on what it shows.',
      expected: 'a text of up to 2000 characters',
    }),
    machine: machineSchema,
    vm: vmSchema,
    hgm: hgmSchema,
    userfault: userfaultSchema,
    peer: peerSchema,
    khugepaged: khugepagedSchema,
    mapcount: oneOf(mapcountSchemes, 'subpage', 'How a folio counts its mappings, where a comparison names none.'),
    guest: guestSchema,
    timeline: Type.Array(timelineEntrySchema, {
      maxItems: MAX_TIMELINE_ENTRIES,
      default: [],
      description: 'The operations. Two that start at one time must not overlap.',
      expected: `a list of up to ${MAX_TIMELINE_ENTRIES} operations`,
    }),
    settle: time(0, MAX_SIMULATED_NS, 20 * MS, 'Time that the run goes on after the last operation has ended.'),
    limits: limitsSchema,
  },
  { ...closed, description: 'A host, a VM, what its guest does, and the operations in between.' },
);

type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/**
 * A scenario that is complete and checked: every default filled in, every time in ns, every size in bytes. What each
 * field means stands in the schema above.
 */
export type Scenario = DeepReadonly<Static<typeof scenarioSchema>>;
export type TimelineEntry = Scenario['timeline'][number];

export const scenarioDocumentSchema = documentSchemaOf(scenarioSchema);
