// Reads the histograms of a result: HdrHistogram V2, compressed, base64. hdr-histogram-js writes them in the service; in a browser it
// looks for its inflate with eval, which the policy of the page forbids, so the little that reading takes is here.

export interface Bucket {
  /** The largest value that is counted here. */
  readonly highest: number;
  readonly count: number;
}

const COMPRESSED_COOKIE = 0x1c849304;
const COOKIE = 0x1c849303;
/** Bits of a cookie that say how wide its words are; V2 has one width only. */
const WORD_BITS = 0xf0;
const HEADER_BYTES = 40;

/** Buckets that count anything, in ascending order. Throws where the text is no such histogram. */
export async function readHistogram(base64: string): Promise<readonly Bucket[]> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const compressed = new DataView(bytes.buffer);
  mustBe(compressed.getInt32(0), COMPRESSED_COOKIE);
  const stream = bytes.subarray(8, 8 + compressed.getInt32(4));
  return readPayload(await inflate(stream));
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<DataView> {
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new DataView(await new Response(inflated).arrayBuffer());
}

function readPayload(view: DataView): readonly Bucket[] {
  mustBe(view.getInt32(0), COOKIE);
  const end = HEADER_BYTES + view.getInt32(4);
  const highestOf = layout(view.getInt32(12), Number(view.getBigInt64(16)));
  const buckets: Bucket[] = [];
  let index = 0;
  let at = HEADER_BYTES;
  while (at < end) {
    const { value, next } = readWord(view, at);
    at = next;
    // A negative word stands for so many buckets that count nothing.
    if (value < 0) {
      index -= value;
      continue;
    }
    if (value > 0) buckets.push({ highest: highestOf(index), count: value });
    index++;
  }
  return buckets;
}

const LONGEST_WORD = 9;

/** ZigZag LEB128, 64 bits in nine bytes at most: the ninth has eight bits of value. Counts stay below 2^53. */
function readWord(view: DataView, start: number): { value: number; next: number } {
  let coded = 0n;
  let at = start;
  for (let shift = 0n; ; shift += 7n) {
    const byte = view.getUint8(at++);
    const isLast = at - start === LONGEST_WORD;
    coded |= BigInt(isLast ? byte : byte & 0x7f) << shift;
    if (isLast || byte < 0x80) break;
  }
  const value = coded & 1n ? -((coded + 1n) >> 1n) : coded >> 1n;
  return { value: Number(value), next: at };
}

/**
 * The largest value of a bucket by its index. Below `subBuckets` units each value has a bucket of its own; from there on every doubling
 * of the value doubles the width of its buckets.
 */
function layout(significantDigits: number, lowest: number): (index: number) => number {
  const halfMagnitude = Math.ceil(Math.log2(2 * 10 ** significantDigits)) - 1;
  const half = 2 ** halfMagnitude;
  const unit = 2 ** Math.floor(Math.log2(lowest));
  return (index) => {
    const doubling = Math.max(0, Math.floor(index / half) - 1);
    const place = index - doubling * half;
    const width = unit * 2 ** doubling;
    return place * width + width - 1;
  };
}

function mustBe(cookie: number, expected: number): void {
  if ((cookie & ~WORD_BITS) !== expected) throw new TypeError('this is no HdrHistogram V2');
}
