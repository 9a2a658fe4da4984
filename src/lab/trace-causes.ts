// Which notification has made a vCPU stand still. Records do not say it; they say enough to conclude it, in most cases
// without doubt. What cannot be concluded has no cause here.

import { memslotsOf } from './memslot-layout.ts';
import type { Scenario } from './scenario.ts';
import { type Blocker, Blockers } from './trace-blockers.ts';
import { StretchIndex } from './trace-index.ts';
import type { Flush, LockWaitSpan, Notice, Told, VcpuStretch } from './trace-notices.ts';
import { PAGE_BYTES } from './units.ts';

/**
 * How the cause was found.
 *
 * range: the section was open, and its range has the page at which the vCPU was sent back.
 * sequence: the section closed while the vCPU was on its way; whatever page it wanted, its lap was in vain.
 * hull: several sections were open, and KVM keeps one interval around all of them.
 * flush: the vCPU left guest mode at the very moment at which this flush, the only one, began.
 * holder: the vCPU waited for a lock that this task held, and no other did, or of several it has released it last.
 * queue: readers held the lock, and the vCPU, a reader itself, waited behind this writer, who waited for them.
 * meanwhile: the vCPU waited for mmu_lock only while this notification, the only one, was being answered. Who held the
 * lock is not among the records.
 */
type Conclusion = 'range' | 'sequence' | 'hull' | 'flush' | 'holder' | 'queue' | 'meanwhile';

export interface Cause {
  readonly conclusion: Conclusion;
  /** Null: a flush that no notification has asked for, such as that of an operation or of a fault. */
  readonly notice: Notice | null;
  readonly flush: Flush | null;
  /** Of a wait for a lock: who was in the way. */
  readonly blocker: Blocker | null;
}

type Layout = Pick<Scenario, 'vm'>;

export const vmOfVcpu = ({ vm }: Layout, vcpu: number): number => Math.floor(vcpu / vm.vcpus);
const processOfVm = ({ vm }: Layout, index: number): number => Math.floor(index / vm.count);

export class Causes {
  readonly #scenario: Layout;
  readonly #notices: ReadonlyMap<number, StretchIndex<Notice>>;
  /** By the moment at which they began. */
  readonly #flushes: ReadonlyMap<number, readonly Flush[]>;
  readonly #blockers: Blockers;

  constructor(scenario: Layout, told: Told) {
    const { notices, flushes } = told;
    this.#scenario = scenario;
    this.#blockers = new Blockers(told);
    const byProcess = Map.groupBy(notices, ({ process }) => process);
    this.#notices = new Map([...byProcess].map(([process, own]) => [process, new StretchIndex(own)]));
    this.#flushes = Map.groupBy(flushes, ({ startNs }) => startNs);
  }

  of(stretch: VcpuStretch): Cause | null {
    const process = processOfVm(this.#scenario, vmOfVcpu(this.#scenario, stretch.vcpu));
    switch (stretch.state) {
      case 'invalidate-retry':
      case 'retry-sleep':
        return this.#ofRetry(stretch, process);
      case 'tlb-flush':
        return this.#ofFlush(stretch, process);
      case 'mmu-lock':
      case 'mmap-lock':
      case 'vma-lock':
      case 'i-mmap-lock':
      case 'fault-mutex':
      case 'folio-lock':
        return this.#ofWait(stretch, process);
      default:
        return null;
    }
  }

  /** The record of the wait that a stretch is; null: it is none, or its record is not there. */
  waitOf(stretch: VcpuStretch): LockWaitSpan | null {
    return this.#blockers.waitOf(stretch);
  }

  #ofRetry({ startNs, endNs, retriedGfn }: VcpuStretch, process: number): Cause | null {
    const sections = this.#overlapping(process, startNs, endNs).filter(({ kind }) => kind === 'section');
    const offsets = retriedGfn === null ? [] : this.#offsetsOf(retriedGfn);
    const because = (conclusion: Conclusion, notice: Notice | undefined): Cause | null =>
      notice === undefined ? null : { conclusion, notice, flush: null, blocker: null };
    return (
      because(
        'range',
        sections.find(({ start, length }) => offsets.some((offset) => offset >= start && offset < start + length)),
      ) ??
      because(
        'sequence',
        sections.findLast((section) => section.endNs <= endNs),
      ) ??
      (sections.length > 1 ? because('hull', sections[0]) : null)
    );
  }

  #ofFlush({ vcpu, startNs }: VcpuStretch, process: number): Cause | null {
    const vm = vmOfVcpu(this.#scenario, vcpu);
    const begun = (this.#flushes.get(startNs) ?? []).filter(({ record }) =>
      record.event === 'kvm-flush' ? record.vm === vm : record.process === process,
    );
    const [flush] = begun;
    if (flush === undefined || begun.length > 1) return null;
    return { conclusion: 'flush', flush, notice: this.#askedBy(flush, process), blocker: null };
  }

  /** The thread that answers a notification waits for each of its flushes: what it flushes meanwhile is for that. */
  #askedBy({ record, startNs, endNs }: Flush, process: number): Notice | null {
    if (record.event !== 'kvm-flush') return null;
    const answered = this.#overlapping(process, startNs, endNs).filter(
      (notice) => notice.task === record.task && notice.startNs <= startNs && endNs <= notice.answeredNs,
    );
    return answered.at(-1) ?? null;
  }

  #ofWait(stretch: VcpuStretch, process: number): Cause | null {
    const wait = this.#blockers.waitOf(stretch);
    if (wait !== null && wait.record.holders.length > 0) {
      const blocker = this.#blockers.of(wait, stretch.state === 'mmu-lock');
      return blocker === null ? null : { conclusion: blocker.how, notice: null, flush: null, blocker };
    }
    return stretch.state === 'mmu-lock' ? this.#ofMmuLock(stretch, process) : null;
  }

  #ofMmuLock({ startNs, endNs }: VcpuStretch, process: number): Cause | null {
    const during = this.#overlapping(process, startNs, endNs).filter(
      (notice) => notice.startNs < endNs && notice.answeredNs > startNs,
    );
    const [notice] = during;
    if (notice === undefined || during.length > 1) return null;
    return notice.startNs <= startNs && endNs <= notice.answeredNs
      ? { conclusion: 'meanwhile', notice, flush: null, blocker: null }
      : null;
  }

  #overlapping(process: number, startNs: number, endNs: number): Notice[] {
    return this.#notices.get(process)?.overlapping(startNs, endNs) ?? [];
  }

  /** Where a guest frame lies in the memory of its process; null where no slot has it. */
  #offsetsOf(frame: number): number[] {
    const address = frame * PAGE_BYTES;
    const slots = memslotsOf(this.#scenario.vm);
    return slots.flatMap(({ guestStart, start, length }) =>
      address >= guestStart && address < guestStart + length ? start + address - guestStart : [],
    );
  }
}
