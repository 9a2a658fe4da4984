// What KVM counts by itself, from the statistics file of a VM or a vCPU (KVM_GET_STATS_FD, since 5.14).

import { readSync } from 'node:fs';
import { STATS_DESCRIPTOR, STATS_HEADER } from './kvm-abi.ts';

interface Counter {
  readonly name: string;
  readonly offset: number;
}

export class KvmStats {
  readonly #fd: number;
  readonly #dataOffset: number;
  readonly #counters: readonly Counter[];

  constructor(fd: number) {
    this.#fd = fd;
    const header = this.#read(0, STATS_HEADER.bytes);
    const nameBytes = header.readUInt32LE(STATS_HEADER.nameBytes);
    const count = header.readUInt32LE(STATS_HEADER.descriptors);
    const bytes = STATS_DESCRIPTOR.name + nameBytes;
    const descriptors = this.#read(header.readUInt32LE(STATS_HEADER.descriptorOffset), count * bytes);
    this.#dataOffset = header.readUInt32LE(STATS_HEADER.dataOffset);
    this.#counters = Array.from({ length: count }, (_, index) => descriptors.subarray(index * bytes))
      // A histogram has many values; none is asked for.
      .filter((descriptor) => descriptor.readUInt16LE(STATS_DESCRIPTOR.size) === 1)
      .map((descriptor) => ({
        name: descriptor.toString('latin1', STATS_DESCRIPTOR.name, bytes).split('\0')[0] ?? '',
        offset: descriptor.readUInt32LE(STATS_DESCRIPTOR.offset),
      }));
  }

  /** Values by name, as they stand now. */
  values(): Map<string, number> {
    const last = this.#counters.reduce((most, { offset }) => Math.max(most, offset), 0);
    const data = this.#read(this.#dataOffset, last + 8);
    return new Map(this.#counters.map(({ name, offset }) => [name, Number(data.readBigUInt64LE(offset))]));
  }

  #read(position: number, bytes: number): Buffer {
    const buffer = Buffer.alloc(bytes);
    const got = readSync(this.#fd, buffer, 0, bytes, position);
    return buffer.subarray(0, got);
  }
}
