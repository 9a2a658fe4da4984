// What both MMUs map: the page tables of a process, and the SPTEs of its VMs over the same memory.

import Type, { type Static } from 'typebox';
import type { TdpTable } from '../../kvm/tdp-table.ts';
import { gfn, hva, PAGE_SIZE, pageOf, pfn } from '../../mm/address.ts';
import type { PageTable } from '../../mm/page-table.ts';
import { EntryKind } from '../../mm/radix-table.ts';
import { type InputError, InvalidInput } from '../invalid-input.ts';
import { MAX_MEMORY_BYTES } from '../schema/fields.ts';
import { readBySchema } from '../schema-reader.ts';
import type { VirtualMachine, VmmProcess, World } from '../world.ts';
import { liveLimits } from './limits.ts';
import type { LiveMappings, PrimaryRun, SpteRun } from './live-types.ts';
import { leafSize, runsBefore, runsOf, type TableRun, type TableRuns } from './table-runs.ts';

/** Behind the memory there is room, to which mremap may have moved some of it. */
const BEHIND = 2 * MAX_MEMORY_BYTES;

const bytes = (description: string) =>
  Type.Integer({ minimum: 0, maximum: BEHIND, unit: 'bytes', multipleOf: PAGE_SIZE, derived: true, description });
const index = (description: string) => Type.Integer({ minimum: 0, maximum: 65_535, derived: true, description });

const mappingQuerySchema = Type.Object(
  {
    start: Type.Integer({
      ...bytes('Offset from the start of the memory.'),
      default: 0,
      expected: `a multiple of 4KiB up to 128GiB`,
    }),
    length: Type.Integer({
      ...bytes('Length. Absent: up to the end of the memory.'),
      minimum: PAGE_SIZE,
      expected: `a multiple of 4KiB from 4KiB to 128GiB`,
    }),
    process: index('Whose page tables. Absent: those of the VM, or the first.'),
    vm: index('Whose SPTEs. Absent: those of all VMs of the process.'),
    limit: Type.Integer({
      minimum: 1,
      maximum: liveLimits.listItems,
      default: liveLimits.listItems,
      description: 'Runs in each list at most.',
    }),
  },
  { additionalProperties: false, description: 'Which mappings are to be looked at.' },
);

interface Query {
  readonly start: number;
  readonly end: number;
  readonly process: VmmProcess;
  readonly vms: readonly VirtualMachine[];
  readonly limit: number;
}

/** Throws `InvalidInput`. */
export function liveMappings(world: World, memoryBytes: number, document: unknown): LiveMappings {
  const query = readQuery(world, memoryBytes, document);
  const { start, end, process, limit } = query;
  const base = pageOf(process.start);
  const primary = runsOf<PageTable>(
    process.mm.pageTables.root,
    base + start / PAGE_SIZE,
    base + end / PAGE_SIZE,
    primaryBits,
    limit,
  );
  const slots = query.vms.flatMap((vm) => slotRuns(vm, query));
  // All lists are to be about the same piece of the memory.
  const reached = Math.min(
    (primary.reached - base) * PAGE_SIZE,
    ...slots.map(({ runs, offset }) => runs.reached * PAGE_SIZE + offset).filter((at) => at < end),
  );
  const folioOf = (frame: number | null): number | null =>
    frame === null ? null : (world.machine.memory.folioOf(pfn(frame))?.firstPfn ?? null);
  return {
    start,
    length: end - start,
    process: process.index,
    next: reached < end ? reached : null,
    primary: runsBefore(primary.runs, base + reached / PAGE_SIZE).map((run) => ({
      ...primaryRun(run, base),
      folio: folioOf(run.frame),
    })),
    secondary: slots.map(({ vm, slot, runs, offset }) => ({
      vm,
      slot,
      runs: runsBefore(runs.runs, (reached - offset) / PAGE_SIZE).map((run) => ({
        ...spteRun(run, offset),
        folio: folioOf(run.frame),
      })),
    })),
  };
}

function readQuery(world: World, memoryBytes: number, document: unknown): Query {
  const reading = readBySchema(mappingQuerySchema, document);
  if (reading.errors.length > 0) throw new InvalidInput('mappings', reading.errors, reading.unlisted);
  const read = reading.value as Pick<Static<typeof mappingQuerySchema>, 'start' | 'limit'> &
    Partial<Static<typeof mappingQuerySchema>>;
  const { start, limit, length = Math.max(memoryBytes - start, 0) } = read;
  const errors: InputError[] = [];
  const refuse = (path: string, message: string): number => errors.push({ path, message });
  if (start + length > BEHIND) refuse('length', `must end at 128GiB at most, got ${start + length} bytes`);
  if (length === 0) refuse('start', `must lie inside vm.memory where length is absent, got ${start} bytes`);
  const vm = read.vm === undefined ? undefined : world.vms[read.vm];
  const most = world.vms.length;
  if (read.vm !== undefined && vm === undefined)
    refuse('vm', `must be below the number of VMs (${most}), got ${read.vm}`);
  const at = read.process ?? vm?.process.index ?? 0;
  const process = world.processes[at];
  const count = world.processes.length;
  if (process === undefined) refuse('process', `must be below the number of processes (${count}), got ${at}`);
  else if (vm !== undefined && vm.process !== process) {
    refuse('vm', `must be a VM of process ${at}, got ${read.vm}, which is one of process ${vm.process.index}`);
  }
  if (process === undefined || errors.length > 0) throw new InvalidInput('mappings', errors);
  const vms = vm === undefined ? world.vms.filter((other) => other.process === process) : [vm];
  return { start, end: start + length, process, vms, limit };
}

/** `offset`: what to add to a guest address of the slot for the offset into the memory. */
interface SlotRuns {
  readonly vm: number;
  readonly slot: number;
  readonly runs: TableRuns;
  readonly offset: number;
}

function slotRuns(vm: VirtualMachine, { start, end, process, limit }: Query): SlotRuns[] {
  return vm.kvm.memslots.flatMap((slot, number) => {
    const part = slot.overlap(hva(process.start + start), hva(process.start + end));
    if (part === null) return [];
    const offset = slot.userspaceAddr - process.start - slot.baseGfn * PAGE_SIZE;
    const runs = runsOf<TdpTable>(vm.kvm.tdp.top, gfn(part.first), gfn(part.end), spteBits, limit);
    // Where the slot ends the memory goes on: that is not where the answer ends.
    const reached = runs.reached === part.end ? Number.POSITIVE_INFINITY : runs.reached;
    return { vm: vm.index, slot: number, runs: { ...runs, reached }, offset };
  });
}

const WRITABLE = 1;
const UFFD_WP = 2;
const SPECIAL = 4;
const PROTECTED = 2;
const AGED = 4;

const primaryBits = (table: PageTable, entry: number): number =>
  (table.kinds[entry] === EntryKind.Leaf && table.writable[entry] === 1 ? WRITABLE : 0) +
  (table.isUffdWp(entry) ? UFFD_WP : 0) +
  (table.isMarked(entry) ? SPECIAL : 0);

const spteBits = (table: TdpTable, entry: number): number =>
  table.kinds[entry] !== EntryKind.Leaf
    ? 0
    : (table.writable[entry] === 1 ? WRITABLE : 0) +
      (table.isProtected(entry) ? PROTECTED : 0) +
      (table.accessedClearSince(entry) === null ? 0 : AGED);

const primaryKinds: Readonly<Partial<Record<EntryKind, PrimaryRun['kind']>>> = {
  [EntryKind.Leaf]: 'present',
  [EntryKind.Migration]: 'migration',
  [EntryKind.Invalid]: 'invalid',
  [EntryKind.Poison]: 'poison',
};

function primaryRun({ first, pages, level, kind, bits, frame }: TableRun, base: number): Omit<PrimaryRun, 'folio'> {
  return {
    start: (first - base) * PAGE_SIZE,
    length: pages * PAGE_SIZE,
    size: leafSize(level),
    kind: primaryKinds[kind] ?? 'none',
    writable: (bits & WRITABLE) !== 0,
    uffdWp: (bits & UFFD_WP) !== 0,
    special: (bits & SPECIAL) !== 0,
    frame,
  };
}

function spteRun({ first, pages, level, kind, bits, frame }: TableRun, offset: number): Omit<SpteRun, 'folio'> {
  return {
    start: first * PAGE_SIZE + offset,
    length: pages * PAGE_SIZE,
    gfn: first,
    pages,
    size: leafSize(level),
    kind: kind === EntryKind.Leaf ? 'present' : kind === EntryKind.Frozen ? 'frozen' : 'none',
    writable: (bits & WRITABLE) !== 0,
    protected: (bits & PROTECTED) !== 0,
    accessed: kind === EntryKind.Leaf && (bits & AGED) === 0,
    frame,
  };
}
