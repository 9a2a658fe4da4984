// Machine code, kept as its listing: what a reader checks and what runs are the same lines.

export type Listing = readonly (readonly [bytes: string, assembly: string])[];

export function assemble(listing: Listing): Uint8Array {
  return Uint8Array.from(listing.flatMap(([bytes]) => bytes.split(' ').map((byte) => Number.parseInt(byte, 16))));
}
