import { describe, expect, it } from 'vitest';
import { decode, parseFormat } from '../../../src/host/kernel-events/event-format.ts';

const HEAD = `format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

`;

/** As Linux 6.18 has them, but for the values of enumerations that nobody asks for here. */
const UNMAP = `name: kvm_unmap_hva_range
ID: 27
${HEAD}	field:unsigned long start;	offset:8;	size:8;	signed:0;
	field:unsigned long end;	offset:16;	size:8;	signed:0;

print fmt: "mmu notifier unmap range: %#016lx -- %#016lx", REC->start, REC->end
`;
const COLLAPSE = `name: mm_collapse_huge_page
ID: 758
${HEAD}	field:struct mm_struct * mm;	offset:8;	size:8;	signed:0;
	field:int isolated;	offset:16;	size:4;	signed:1;
	field:int status;	offset:20;	size:4;	signed:1;

print fmt: "mm=%p, isolated=%d, status=%s", REC->mm, REC->isolated, __print_symbolic(REC->status, {0, "failed"}, {1, "succeeded"}, {2, "pmd_null"})
`;
const LOCK = `name: mmap_lock_acquire_returned
ID: 675
${HEAD}	field:u64 memcg_id;	offset:8;	size:8;	signed:0;
	field:bool write;	offset:16;	size:1;	signed:0;

print fmt: "memcg_id=%llu write=%s", REC->memcg_id, REC->write ? "true" : "false"
`;
const FLUSH = `name: tlb_flush
ID: 188
${HEAD}	field:int reason;	offset:8;	size:4;	signed:1;
	field:unsigned long pages;	offset:16;	size:8;	signed:0;

print fmt: "pages:%ld reason:%s (%d)", REC->pages, __print_symbolic(REC->reason, { 0, "flush on task switch" }, { 1, "remote shootdown" }), REC->reason
`;
const FILE = `name: mm_khugepaged_scan_file
ID: 760
${HEAD}	field:unsigned long pfn;	offset:8;	size:8;	signed:0;
	field:__data_loc char[] filename;	offset:16;	size:4;	signed:0;
	field:__data_loc cpumask_t mask;	offset:20;	size:4;	signed:0;
	field:char comm[8];	offset:24;	size:8;	signed:0;

print fmt: "scan_pfn=0x%lx, filename=%s, comm=%s", REC->pfn, __get_str(filename), REC->comm
`;

function record(bytes: number, fill: (view: DataView) => void): DataView {
  const view = new DataView(new ArrayBuffer(bytes + 16), 16);
  fill(view);
  return view;
}

describe('event format', () => {
  it('addresses: hexadecimal, as the kernel prints them', () => {
    const format = parseFormat(UNMAP);
    expect([format.name, format.id]).toEqual(['kvm_unmap_hva_range', 27]);
    const fields = decode(
      format,
      record(24, (view) => {
        view.setBigUint64(8, 0x7f87_4f60_0000n, true);
        view.setBigUint64(16, 0x7f87_4f80_0000n, true);
      }),
    );
    expect(fields).toEqual({ start: '0x7f874f600000', end: '0x7f874f800000' });
  });

  it('an enumeration and a pointer: its name, and not where the kernel lies', () => {
    const fields = decode(
      parseFormat(COLLAPSE),
      record(24, (view) => {
        view.setBigUint64(8, 0xffff_8881_a0a3_cb00n, true);
        view.setInt32(16, -3, true);
        view.setInt32(20, 1, true);
      }),
    );
    expect(fields).toEqual({ mm: 'in the kernel', isolated: -3, status: 'succeeded' });
  });

  it('a value that the enumeration has not: the number', () => {
    const fields = decode(
      parseFormat(COLLAPSE),
      record(24, (view) => view.setInt32(20, 99, true)),
    );
    expect(fields.status).toBe(99);
  });

  it('booleans and large integers: as such, and exact', () => {
    const fields = decode(
      parseFormat(LOCK),
      record(17, (view) => {
        view.setBigUint64(8, 2n ** 60n + 1n, true);
        view.setUint8(16, 1);
      }),
    );
    expect(fields).toEqual({ memcg_id: '0x1000000000000001', write: true });
  });

  it('an unsigned long that is printed with a sign: all ones are -1', () => {
    const fields = decode(
      parseFormat(FLUSH),
      record(24, (view) => {
        view.setInt32(8, 1, true);
        view.setBigInt64(16, -1n, true);
      }),
    );
    expect(fields).toEqual({ reason: 'remote shootdown', pages: -1 });
  });

  it('text, in the record and behind it: up to the first NUL; what cannot be shown is left out', () => {
    const fields = decode(
      parseFormat(FILE),
      record(40, (view) => {
        view.setBigUint64(8, 0x1234n, true);
        view.setUint32(16, (5 << 16) | 32, true);
        for (const [index, letter] of [...'guest'].entries()) view.setUint8(24 + index, letter.charCodeAt(0));
        for (const [index, letter] of [...'file'].entries()) view.setUint8(32 + index, letter.charCodeAt(0));
      }),
    );
    expect(fields).toEqual({ pfn: '0x1234', filename: 'file', comm: 'guest' });
  });

  it('no format: refused', () => {
    expect(() => parseFormat('0\n')).toThrow('an event without name and ID');
  });
});
