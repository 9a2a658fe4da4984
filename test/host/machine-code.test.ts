// The listings are assembled again and compared with the bytes beside them, where there is an assembler.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LOOP_LISTINGS } from '../../src/host/calibration/loops.ts';
import { CONTROL, GAP, GAPS_KEPT, GUEST_LISTING } from '../../src/host/guest-program.ts';
import { assemble, type Listing } from '../../src/host/machine-code.ts';
import { CLOCK_LISTING, TIMED_CALL_LISTING } from '../../src/host/timed-call.ts';

const canAssemble =
  process.arch === 'x64' && ['as', 'objcopy'].every((tool) => spawnSync(tool, ['--version']).status === 0);

function assembledAgain(listing: Listing): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'stallscope-as-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [object, binary] = [join(folder, 'code.o'), join(folder, 'code.bin')];
  const source = ['.intel_syntax noprefix', ...listing.map(([, assembly]) => assembly), ''].join('\n');
  execFileSync('as', ['-o', object, '-'], { input: source });
  execFileSync('objcopy', ['-O', 'binary', '-j', '.text', object, binary]);
  return readFileSync(binary);
}

describe('machine code', () => {
  it.for<[string, Listing]>([
    ['guest', GUEST_LISTING],
    ['timed call', TIMED_CALL_LISTING],
    ['clock', CLOCK_LISTING],
    ...Object.entries<Listing>(LOOP_LISTINGS),
  ])('%s: the bytes are what its listing says', ([, listing], { skip }) => {
    if (!canAssemble) skip('there is no assembler for x64 on this machine');
    expect(Buffer.from(assemble(listing)).toString('hex')).toBe(assembledAgain(listing).toString('hex'));
  });

  it('guest: the listing uses the offsets that the host knows', () => {
    const text = GUEST_LISTING.map(([, assembly]) => assembly).join('\n');
    const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;
    for (const field of [
      'rangeStart',
      'rangeEnd',
      'stride',
      'threshold',
      'stop',
      'taken',
      'touches',
      'lastTsc',
    ] as const) {
      expect(text).toContain(`[r15+${hex(CONTROL[field])}]`);
    }
    for (const field of ['from', 'to', 'address', 'touch'] as const) {
      expect(text).toContain(`[rdi+${hex(CONTROL.ring + GAP[field])}]`);
    }
    expect(text).toContain(`and   edi, ${hex(GAPS_KEPT - 1)}`);
    expect(2 ** 5).toBe(GAP.bytes);
  });
});
