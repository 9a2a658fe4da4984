// Which notification has made a vCPU stand still. Records do not say it; they say enough to conclude it, in most cases
// without doubt. What cannot be concluded has no cause here.

import { memslotsOf } from './memslot-layout.ts';
import type { Scenario } from './scenario.ts';
import type { Flush, Notice, Told, VcpuStretch } from './trace-notices.ts';
import { PAGE_BYTES } from './units.ts';

/**
 * How the cause was found.
 *
 * range: the section was open, and its range has the page at which the vCPU was sent back.
 * sequence: the section closed while the vCPU was on its way; whatever page it wanted, its lap was in vain.
 * hull: several sections were open, and KVM keeps one interval around all of them.
 * flush: the vCPU left guest mode at the very moment at which this flush, the only one, began.
 * meanwhile: the vCPU waited for mmu_lock only while this notification, the only one, was being answered. Who held the
 * lock is not recorded.
 */
type Conclusion = 'range' | 'sequence' | 'hull' | 'flush' | 'meanwhile';

export interface Cause {
  readonly conclusion: Conclusion;
  /** Null: a flush that no notification has asked for, such as that of an operation or of a fault. */
  readonly notice: Notice | null;
  readonly flush: Flush | null;
}

type Layout = Pick<Scenario, 'vm'>;

export const vmOfVcpu = ({ vm }: Layout, vcpu: number): number => Math.floor(vcpu / vm.vcpus);
const processOfVm = ({ vm }: Layout, index: number): number => Math.floor(index / vm.count);

export class Causes {
  readonly #scenario: Layout;
  readonly #notices: ReadonlyMap<number, StretchIndex<Notice>>;
  /** By the moment at which they began. */
  readonly #flushes: ReadonlyMap<number, readonly Flush[]>;

  constructor(scenario: Layout, { notices, flushes }: Told) {
    this.#scenario = scenario;
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
        return this.#ofWait(stretch, process);
      default:
        return null;
    }
  }

  #ofRetry({ startNs, endNs, retriedGfn }: VcpuStretch, process: number): Cause | null {
    const sections = this.#overlapping(process, startNs, endNs).filter(({ kind }) => kind === 'section');
    const offsets = retriedGfn === null ? [] : this.#offsetsOf(retriedGfn);
    const because = (conclusion: Conclusion, notice: Notice | undefined): Cause | null =>
      notice === undefined ? null : { conclusion, notice, flush: null };
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
    return { conclusion: 'flush', flush, notice: this.#askedBy(flush, process) };
  }

  /** The thread that answers a notification waits for each of its flushes: what it flushes meanwhile is for that. */
  #askedBy({ record, startNs, endNs }: Flush, process: number): Notice | null {
    if (record.event !== 'kvm-flush') return null;
    const answered = this.#overlapping(process, startNs, endNs).filter(
      (notice) => notice.task === record.task && notice.startNs <= startNs && endNs <= notice.answeredNs,
    );
    return answered.at(-1) ?? null;
  }

  #ofWait({ startNs, endNs }: VcpuStretch, process: number): Cause | null {
    const during = this.#overlapping(process, startNs, endNs).filter(
      (notice) => notice.startNs < endNs && notice.answeredNs > startNs,
    );
    const [notice] = during;
    if (notice === undefined || during.length > 1) return null;
    return notice.startNs <= startNs && endNs <= notice.answeredNs
      ? { conclusion: 'meanwhile', notice, flush: null }
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

/** Stretches by what they overlap. A few long ones beside many short ones cost a walk; there are not many that long. */
class StretchIndex<S extends { readonly startNs: number; readonly endNs: number }> {
  readonly #byStart: readonly S[];
  /** The latest end of all up to there. */
  readonly #latestEnd: readonly number[];

  constructor(stretches: readonly S[]) {
    this.#byStart = [...stretches].sort((a, b) => a.startNs - b.startNs);
    let latest = 0;
    this.#latestEnd = this.#byStart.map(({ endNs }) => {
      latest = Math.max(latest, endNs);
      return latest;
    });
  }

  /** Those that have begun before `endNs` and have not ended before `startNs`, by their start. */
  overlapping(startNs: number, endNs: number): S[] {
    const found: S[] = [];
    for (let index = this.#startingBefore(endNs) - 1; index >= 0; index--) {
      if ((this.#latestEnd[index] ?? 0) < startNs) break;
      const stretch = this.#byStart[index];
      if (stretch !== undefined && stretch.endNs >= startNs) found.push(stretch);
    }
    return found.reverse();
  }

  /** How many start before then. */
  #startingBefore(endNs: number): number {
    let [low, high] = [0, this.#byStart.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#byStart[middle]?.startNs ?? 0) < endNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
