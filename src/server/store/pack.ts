// How values lie in the store: JSON as text, what JSON cannot hold in the form of the structured clone; large ones deflated.

import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Smaller ones are not worth the time. */
const DEFLATED_BYTES_MIN = 1024;
/** The least effort: it runs on the event loop, and finds most of what there is to find in JSON and in lists of numbers. */
const LEVEL = 1;

const PLAIN = 0;
const DEFLATED = 1;

export const packText = (text: string): Uint8Array => pack(Buffer.from(text));
export const unpackText = (packed: Uint8Array): string => unpack(packed).toString();

/** Every bit of a number, typed arrays and holes included. */
export const packValue = (value: unknown): Uint8Array => pack(serialize(value));
export const unpackValue = (packed: Uint8Array): unknown => deserialize(unpack(packed)) as unknown;

function pack(bytes: Buffer): Uint8Array {
  const deflated = bytes.length >= DEFLATED_BYTES_MIN;
  const body = deflated ? deflateRawSync(bytes, { level: LEVEL }) : bytes;
  return Buffer.concat([Uint8Array.of(deflated ? DEFLATED : PLAIN), body]);
}

function unpack(packed: Uint8Array): Buffer {
  const body = Buffer.from(packed.buffer, packed.byteOffset + 1, packed.byteLength - 1);
  return packed[0] === DEFLATED ? inflateRawSync(body) : body;
}
