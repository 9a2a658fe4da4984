import { describe, expect, it } from 'vitest';
import { returnFreedMemory, returnLargeBuffers } from '../../src/host/native-heap.ts';

const MIB = 2 ** 20;
const glibc = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime;

/** Fills buffers and frees all but the last, which keeps the end of the arena where it is. Returns what stays resident. */
function residentOfFreed(count: number, bytes: number): { readonly stayed: number; readonly last: ArrayBuffer } {
  const before = process.memoryUsage.rss();
  const buffers = Array.from({ length: count }, () => new ArrayBuffer(bytes));
  for (const buffer of buffers) new Uint8Array(buffer).fill(1);
  const last = buffers.pop() as ArrayBuffer;
  for (const buffer of buffers) buffer.transfer(0);
  return { stayed: process.memoryUsage.rss() - before, last };
}

describe.skipIf(glibc === undefined)('native heap of glibc', () => {
  it('small buffers are freed: they stay resident until freed memory is returned', async () => {
    const { stayed, last } = residentOfFreed(2048, 32 * 1024);
    expect(stayed).toBeGreaterThan(48 * MIB);
    const before = process.memoryUsage.rss();
    await returnFreedMemory();
    expect(before - process.memoryUsage.rss()).toBeGreaterThan(48 * MIB);
    expect(last.byteLength).toBe(32 * 1024);
  });

  it('large buffers after a larger one was freed: they go at once', async () => {
    expect(await returnLargeBuffers()).toBe(true);
    new ArrayBuffer(16 * MIB).transfer(0);
    const { stayed, last } = residentOfFreed(64, MIB);
    // Of 63 MiB. Without it, all of them stay.
    expect(stayed).toBeLessThan(32 * MIB);
    expect(last.byteLength).toBe(MIB);
  });
});
