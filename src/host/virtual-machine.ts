// A VM with memory slots and vCPUs, as little of it as the guest needs: long mode, CPL 3, no interrupts, no devices.

import { CODE_AT, controlAt, layOut, ownMemoryBytes, PML4_AT } from './guest-memory.ts';
import { errnoName, HostError } from './host-error.ts';
import { CPUID, KVM, KVM_API_VERSION, KVM_CAP_BINARY_STATS_FD, REGION, REGS, SEGMENT, SREGS } from './kvm-abi.ts';
import { KvmStats } from './kvm-stats.ts';
import { AT_FDCWD, MADV, O_CLOEXEC, O_RDWR, PAGE } from './linux.ts';
import { Mapping } from './mapping.ts';
import type { System } from './system.ts';

/** What a thread needs to run a vCPU, and nothing that could not be sent to it. */
export interface VcpuHandle {
  readonly index: number;
  readonly fd: number;
  readonly runAddress: number;
  readonly runBytes: number;
  readonly controlAddress: number;
}

/** A page of ioctl arguments, and room for the CPUID entries. */
const ARENA_BYTES = 4 * PAGE;
/** Below 4 GiB and away from all slots: three pages that KVM wants for itself on older Intel processors. */
const TSS_AT = 0xfffbd000;

const OWN_SLOT = 0;

export class VirtualMachine {
  readonly memory: Mapping;
  readonly vcpus: readonly VcpuHandle[];
  /** Null where the kernel has no statistics files (before 5.14). */
  readonly stats: { readonly vm: KvmStats; readonly vcpus: readonly KvmStats[] } | null;
  readonly #system: System;
  readonly #arena: Mapping;
  readonly #vmFd: number;
  readonly #cleanup = new DisposableStack();

  /** Without rights or without KVM: a HostError, and nothing is left behind. */
  constructor(system: System, vcpus: number) {
    this.#system = system;
    const cleanup = this.#cleanup;
    try {
      this.#arena = Mapping.anonymous(system, ARENA_BYTES);
      cleanup.defer(() => this.#arena.unmap());
      const kvm = this.#openKvm();
      this.#vmFd = this.#descriptor(system.call('ioctl', [kvm, KVM.createVm, 0], 'KVM_CREATE_VM'));
      system.try('ioctl', this.#vmFd, KVM.setTssAddr, TSS_AT);
      this.memory = Mapping.anonymous(system, ownMemoryBytes(vcpus));
      cleanup.defer(() => this.memory.unmap());
      // A fork that is measured must not make the guest copy what belongs to the measuring.
      system.call('madvise', [this.memory.address, this.memory.bytes, MADV.dontfork], 'MADV_DONTFORK');
      layOut(this.memory);
      this.setSlot(OWN_SLOT, 0, this.memory.address, this.memory.bytes);
      const runBytes = system.call('ioctl', [kvm, KVM.getVcpuMmapSize, 0], 'KVM_GET_VCPU_MMAP_SIZE');
      const hasStats = system.try('ioctl', kvm, KVM.checkExtension, KVM_CAP_BINARY_STATS_FD) > 0;
      this.vcpus = Array.from({ length: vcpus }, (_, index) => this.#createVcpu(kvm, index, runBytes));
      // Asked for before the first KVM_RUN: later the call would wait until the vCPU comes out.
      this.stats = hasStats
        ? { vm: this.#statsOf(this.#vmFd), vcpus: this.vcpus.map(({ fd }) => this.#statsOf(fd)) }
        : null;
    } catch (error) {
      cleanup.dispose();
      throw error;
    }
  }

  /** Shows the guest host memory. 0 bytes take the slot away. */
  setSlot(slot: number, guestAddress: number, hostAddress: number, bytes: number): void {
    const { data, address } = this.#arena;
    data.setUint32(REGION.slot, slot, true);
    data.setUint32(REGION.flags, 0, true);
    data.setBigUint64(REGION.guestAddress, BigInt(guestAddress), true);
    data.setBigUint64(REGION.bytes, BigInt(bytes), true);
    data.setBigUint64(REGION.hostAddress, BigInt(hostAddress), true);
    this.#system.call('ioctl', [this.#vmFd, KVM.setUserMemoryRegion, address], 'KVM_SET_USER_MEMORY_REGION');
  }

  /** No thread may be in KVM_RUN any more. */
  close(): void {
    this.#cleanup.dispose();
  }

  #descriptor(fd: number): number {
    this.#cleanup.defer(() => void this.#system.try('close', fd));
    return fd;
  }

  #openKvm(): number {
    const { data, address } = this.#arena;
    new Uint8Array(data.buffer).set(new TextEncoder().encode('/dev/kvm\0'));
    const fd = this.#system.try('openat', AT_FDCWD, address, O_RDWR | O_CLOEXEC);
    if (fd < 0) throw new HostError(`/dev/kvm cannot be opened: ${errnoName(-fd)}`);
    this.#descriptor(fd);
    const version = this.#system.try('ioctl', fd, KVM.getApiVersion, 0);
    if (version < 0) throw new HostError(`/dev/kvm is no KVM: KVM_GET_API_VERSION: ${errnoName(-version)}`);
    if (version !== KVM_API_VERSION) throw new HostError(`/dev/kvm speaks version ${version}, not ${KVM_API_VERSION}`);
    return fd;
  }

  #statsOf(fd: number): KvmStats {
    return new KvmStats(this.#descriptor(this.#system.call('ioctl', [fd, KVM.getStatsFd, 0], 'KVM_GET_STATS_FD')));
  }

  #createVcpu(kvm: number, index: number, runBytes: number): VcpuHandle {
    const system = this.#system;
    const fd = this.#descriptor(system.call('ioctl', [this.#vmFd, KVM.createVcpu, index], 'KVM_CREATE_VCPU'));
    const run = Mapping.shared(system, runBytes, fd);
    this.#cleanup.defer(() => run.unmap());
    this.#setCpuid(kvm, fd);
    this.#enterLongMode(fd);
    const { data, address } = this.#arena;
    new Uint8Array(data.buffer, 0, REGS.bytes).fill(0);
    data.setBigUint64(REGS.r15, BigInt(controlAt(index)), true);
    data.setBigUint64(REGS.rip, BigInt(CODE_AT), true);
    data.setBigUint64(REGS.rflags, BigInt(RFLAGS), true);
    system.call('ioctl', [fd, KVM.setRegs, address], 'KVM_SET_REGS');
    const controlAddress = this.memory.address + controlAt(index);
    return { index, fd, runAddress: run.address, runBytes, controlAddress };
  }

  #setCpuid(kvm: number, vcpu: number): void {
    const { data, address } = this.#arena;
    data.setUint32(CPUID.count, CPUID.entriesMax, true);
    this.#system.call('ioctl', [kvm, KVM.getSupportedCpuid, address], 'KVM_GET_SUPPORTED_CPUID');
    this.#system.call('ioctl', [vcpu, KVM.setCpuid2, address], 'KVM_SET_CPUID2');
  }

  #enterLongMode(vcpu: number): void {
    const { data, address } = this.#arena;
    this.#system.call('ioctl', [vcpu, KVM.getSregs, address], 'KVM_GET_SREGS');
    segment(data, SREGS.cs, { selector: 0x33, type: CODE_SEGMENT, dpl: 3, s: 1, l: 1, g: 1 });
    for (const offset of [SREGS.ds, SREGS.es, SREGS.fs, SREGS.gs, SREGS.ss]) {
      segment(data, offset, { selector: 0x2b, type: DATA_SEGMENT, dpl: 3, s: 1, db: 1, g: 1 });
    }
    segment(data, SREGS.tr, { selector: 0x40, type: BUSY_TSS, dpl: 0, s: 0 });
    data.setUint8(SREGS.ldt + SEGMENT.unusable, 1);
    data.setBigUint64(SREGS.cr0, BigInt(CR0), true);
    data.setBigUint64(SREGS.cr3, BigInt(PML4_AT), true);
    data.setBigUint64(SREGS.cr4, BigInt(CR4), true);
    data.setBigUint64(SREGS.efer, BigInt(EFER), true);
    this.#system.call('ioctl', [vcpu, KVM.setSregs, address], 'KVM_SET_SREGS');
  }
}

/** PE, ET, NE, WP, AM, PG. */
const CR0 = 0x8005_0033;
/** PAE, OSFXSR, OSXMMEXCPT. PCIDE stays off: not every KVM takes it. */
const CR4 = 0x620;
/** SCE, LME, LMA, NXE. */
const EFER = 0xd01;
/** IOPL 3, so that OUT works at CPL 3; no interrupts. */
const RFLAGS = 0x3002;

const CODE_SEGMENT = 0xb;
const DATA_SEGMENT = 0x3;
const BUSY_TSS = 0xb;

interface Segment {
  readonly selector: number;
  readonly type: number;
  readonly dpl: number;
  readonly s: number;
  readonly l?: number;
  readonly db?: number;
  readonly g?: number;
}

function segment(data: DataView, offset: number, { selector, type, dpl, s, l = 0, db = 0, g = 0 }: Segment): void {
  data.setBigUint64(offset + SEGMENT.base, 0n, true);
  data.setUint32(offset + SEGMENT.limit, g === 1 ? 0xffff_ffff : 0xffff, true);
  data.setUint16(offset + SEGMENT.selector, selector, true);
  data.setUint8(offset + SEGMENT.type, type);
  data.setUint8(offset + SEGMENT.present, 1);
  data.setUint8(offset + SEGMENT.dpl, dpl);
  data.setUint8(offset + SEGMENT.db, db);
  data.setUint8(offset + SEGMENT.s, s);
  data.setUint8(offset + SEGMENT.l, l);
  data.setUint8(offset + SEGMENT.g, g);
  data.setUint8(offset + SEGMENT.unusable, 0);
}
