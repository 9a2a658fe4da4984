import { MAP, PROT_RW } from './linux.ts';
import type { System } from './system.ts';

/** Memory of mmap that the kernel and the guest may write. Addresses stay what they are until `unmap`. */
export class Mapping {
  readonly address: number;
  readonly bytes: number;
  readonly #system: System;
  #view: DataView | null = null;
  #words: BigInt64Array | null = null;

  private constructor(system: System, address: number, bytes: number) {
    this.#system = system;
    this.address = address;
    this.bytes = bytes;
  }

  static anonymous(system: System, bytes: number): Mapping {
    return Mapping.of(system, bytes, MAP.private | MAP.anonymous | MAP.noreserve, -1);
  }

  static shared(system: System, bytes: number, fd: number): Mapping {
    return Mapping.of(system, bytes, MAP.shared, fd);
  }

  static of(system: System, bytes: number, flags: number, fd: number): Mapping {
    return new Mapping(system, system.call('mmap', [0, bytes, PROT_RW, flags, fd, 0]), bytes);
  }

  /** Made when first asked for: memory that only the guest touches needs none. */
  get data(): DataView {
    this.#view ??= new DataView(this.#system.view(this.address, this.bytes));
    return this.#view;
  }

  /** For words that another thread or the guest writes meanwhile: to be read and written with Atomics. */
  get words(): BigInt64Array<ArrayBuffer> {
    this.#words ??= new BigInt64Array(this.data.buffer as ArrayBuffer);
    return this.#words as BigInt64Array<ArrayBuffer>;
  }

  write(offset: number, bytes: Uint8Array): void {
    new Uint8Array(this.data.buffer, offset, bytes.length).set(bytes);
  }

  unmap(): void {
    this.#view = null;
    this.#words = null;
    this.#system.call('munmap', [this.address, this.bytes]);
  }
}

/** A word of 64 bits at a byte offset, as others see it at this moment. */
export function loadWord(words: BigInt64Array<ArrayBuffer>, offset: number): bigint {
  return Atomics.load(words, offset / 8);
}

export function storeWord(words: BigInt64Array<ArrayBuffer>, offset: number, value: bigint | number): void {
  Atomics.store(words, offset / 8, BigInt(value));
}
