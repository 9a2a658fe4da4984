// Which process of the model each operation of a timeline is.

import type { Process } from '../engine/process.ts';
import { dirtyLogDisable, dirtyLogEnable } from '../kvm/dirty-log.ts';
import { harvestPeriodically } from '../kvm/dirty-log-harvest.ts';
import type { Kvm } from '../kvm/kvm.ts';
import type { Memslot } from '../kvm/memslot.ts';
import { type Hva, hva } from '../mm/address.ts';
import type { Result } from '../mm/errno.ts';
import { notifierSchemes } from '../mm/notifier-schemes/index.ts';
import { exitMmap } from '../mm/operations/exit-mmap.ts';
import { fork } from '../mm/operations/fork.ts';
import { khugepagedScan } from '../mm/operations/khugepaged-scan.ts';
import { madvCollapse } from '../mm/operations/madv-collapse.ts';
import { madvDontneed } from '../mm/operations/madv-dontneed.ts';
import { madvSplit } from '../mm/operations/madv-split.ts';
import { memoryFailure } from '../mm/operations/memory-failure.ts';
import { migratePages } from '../mm/operations/migrate-pages.ts';
import { mprotect } from '../mm/operations/mprotect.ts';
import { mremap } from '../mm/operations/mremap.ts';
import { munmap } from '../mm/operations/munmap.ts';
import { punchHole } from '../mm/operations/punch-hole.ts';
import { truncate } from '../mm/operations/truncate.ts';
import { uffdioContinue } from '../mm/operations/uffdio-continue.ts';
import { uffdioCopy } from '../mm/operations/uffdio-copy.ts';
import { uffdioWriteprotect } from '../mm/operations/uffdio-writeprotect.ts';
import type { RunInput } from './run-types.ts';
import type { TimelineEntry } from './scenario.ts';
import { splitScheme, totalVcpus, type VirtualMachine, type VmmProcess, type World } from './world.ts';

/** What one call of userspace works on, and who calls. */
interface OperationCall {
  readonly world: World;
  readonly process: VmmProcess;
  /** The VMs of the process. */
  readonly vms: readonly VirtualMachine[];
  readonly input: RunInput;
  readonly entry: TimelineEntry;
  readonly range: { readonly start: Hva; readonly end: Hva };
}

/** All of the memory of the process's VMs: one call for each memslot. */
function* forEachSlot({ vms }: OperationCall, call: (kvm: Kvm, slot: Memslot) => Process<Result>): Process<Result> {
  for (const { kvm } of vms) {
    for (const slot of kvm.memslots) {
      const result = yield* call(kvm, slot);
      if (result !== 0) return result;
    }
  }
  return 0;
}

/** The call returns with the child made; the child goes its own way, and maybe exits after its time. */
function* forkAndExit({ world, process, input: { scenario }, entry }: OperationCall): Process<Result> {
  const { sim } = world.machine;
  const { childLives, copyHugetlb } = entry;
  const child = yield* fork(process.mm, { copiesHugetlb: copyHugetlb });
  // A CPU of its own, behind those of the vCPUs and of the VMM's threads.
  const cpu = totalVcpus(scenario) + scenario.timeline.length + child.index;
  if (childLives !== null) sim.spawn(`child${child.index}`, exitMmap(child), { delayNs: childLives, cpu });
  return 0;
}

/** CPUs of the threads that read dirty logs start here: behind those of everybody else. */
const HARVEST_CPU = 1_000_000;

/** Logging on in every memslot, and a thread of the VMM for each that reads the log from then on. */
function* dirtyLogOn(call: OperationCall): Process<Result> {
  const { world, entry } = call;
  const result = yield* forEachSlot(call, dirtyLogEnable);
  const { harvestEvery, manualProtect } = entry;
  if (harvestEvery === null) return result;
  for (const { kvm, index } of call.vms) {
    for (const [number, slot] of kvm.memslots.entries()) {
      const cpu = HARVEST_CPU + index * 64 + number;
      const reader = harvestPeriodically(kvm, slot, harvestEvery, manualProtect);
      world.machine.sim.spawn(`dirty log ${index}.${number}`, reader, { cpu, daemon: true });
    }
  }
  return result;
}

type Operation = (call: OperationCall) => Process<Result>;

export const operations: Readonly<Record<TimelineEntry['operation'], Operation>> = {
  'madv-collapse': ({ process, input, entry, range }) =>
    madvCollapse({
      mm: process.mm,
      ...range,
      scheme: notifierSchemes[splitScheme(input.scheme).notifier],
      chunkBytes: input.scenario.hgm.chunkBytes,
      ...(entry.target === null ? {} : { maxLevel: entry.target === '2m' ? 2 : 3 }),
    }),
  'khugepaged-scan': ({ process: { mm }, input: { scheme, scenario }, range }) =>
    khugepagedScan({
      mm,
      ...range,
      scheme: splitScheme(scheme).notifier,
      pagesToScan: scenario.khugepaged.pagesToScan,
      scanSleepNs: scenario.khugepaged.scanSleep,
      maxPtesNone: scenario.khugepaged.maxPtesNone,
    }),
  'madv-split': ({ process: { mm }, range }) => madvSplit(mm, range.start, range.end),
  'migrate-pages': ({ process: { mm }, range }) => migratePages(mm, range.start, range.end),
  truncate: ({ process: { vma }, range }) => truncate(vma, range.start),
  'punch-hole': ({ process: { vma }, range }) => punchHole(vma, range.start, range.end),
  'madv-dontneed': ({ process: { mm }, range }) => madvDontneed(mm, range.start, range.end),
  mprotect: ({ process: { mm }, entry: { protection }, range }) =>
    mprotect(mm, range.start, range.end, protection ?? 'read'),
  fork: forkAndExit,
  mremap: ({ process: { mm, start }, entry: { to }, range }) =>
    mremap(mm, range.start, range.end, to === null ? null : hva(start + to)),
  'memory-failure': ({ process: { mm }, range }) => memoryFailure(mm, range.start),
  munmap: ({ process: { mm }, range }) => munmap(mm, range.start, range.end),
  'dirty-log-enable': dirtyLogOn,
  'dirty-log-disable': (call) => forEachSlot(call, dirtyLogDisable),
  'uffdio-continue': ({ process: { mm }, range }) => uffdioContinue(mm, range.start, range.end),
  'uffdio-copy': ({ process: { mm }, range }) => uffdioCopy(mm, range.start, range.end),
  'uffdio-writeprotect': ({ process: { mm }, range, entry }) =>
    uffdioWriteprotect(mm, range.start, range.end, { protect: entry.protection === 'read' }),
};
