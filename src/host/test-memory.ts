// Memory that the guest touches and the operation works on, and how it gets into the state that a case asks for.

import { errnoName, HostError } from './host-error.ts';
import {
  ERRNO,
  FALLOC,
  HUGE_PAGE,
  MADV,
  MAP,
  MFD,
  PAGE,
  PR_GET_THP_DISABLE,
  PR_SET_THP_DISABLE,
  PROT,
  PROT_RW,
} from './linux.ts';
import { Mapping } from './mapping.ts';
import type { System } from './system.ts';
import type { MemoryKind } from './vocabulary.ts';

/** Bytes from the start of the memory, and how many. */
export interface ByteRange {
  readonly offset: number;
  readonly bytes: number;
}

/** EAGAIN of a collapse means that a page was in use just then. */
const COLLAPSE_TRIES = 20;

export class TestMemory {
  readonly kind: MemoryKind;
  readonly bytes: number;
  /** Aligned to 2 MiB. */
  readonly address: number;
  /** Null for anonymous memory. */
  readonly fd: number | null;
  readonly #system: System;
  readonly #cleanup = new DisposableStack();

  constructor(system: System, kind: MemoryKind, bytes: number) {
    this.#system = system;
    this.kind = kind;
    this.bytes = bytes;
    try {
      this.fd = this.#createFile();
      const reserved = Mapping.anonymous(system, bytes + HUGE_PAGE);
      this.#cleanup.defer(() => reserved.unmap());
      this.address = Math.ceil(reserved.address / HUGE_PAGE) * HUGE_PAGE;
      this.map();
    } catch (error) {
      this.#cleanup.dispose();
      throw error;
    }
  }

  /** Maps all of it afresh, in its place. */
  map(): void {
    const flags = MAP.fixed | (this.fd === null ? MAP.private | MAP.anonymous : MAP.shared);
    this.#system.call('mmap', [this.address, this.bytes, PROT_RW, flags, this.fd ?? -1, 0], 'mmap of the memory');
  }

  /** Brings a range from any state to the one of its kind: new folios, mapped as the kind says. */
  makeReady({ offset, bytes }: ByteRange): void {
    const { folios, mapped, backing } = this.kind;
    this.discard({ offset, bytes });
    const address = this.address + offset;
    if (backing === 'hugetlb-2m') {
      this.#populate(address, bytes);
      return;
    }
    this.#withoutHugePages(() => this.#populate(address, bytes));
    if (folios === '4k') return;
    this.#collapse(address, bytes);
    if (mapped === '4k') this.#mapByEntries(address, bytes);
  }

  /** The pages of a range go; of a file, too. */
  discard({ offset, bytes }: ByteRange): void {
    if (this.fd === null) {
      this.#system.call('madvise', [this.address + offset, bytes, MADV.dontneed], 'MADV_DONTNEED');
    } else {
      const mode = FALLOC.punchHole | FALLOC.keepSize;
      this.#system.call('fallocate', [this.fd, mode, offset, bytes], 'fallocate(FALLOC_FL_PUNCH_HOLE)');
    }
  }

  close(): void {
    this.#cleanup.dispose();
  }

  #createFile(): number | null {
    const { backing } = this.kind;
    if (backing === 'anonymous') return null;
    const name = Mapping.anonymous(this.#system, PAGE);
    try {
      new Uint8Array(name.data.buffer).set(new TextEncoder().encode('stallscope\0'));
      const flags = MFD.cloexec | (backing === 'hugetlb-2m' ? MFD.hugetlb | MFD.huge2m : 0);
      const fd = this.#system.call('memfd_create', [name.address, flags]);
      this.#cleanup.defer(() => void this.#system.try('close', fd));
      this.#system.call('ftruncate', [fd, this.bytes]);
      return fd;
    } finally {
      name.unmap();
    }
  }

  #populate(address: number, bytes: number): void {
    this.#system.call('madvise', [address, bytes, MADV.populateWrite], 'MADV_POPULATE_WRITE');
  }

  /** A fault gives small pages meanwhile, whatever the host has set for transparent huge pages. */
  #withoutHugePages(act: () => void): void {
    const before = this.#system.try('prctl', PR_GET_THP_DISABLE);
    this.#system.call('prctl', [PR_SET_THP_DISABLE, 1], 'prctl(PR_SET_THP_DISABLE)');
    try {
      act();
    } finally {
      this.#system.call('prctl', [PR_SET_THP_DISABLE, before > 0 ? 1 : 0], 'prctl(PR_SET_THP_DISABLE)');
    }
  }

  #collapse(address: number, bytes: number): void {
    for (let block = address; block < address + bytes; block += HUGE_PAGE) {
      let result = 0;
      for (let round = 0; round < COLLAPSE_TRIES; round++) {
        result = this.#system.try('madvise', block, HUGE_PAGE, MADV.collapse);
        if (result !== -ERRNO.EAGAIN) break;
      }
      if (result < 0) throw new HostError(`no huge page to begin with: MADV_COLLAPSE: ${errnoName(-result)}`);
    }
  }

  /**
   * The folio stays huge, the entries become small. A mapping that was cut inside of a huge page cannot have an entry over
   * all of it, and entries that are there when the pieces are one again stay.
   */
  #mapByEntries(address: number, bytes: number): void {
    for (let block = address; block < address + bytes; block += HUGE_PAGE) {
      this.#system.call('mprotect', [block, PAGE, PROT.read]);
      this.#populate(block + PAGE, HUGE_PAGE - PAGE);
      this.#system.call('mprotect', [block, PAGE, PROT_RW]);
      this.#populate(block, PAGE);
    }
  }
}
