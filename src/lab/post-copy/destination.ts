// The VMM on the host that the VM has come to: threads that read what the guest misses and ask the source for it, and threads
// that put in place what comes.

import type { Process } from '../../engine/process.ts';
import type { KvmCosts } from '../../kvm/costs.ts';
import { type Hva, hva, PAGE_SIZE } from '../../mm/address.ts';
import { Errno, type Result } from '../../mm/errno.ts';
import { handleMmFault } from '../../mm/fault.ts';
import type { Machine } from '../../mm/machine.ts';
import type { Mm } from '../../mm/mm.ts';
import { uffdioContinue } from '../../mm/operations/uffdio-continue.ts';
import { uffdioCopy } from '../../mm/operations/uffdio-copy.ts';
import { type UserfaultfdCtx, userfaultAt } from '../../mm/userfaultfd.ts';
import { userfaultfdPoll, userfaultfdRead } from '../../mm/userfaultfd-read.ts';
import { userfaultfdWake } from '../../mm/userfaultfd-wake.ts';
import type { Vma } from '../../mm/vma.ts';
import type { Chunk, Connection } from './link.ts';
import type { PostCopySource } from './source.ts';

export interface DestinationOptions {
  readonly machine: Machine<KvmCosts>;
  readonly mm: Mm;
  /** Where the guest's memory begins. */
  readonly start: Hva;
  readonly units: number;
  readonly unitBytes: number;
  readonly source: PostCopySource;
  /** A second mapping of the file, through which pages are written before they are mapped; null: UFFDIO_COPY writes them. */
  readonly alias: Vma | null;
  /** A page is in place. */
  readonly placed: (unit: number) => void;
}

export class PostCopyDestination {
  readonly stats = { requests: 0, pagesByDemand: 0, pagesByBackground: 0 };
  readonly #options: DestinationOptions;
  readonly #asked: Uint8Array;
  readonly #inPlace: Uint8Array;

  constructor(options: DestinationOptions) {
    this.#options = options;
    this.#asked = new Uint8Array(options.units);
    this.#inPlace = new Uint8Array(options.units);
  }

  /** A thread that polls one fd, until that is closed. */
  *reader(ctx: UserfaultfdCtx): Process<void> {
    while (!ctx.released) {
      const message = yield* userfaultfdRead(ctx);
      if (message === null) yield* userfaultfdPoll(ctx);
      else if (message.mode === 'missing' || message.mode === 'minor') yield* this.#ask(message.address);
    }
  }

  /** Asks for a page once, whoever else faults on it, and not for one that is there: its sleepers are woken by who places it. */
  *#ask(address: Hva): Process<void> {
    const { machine, start, unitBytes, source } = this.#options;
    const unit = Math.floor((address - start) / unitBytes);
    if (this.#asked[unit] === 1 || this.#inPlace[unit] === 1) return;
    this.#asked[unit] = 1;
    this.stats.requests += 1;
    yield* machine.sim.spend(machine.costs.syscallNs);
    source.request(unit);
  }

  /** A thread that reads one connection and places each page as soon as the last of it has come. */
  *receiver(connection: Connection): Process<void> {
    const { machine, alias } = this.#options;
    const { sim, costs } = machine;
    for (;;) {
      const chunk = yield* connection.receive();
      if (alias !== null && !this.#isMapped(alias, chunk)) yield* this.#touchAlias(alias, chunk);
      yield* sim.spend(costs.syscallNs + (chunk.bytes / PAGE_SIZE) * costs.copyPageNs);
      connection.read(chunk.bytes);
      if (chunk.last) yield* this.#place(chunk);
    }
  }

  #isMapped(alias: Vma, { unit, offset, bytes }: Chunk): boolean {
    const { unitBytes } = this.#options;
    return bytes === PAGE_SIZE && alias.mm.pageTables.translate(hva(alias.start + unit * unitBytes + offset)) !== null;
  }

  /** The store takes a fault where the alias does not show the page yet; that brings it into the file if it is not there. */
  *#touchAlias(alias: Vma, { unit, offset, bytes }: Chunk): Process<void> {
    const { mm, unitBytes, machine } = this.#options;
    const start = alias.start + unit * unitBytes + offset;
    for (let address = start; address < start + bytes; address += PAGE_SIZE) {
      while (mm.pageTables.translate(hva(address)) === null) {
        yield* mm.mmapLock.acquireRead();
        yield* machine.sim.spend(machine.costs.rwsemNs);
        yield* handleMmFault(alias, hva(address));
        yield* mm.mmapLock.releaseRead();
      }
    }
  }

  *#place({ unit, urgent }: Chunk): Process<void> {
    const { machine, mm, start, unitBytes, alias, placed } = this.#options;
    const from = hva(start + unit * unitBytes);
    const to = hva(from + unitBytes);
    const fill = alias === null ? uffdioCopy : uffdioContinue;
    let result: Result = yield* fill(mm, from, to);
    while (result === Errno.EAGAIN) {
      yield* machine.sim.spend(machine.sim.wakeUpNs);
      result = yield* fill(mm, from, to);
    }
    // Somebody has mapped it, such as a collapse that fills holes: the ioctl has woken nobody.
    const ctx = userfaultAt(mm, from)?.ctx;
    if (result === Errno.EEXIST && ctx !== undefined) yield* userfaultfdWake(ctx, from, to);
    if (result !== 0 && result !== Errno.EEXIST) {
      const message = `the page at ${from - start} cannot be placed: ${result}`;
      const evidence = { offset: from - start, errno: result };
      machine.findings.add({ kind: 'post-copy-not-placed', message, simTimeNs: machine.sim.now, evidence });
    }
    this.#inPlace[unit] = 1;
    if (urgent) this.stats.pagesByDemand += 1;
    else this.stats.pagesByBackground += 1;
    placed(unit);
  }
}
