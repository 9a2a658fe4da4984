const LARGEST_STORED_BLOCK = 65_535;

/** A zlib stream (RFC 1950) of stored blocks (RFC 1951, 3.2.4): the one form in which a payload has a single encoding. */
export function zlibStored(payload: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x78, 0x01])];
  for (let start = 0; start === 0 || start < payload.length; start += LARGEST_STORED_BLOCK) {
    const block = payload.subarray(start, start + LARGEST_STORED_BLOCK);
    const head = Buffer.alloc(5);
    head.writeUInt8(start + LARGEST_STORED_BLOCK >= payload.length ? 1 : 0, 0);
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(block.length ^ 0xffff, 3);
    parts.push(head, block);
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(adler32(payload), 0);
  return Buffer.concat([...parts, checksum]);
}

function adler32(bytes: Buffer): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}
