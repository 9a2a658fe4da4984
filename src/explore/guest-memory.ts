// What the guest has written, and where it has got to. Each write is a bit of its own: a copy takes those along that the
// page had when it was copied, and what was written to the old page afterwards is in none of the new one's. At the end each
// page must have all that was ever written to it.

import type { Probed } from '../engine/probe.ts';
import type { Kvm } from '../kvm/kvm.ts';
import { type Gfn, PAGE_SIZE, pfn } from '../mm/address.ts';
import { pageCachePfn } from '../mm/gup.ts';
import { DirtyLogging } from './dirty-logging.ts';
import type { Recorder } from './recorder.ts';

/** What the guest has written to a frame. */
export class FrameData implements Probed {
  readonly frame: number;
  /** A bit for each write. */
  held = 0;

  constructor(frame: number) {
    this.frame = frame;
  }

  cellContent(): number {
    return this.held;
  }

  describe(): string {
    return this.held === 0 ? 'as at first' : `writes ${this.held.toString(2)}`;
  }
}

export class WrittenData {
  readonly logging = new DirtyLogging();
  readonly #recorder: Recorder;
  readonly #kvm: Kvm;
  readonly #frames = new Map<number, FrameData>();
  /** By guest page: bits of all writes that were made to it. */
  readonly #made: Int32Array;
  #writes = 0;

  constructor(recorder: Recorder, kvm: Kvm, pages: number) {
    this.#recorder = recorder;
    this.#kvm = kvm;
    this.#made = new Int32Array(pages);
    kvm.machine.memory.onCopy = (from, to, count) => {
      for (let page = 0; page < count; page++) this.#copy(from + page, to + page);
    };
  }

  #data(frame: number): FrameData {
    let data = this.#frames.get(frame);
    if (data === undefined) {
      data = new FrameData(frame);
      this.#frames.set(frame, data);
    }
    return data;
  }

  #copy(from: number, to: number): void {
    const source = this.#data(from);
    const target = this.#data(to);
    this.#recorder.read(this.#recorder.named(from, source), 0);
    this.#recorder.write(this.#recorder.named(to, target));
    target.held |= source.held;
  }

  /** A guest writes to `page`, and its translation leads to `frame`. `bit` is the write's own. */
  write(page: number, frame: number, bit: number): void {
    // Guests write to different bytes: one does not undo the other.
    const data = this.#data(frame);
    this.#recorder.add(this.#recorder.named(frame, data));
    data.held |= bit;
    this.#made[page] = (this.#made[page] as number) | bit;
    this.#writes += 1;
  }

  read(frame: number): void {
    this.#recorder.read(this.#recorder.named(frame, this.#data(frame)), 0);
  }

  /** Pages of which a write is not where the page is now. `discarded`: those whose data somebody has thrown away on purpose. */
  lost(
    discarded: (page: number) => boolean,
  ): { readonly page: number; readonly frame: number; readonly lost: number }[] {
    const found: { page: number; frame: number; lost: number }[] = [];
    if (this.#writes === 0) return found;
    for (let page = 0; page < this.#made.length; page++) {
      const made = this.#made[page] as number;
      if (made === 0 || discarded(page)) continue;
      const frame = this.#frameOf(page);
      const lost = made & ~(frame === null ? 0 : this.#data(frame).held);
      if (lost !== 0) found.push({ page, frame: frame ?? 0, lost });
    }
    return found;
  }

  #frameOf(page: number): number | null {
    const [slot] = this.#kvm.memslots;
    if (slot === undefined) return null;
    const address = slot.hva((slot.baseGfn + page) as Gfn);
    const { mm } = this.#kvm;
    return mm.pageTables.translate(address)?.pfn ?? pageCachePfn(mm, address) ?? this.#migrating(address);
  }

  /** A page that is not mapped again yet is where its migration entry says. */
  #migrating(address: number): number | null {
    const { pageTables } = this.#kvm.mm;
    const table = pageTables.lowestTable(address as never, 1);
    const index = table.geometry.index(address / PAGE_SIZE, table.level);
    const frame = table.pfns[index] ?? 0;
    return frame === 0 || this.#kvm.machine.memory.folioOf(pfn(frame)) === undefined ? null : frame;
  }
}
