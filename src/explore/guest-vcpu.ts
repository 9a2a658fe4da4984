import { cellsFor, type Probed, probe } from '../engine/probe.ts';
import type { Process } from '../engine/process.ts';
import type { Accessor } from '../kvm/accessed.ts';
import type { Kvm, KvmVcpu } from '../kvm/kvm.ts';
import { type FaultResult, kvmMmuPageFault } from '../kvm/page-fault.ts';
import { type Gfn, gfn, pfn } from '../mm/address.ts';
import type { MmCpu } from '../mm/mm.ts';
import { EntryKind } from '../mm/radix-table.ts';
import type { GuestTouch } from './exploration-types.ts';
import type { ExploringSimulation } from './exploring-simulation.ts';
import type { WrittenData } from './guest-memory.ts';
import type { Recorder } from './recorder.ts';

const noAccount = { spent(): void {} };

/**
 * A vCPU that makes a bounded number of accesses and ends. Each is one step: by what its TLB holds, else by the SPTE, which
 * the TLB then keeps until it is flushed, else through the fault path.
 *
 * Models   vcpu_run(), as vcpu.ts does, and what that leaves out: the TLB, whose translations outlive their SPTE until the flush
 *          has come through. The interrupt of a flush is taken at the last moment, when the flusher has waited for it.
 * Left out A TLB that loses a translation by itself. Laps of a retry that can only end as the last one did: it waits until what
 *          has sent it back has changed.
 */
export class GuestVcpu implements KvmVcpu, MmCpu, Accessor, Probed {
  readonly id: number;
  readonly #kvm: Kvm;
  readonly #sim: ExploringSimulation;
  readonly #recorder: Recorder;
  readonly #data: WrittenData;
  readonly #touches: readonly GuestTouch[];
  /** By page: frame * 2 + 1 if it may be written; 0: no translation. */
  readonly #tlb: Int32Array;
  readonly #cell = cellsFor(this, 1);
  readonly #made: GuestTouch[] = [];

  constructor(options: {
    readonly kvm: Kvm;
    readonly sim: ExploringSimulation;
    readonly recorder: Recorder;
    readonly data: WrittenData;
    readonly id: number;
    readonly touches: readonly GuestTouch[];
    readonly pages: number;
  }) {
    this.#kvm = options.kvm;
    this.#sim = options.sim;
    this.#recorder = options.recorder;
    this.#data = options.data;
    this.id = options.id;
    this.#touches = options.touches;
    this.#tlb = new Int32Array(options.pages);
    options.kvm.vcpus.push(this);
    options.kvm.accesses.add(this);
    options.kvm.mm.cpus.push(this);
  }

  // ---- What others see of it -------------------------------------------------------------------------------------------

  /** Whether it has to be interrupted is a matter of cost. */
  get isInGuest(): boolean {
    return true;
  }

  get runsMm(): boolean {
    return true;
  }

  interrupt(): void {}
  kick(): void {}

  /** Whoever asked for the flush has waited: no translation is left that was made before. */
  flushed(): void {
    probe?.write(this.#cell);
    this.#tlb.fill(0);
  }

  spteCleared(): void {}
  spteInstalled(): void {}
  spteProtected(): void {}

  accessMark(): readonly number[] {
    return [this.#made.length];
  }

  hasTouched(first: Gfn, pages: number, mark: readonly number[]): boolean {
    return this.#since(mark).some(({ page }) => page >= first && page < first + pages);
  }

  hasWritten(first: Gfn, pages: number, mark: readonly number[]): boolean {
    return this.#since(mark).some(({ page, write }) => write && page >= first && page < first + pages);
  }

  #since(mark: readonly number[]): readonly GuestTouch[] {
    return this.#made.slice(mark[0] ?? 0);
  }

  cellContent(): number {
    let content = 1;
    for (const translation of this.#tlb) content = (Math.imul(content, 31) + translation) | 0;
    return content;
  }

  describe(): string {
    const held = [...this.#tlb].flatMap((translation, page) =>
      translation === 0 ? [] : [`gfn ${page}: frame ${translation >> 1}${(translation & 1) === 1 ? '' : ' read-only'}`],
    );
    return held.length === 0 ? 'empty' : held.join(', ');
  }

  /** What its TLB holds, by page. */
  translations(): { readonly gfn: number; readonly frame: number; readonly writable: boolean }[] {
    return [...this.#tlb].flatMap((translation, page) =>
      translation === 0 ? [] : [{ gfn: page, frame: translation >> 1, writable: (translation & 1) === 1 }],
    );
  }

  // ---- What it does ----------------------------------------------------------------------------------------------------

  *run(): Process<void> {
    for (const [number, touch] of this.#touches.entries()) {
      while (!this.#access(touch, number)) if (!(yield* this.#fault(touch, number))) return;
      if (number === this.#touches.length - 1) return;
      this.#recorder.forget(number + 1);
      yield 0;
    }
  }

  /** Whether the access could be made. */
  #access(touch: GuestTouch, number: number): boolean {
    const { page, write } = touch;
    let translation = this.#tlb[page] as number;
    this.#recorder.read(this.#cell, translation);
    if (translation === 0 || (write && (translation & 1) === 0)) {
      const spte = this.#kvm.tdp.spte(gfn(page));
      if (spte === null || (write && !spte.writable)) return false;
      translation = spte.pfn * 2 + (spte.writable ? 1 : 0);
      this.#fill(page, spte.level, translation);
    }
    const frame = translation >> 1;
    if (this.#kvm.machine.memory.folioOf(pfn(frame)) === undefined) this.#freed(touch, frame);
    if (write) {
      if (this.#data.logging.on) this.#checkLogged(page);
      this.#data.write(page, frame, 1 << (this.id * 4 + number));
    } else this.#data.read(frame);
    this.#made.push(touch);
    return true;
  }

  /** A large SPTE makes a large translation: for all of its pages. */
  #fill(page: number, level: number, translation: number): void {
    this.#recorder.write(this.#cell);
    const pages = this.#kvm.machine.geometry.pagesPer[level] as number;
    const first = page - (page % pages);
    for (let other = first; other < Math.min(first + pages, this.#tlb.length); other++) {
      this.#tlb[other] = translation + (other - page) * 2;
    }
  }

  #checkLogged(page: number): void {
    const slot = this.#kvm.memslotOf(gfn(page));
    if (slot?.dirtyBitmap?.isDirty(page - slot.baseGfn) === false) this.#data.logging.miss(page);
  }

  #freed({ page, write }: GuestTouch, frame: number): void {
    const { findings, sim } = this.#kvm.machine;
    findings.add({
      kind: 'guest-uses-freed-page',
      message: `vcpu ${this.id} ${write ? 'writes to' : 'reads'} frame ${frame} as gfn ${page}, and the frame has been freed`,
      simTimeNs: sim.now,
      evidence: { vcpu: this.id, gfn: page, frame, write },
    });
  }

  /** One lap through the fault path. False: the guest's memory cannot be had, and the VMM gets an error. */
  *#fault({ page, write }: GuestTouch, number: number): Process<boolean> {
    const kvm = this.#kvm;
    const { sim, findings } = kvm.machine;
    // A page that is mapped for reading is another fault than one that is not mapped.
    const present = kvm.tdp.isMapped(gfn(page));
    const srcu = kvm.srcu.readLock();
    const { outcome } = yield* kvmMmuPageFault(kvm, gfn(page), { write, present }, noAccount, false);
    kvm.srcu.readUnlock(srcu);
    if (outcome === 'efault' || outcome === 'sigbus') {
      const kind = outcome === 'efault' ? 'guest-efault' : 'guest-sigbus';
      const message = `vcpu ${this.id}: KVM_RUN returns at gfn ${page}, nothing can be mapped`;
      findings.add({ kind, message, simTimeNs: sim.now, evidence: { vcpu: this.id, gfn: page } });
      return false;
    }
    const waits = this.#sentBackBy(page, outcome);
    this.#recorder.forget(number);
    if (waits === null) yield 0;
    else yield* this.#sim.watch([waits]);
    return true;
  }

  /** A lap that was sent back would be sent back again for as long as this cell does not change; null: it need not be. */
  #sentBackBy(page: number, outcome: FaultResult['outcome']): number | null {
    const { invalidation, tdp, machine } = this.#kvm;
    if (outcome === 'retry-invalidate') return invalidation.isInvalidating(gfn(page), 1) ? invalidation.cell : null;
    if (outcome !== 'retry-frozen') return null;
    const table = tdp.top.find(page, 1);
    const index = machine.geometry.index(page, table.level);
    return table.kind(index) === EntryKind.Frozen ? table.firstCell + index : null;
  }
}
