// ioctls and structures of linux/kvm.h for x86-64. Offsets in bytes.

export const KVM = {
  getApiVersion: 0xae00,
  createVm: 0xae01,
  checkExtension: 0xae03,
  getVcpuMmapSize: 0xae04,
  getSupportedCpuid: 0xc008ae05,
  createVcpu: 0xae41,
  setUserMemoryRegion: 0x4020ae46,
  setTssAddr: 0xae47,
  run: 0xae80,
  setRegs: 0x4090ae82,
  getSregs: 0x8138ae83,
  setSregs: 0x4138ae84,
  setCpuid2: 0x4008ae90,
  getStatsFd: 0xaece,
} as const;

export const KVM_API_VERSION = 12;
export const KVM_CAP_BINARY_STATS_FD = 203;

/** struct kvm_userspace_memory_region. */
export const REGION = { slot: 0, flags: 4, guestAddress: 8, bytes: 16, hostAddress: 24 } as const;

/** struct kvm_regs: 18 words. */
export const REGS = { r15: 15 * 8, rip: 16 * 8, rflags: 17 * 8, bytes: 18 * 8 } as const;

/** struct kvm_sregs. */
export const SREGS = {
  cs: 0,
  ds: 24,
  es: 48,
  fs: 72,
  gs: 96,
  ss: 120,
  tr: 144,
  ldt: 168,
  cr0: 224,
  cr3: 240,
  cr4: 248,
  efer: 264,
  bytes: 312,
} as const;

/** struct kvm_segment. */
export const SEGMENT = {
  base: 0,
  limit: 8,
  selector: 12,
  type: 14,
  present: 15,
  dpl: 16,
  db: 17,
  s: 18,
  l: 19,
  g: 20,
  unusable: 22,
} as const;

/** struct kvm_run, as far as an exit is looked at. */
export const RUN = { immediateExit: 1, exitReason: 8, ioPort: 34, mmioAddress: 32, suberror: 32 } as const;

export const EXIT = { io: 2, mmio: 6, shutdown: 8, failEntry: 9, intr: 10, internalError: 17 } as const;

/** struct kvm_cpuid2 with its entries. */
export const CPUID = { count: 0, entries: 8, entryBytes: 40, entriesMax: 256 } as const;

/** struct kvm_stats_header and struct kvm_stats_desc. */
export const STATS_HEADER = { nameBytes: 4, descriptors: 8, descriptorOffset: 16, dataOffset: 20, bytes: 24 } as const;
export const STATS_DESCRIPTOR = { size: 6, offset: 8, name: 16 } as const;
