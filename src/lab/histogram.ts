// Distributions of stall windows, as HdrHistograms: three significant digits from 1 ns to 18 min, and a V2 encoding
// that every HdrHistogram tool reads.

import { inflateSync } from 'node:zlib';
import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import { zlibStored } from './zlib-stored.ts';

const SIGNIFICANT_DIGITS = 3;
/** Above the longest run that a scenario may ask for. Fixed, so that equal values always encode alike. */
const HIGHEST_TRACKABLE_NS = 2 ** 40 - 1;

export interface Quantiles {
  readonly p50Ns: number;
  readonly p90Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
}

export class StallHistogram {
  readonly #histogram: Histogram = build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_TRACKABLE_NS,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
    useWebAssembly: false,
  });
  #maxNs = 0;

  record(ns: number): void {
    this.#histogram.recordValue(ns);
    if (ns > this.#maxNs) this.#maxNs = ns;
  }

  /** Each within 0.1 % of the exact one, and never above the longest window. All 0 where nothing was recorded. */
  quantiles(): Quantiles {
    return { p50Ns: this.#at(50), p90Ns: this.#at(90), p99Ns: this.#at(99), p999Ns: this.#at(99.9) };
  }

  #at(percentile: number): number {
    if (this.#histogram.totalCount === 0) return 0;
    return Math.min(this.#histogram.getValueAtPercentile(percentile), this.#maxNs);
  }

  /** HdrHistogram V2, compressed form, base64. The same values give the same text on every machine. */
  encode(): string {
    return withStoredBlocks(encodeIntoCompressedBase64(this.#histogram));
  }
}

// The compressed form is a cookie, a length, and a zlib stream. What zlib makes of the same bytes differs between
// processors and builds; so the stream is written again with stored blocks, which leave no choice. The payload is
// compact by itself: zero counts are run-length encoded.

const HEADER_BYTES = 8;

function withStoredBlocks(base64: string): string {
  const compressed = Buffer.from(base64, 'base64');
  const streamBytes = compressed.readInt32BE(4);
  const payload = inflateSync(compressed.subarray(HEADER_BYTES, HEADER_BYTES + streamBytes));
  const stream = zlibStored(payload);
  const header = Buffer.from(compressed.subarray(0, HEADER_BYTES));
  header.writeInt32BE(stream.length, 4);
  return Buffer.concat([header, stream]).toString('base64');
}
