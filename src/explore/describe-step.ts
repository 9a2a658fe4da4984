// The words for a step of a counterexample: locks taken and dropped, and what has changed of what others can see.

import { Lock } from '../engine/locks/lock.ts';
import { WaitQueue } from '../engine/locks/wait-queue.ts';
import { Invalidation } from '../kvm/invalidation.ts';
import { TdpTable } from '../kvm/tdp-table.ts';
import { Folio } from '../mm/folio.ts';
import { AddressSpace } from '../mm/page-cache.ts';
import { PageTable } from '../mm/page-table.ts';
import { EntryKind } from '../mm/radix-table.ts';
import type { CounterexampleStep } from './exploration-types.ts';
import type { ExploringSimulation } from './exploring-simulation.ts';
import { FrameData } from './guest-memory.ts';
import { GuestVcpu } from './guest-vcpu.ts';
import { ADD, LOCK, LOCK_SHARED, type Recorder, UNLOCK, UNLOCK_SHARED, WRITE } from './recorder.ts';

const kindNames: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(EntryKind).map(([name, kind]) => [kind, name.toLowerCase()]),
);

/** What each cell holds, in words; null: it has none. */
export function snapshotCells(recorder: Recorder): (string | null)[] {
  return Array.from({ length: recorder.cellCount }, (_, cell) => cellValue(recorder, cell));
}

export function describeStep(
  recorder: Recorder,
  sim: ExploringSimulation,
  task: number,
  before: readonly (string | null)[],
  told: readonly string[],
): Pick<CounterexampleStep, 'label' | 'effects'> {
  const locks: string[] = [];
  const effects: string[] = [];
  for (let n = 0; n < recorder.touchedCount; n++) {
    const cell = recorder.touched[n] as number;
    const modes = recorder.modes[cell] as number;
    const owner = recorder.owners[cell];
    if (owner instanceof Lock) {
      const name = owner.lockClass.name;
      if ((modes & (LOCK | LOCK_SHARED)) !== 0)
        locks.push(`takes ${name}${(modes & LOCK_SHARED) !== 0 ? ' (read)' : ''}`);
      if ((modes & WRITE) !== 0) locks.push(`tries ${name}`);
      if ((modes & (UNLOCK | UNLOCK_SHARED)) !== 0) locks.push(`drops ${name}`);
      continue;
    }
    if ((modes & (WRITE | ADD)) === 0) continue;
    const now = cellValue(recorder, cell);
    if (now === null || now === before[cell]) continue;
    effects.push(`${nameOf(recorder, cell)}: ${before[cell] ?? 'new'} -> ${now}`);
  }
  const waits = sim.waitsFor(task);
  const ending = sim.hasEnded(task) ? ['ends'] : waits === null ? [] : [`wants ${waits.what}`];
  const label = [...locks, ...ending].join(', ');
  return { label: label === '' ? (effects.length > 0 ? 'writes' : 'looks') : label, effects: [...effects, ...told] };
}

function nameOf(recorder: Recorder, cell: number): string {
  const owner = recorder.owners[cell];
  const offset = recorder.offsets[cell] as number;
  if (owner instanceof TdpTable) return `SPTE level ${owner.level} of gfn ${owner.firstPageOf(offset)}`;
  if (owner instanceof PageTable) return `host entry level ${owner.level} of page ${owner.firstPageOf(offset)}`;
  if (owner instanceof Folio) return `folio ${owner.firstPfn} ${['references', 'mapcount', 'state'][offset]}`;
  if (owner instanceof Invalidation)
    return ['sections in progress', 'sections of the mm', 'sequence'][offset] as string;
  if (owner instanceof GuestVcpu) return `TLB of vcpu${owner.id}`;
  if (owner instanceof FrameData) return `data of frame ${owner.frame}`;
  if (owner instanceof AddressSpace)
    return ['VMAs of the file', 'size of the file'][offset] ?? `page cache index ${offset - 2}`;
  return owner?.constructor.name ?? '';
}

function cellValue(recorder: Recorder, cell: number): string | null {
  const owner = recorder.owners[cell];
  const offset = recorder.offsets[cell] as number;
  if (owner === undefined || owner instanceof Lock || owner instanceof WaitQueue) return null;
  if (owner instanceof TdpTable || owner instanceof PageTable) {
    const kind = owner.kinds[offset] as number;
    if (kind !== EntryKind.Leaf) return kindNames[kind] ?? '';
    return `frame ${owner.pfns[offset]}${owner.writable[offset] === 1 ? '' : ', read-only'}`;
  }
  if (owner instanceof Invalidation) {
    return String([owner.mmuInvalidateInProgress, owner.mnActiveInvalidateCount, owner.mmuInvalidateSeq][offset]);
  }
  if (owner instanceof Folio) return folioValue(owner, offset);
  if (owner instanceof GuestVcpu || owner instanceof FrameData) return owner.describe();
  if (owner instanceof AddressSpace && offset >= 2) return String(owner.folio(offset - 2)?.firstPfn ?? 'empty');
  return null;
}

function folioValue(folio: Folio, offset: number): string {
  if (offset === 0) return String(folio.refcount);
  if (offset === 1) {
    const small = folio.level === 1 ? '' : ` + ${[...folio.subpageMapcounts].join(' ')}`;
    return `${folio.entireMapcount}${small}`;
  }
  return folio.cached === null ? 'in no file' : `in its file at ${folio.cached.index}`;
}
