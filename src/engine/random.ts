// Named random streams. Every entity of a model draws from its own, so that one more draw in one place moves nothing in
// another, and two schemes are compared on common random numbers.

import { assert } from './assert.ts';
import { Xoshiro128 } from './xoshiro128.ts';

const TWO_POW_32 = 0x1_0000_0000;
const TWO_POW_53 = 0x20_0000_0000_0000;

/** Seeded with a hash of (seed, name). */
export class RandomStream extends Xoshiro128 {
  constructor(seed: number | string, name: string) {
    // The length of the seed goes in first: ("a", "bc") and ("ab", "c") are two streams.
    const text = String(seed);
    const draw = splitMix32(hash32(`${text.length}:${text}:${name}`, 0x811c9dc5), hash32(name, 0x9747b28c));
    // A state of four zeros would stay there for ever.
    super(draw(), draw(), draw(), draw() || 1);
  }

  /** Uniform in [0, 1), all 53 bits of it. */
  next(): number {
    return this.next53() / TWO_POW_53;
  }

  /** Uniform in [0, bound), without the bias of a plain remainder. */
  integer(bound: number): number {
    assert(Number.isSafeInteger(bound) && bound > 0, 'random integer: the bound is a positive safe integer');
    const wide = bound > TWO_POW_32;
    const span = wide ? TWO_POW_53 : TWO_POW_32;
    const limit = span - (span % bound);
    for (;;) {
      const drawn = wide ? this.next53() : this.nextUint32();
      if (drawn < limit) return drawn % bound;
    }
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -naturalLog(1 - this.next());
  }

  private next53(): number {
    const high = this.nextUint32() >>> 5;
    return high * 0x400_0000 + (this.nextUint32() >>> 6);
  }
}

/** FNV-1a over UTF-16 code units, with a final mix so that names that differ in the last letter differ everywhere. */
function hash32(text: string, basis: number): number {
  let hash = basis;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix32(hash);
}

function mix32(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x21f0aaad);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function splitMix32(a: number, b: number): () => number {
  let state = a;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return mix32(state) ^ b;
  };
}

const bits = new DataView(new ArrayBuffer(8));
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/**
 * The logarithm of a positive normal number, after FreeBSD's e_log.c, in operations that IEEE 754 rounds exactly. What
 * Math.log returns is left to the implementation, and runs must not differ between machines.
 */
export function naturalLog(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  let mantissa = high & 0xfffff;
  // Brings the mantissa into [sqrt(2)/2, sqrt(2)), where the series is short.
  const shift = (mantissa + 0x95f64) & 0x100000;
  mantissa |= shift ^ 0x3ff00000;
  exponent += shift >>> 20;
  bits.setUint32(0, mantissa);
  const f = bits.getFloat64(0) - 1;

  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const t1 = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const t2 = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const halfSquare = 0.5 * f * f;
  return exponent * LN2_HIGH - (halfSquare - (s * (halfSquare + (t1 + t2)) + exponent * LN2_LOW) - f);
}
