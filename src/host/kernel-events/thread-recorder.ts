// The events of one thread, in a ring that the kernel writes and nobody reads before it has stopped (perf_event_open).

import { errnoName, HostError } from '../host-error.ts';
import { CLOCK_MONOTONIC_RAW, PAGE } from '../linux.ts';
import { Mapping } from '../mapping.ts';
import type { System } from '../system.ts';

const PERF_TYPE_TRACEPOINT = 2;
const PERF_FLAG_FD_CLOEXEC = 8;
const PERF_EVENT_IOC_SET_OUTPUT = 0x2405;
/** struct perf_event_attr, as of 3.19. */
const ATTR = { type: 0, size: 4, config: 8, period: 16, sampleType: 24, flags: 40, clock: 92, bytes: 96 } as const;
/** Thread, time, CPU, and the record of the event itself. */
const SAMPLE_TYPE = 0x2n | 0x4n | 0x80n | 0x400n;
const DISABLED = 1n << 0n;
const USE_CLOCK = 1n << 25n;

/** The first page of the mapping. */
const META = { head: 1024, tail: 1032 } as const;
const RING_BYTES = 1024 * 1024;
/** A record in the ring: its head, and what is asked for in `SAMPLE_TYPE`. */
const RECORD = { type: 0, size: 6, thread: 12, time: 16, cpu: 24, rawSize: 32, raw: 36 } as const;
const LOST = { count: 16 } as const;
const TYPE_LOST = 2;
const TYPE_SAMPLE = 9;
const RECORD_BYTES_MAX = 0x1_0000;

/** What the kernel wrote about one event. Valid until the next call. */
export interface Sample {
  readonly thread: number;
  /** CLOCK_MONOTONIC_RAW. */
  readonly ns: bigint;
  readonly cpu: number;
  readonly record: DataView;
}

export class ThreadRecorder {
  readonly #ring: Mapping;
  readonly #copy = new Uint8Array(RECORD_BYTES_MAX);
  readonly #cleanup: DisposableStack;

  /** Nothing is recorded yet. Throws a HostError if the kernel refuses. */
  constructor(system: System, thread: number, eventIds: readonly number[]) {
    using cleanup = new DisposableStack();
    const attr = Mapping.anonymous(system, PAGE);
    cleanup.defer(() => attr.unmap());
    const open = (id: number): number => {
      describe(attr.data, id);
      const fd = system.try('perf_event_open', attr.address, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
      if (fd < 0) throw new HostError(`perf_event_open: ${errnoName(-fd)}; it needs root or CAP_PERFMON`);
      cleanup.defer(() => void system.try('close', fd));
      return fd;
    };
    const [firstId, ...otherIds] = eventIds;
    if (firstId === undefined) throw new HostError('this kernel has none of the events');
    const first = open(firstId);
    this.#ring = Mapping.shared(system, PAGE + RING_BYTES, first);
    cleanup.defer(() => this.#ring.unmap());
    for (const id of otherIds) {
      system.call('ioctl', [open(id), PERF_EVENT_IOC_SET_OUTPUT, first], 'PERF_EVENT_IOC_SET_OUTPUT');
    }
    this.#cleanup = cleanup.move();
  }

  /** Takes everything out of the ring. Returns how many events found no room in it. */
  drain(take: (sample: Sample) => void): number {
    const { data } = this.#ring;
    const head = data.getBigUint64(META.head, true);
    let tail = data.getBigUint64(META.tail, true);
    let lost = 0;
    while (tail < head) {
      const record = this.#recordAt(tail);
      const type = record.getUint32(RECORD.type, true);
      if (type === TYPE_LOST) lost += Number(record.getBigUint64(LOST.count, true));
      if (type === TYPE_SAMPLE) take(sampleOf(record));
      tail += BigInt(record.byteLength);
    }
    data.setBigUint64(META.tail, tail, true);
    return lost;
  }

  close(): void {
    this.#cleanup.dispose();
  }

  /** In one piece: a record may begin at the end of the ring and end at its beginning. */
  #recordAt(position: bigint): DataView {
    const ring = new Uint8Array(this.#ring.data.buffer, PAGE, RING_BYTES);
    const start = Number(position % BigInt(RING_BYTES));
    const size = (ring[start + RECORD.size] ?? 0) + 256 * (ring[start + RECORD.size + 1] ?? 0);
    const untilEnd = Math.min(size, RING_BYTES - start);
    this.#copy.set(ring.subarray(start, start + untilEnd));
    this.#copy.set(ring.subarray(0, size - untilEnd), untilEnd);
    return new DataView(this.#copy.buffer, 0, size);
  }
}

function describe(attr: DataView, id: number): void {
  attr.setUint32(ATTR.type, PERF_TYPE_TRACEPOINT, true);
  attr.setUint32(ATTR.size, ATTR.bytes, true);
  attr.setBigUint64(ATTR.config, BigInt(id), true);
  attr.setBigUint64(ATTR.period, 1n, true);
  attr.setBigUint64(ATTR.sampleType, SAMPLE_TYPE, true);
  attr.setBigUint64(ATTR.flags, DISABLED | USE_CLOCK, true);
  attr.setInt32(ATTR.clock, CLOCK_MONOTONIC_RAW, true);
}

function sampleOf(record: DataView): Sample {
  return {
    thread: record.getUint32(RECORD.thread, true),
    ns: record.getBigUint64(RECORD.time, true),
    cpu: record.getUint32(RECORD.cpu, true),
    record: new DataView(record.buffer, RECORD.raw, record.getUint32(RECORD.rawSize, true)),
  };
}
