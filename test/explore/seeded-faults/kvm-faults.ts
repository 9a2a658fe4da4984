import type { SeededFault } from './seeded-fault.ts';

/** A page is dropped, and the guest comes back for it. */
const dontneed = { operations: ['madv-dontneed'], backing: 'anonymous', sptes: 'none' } as const;
const twice = [
  [
    { page: 0, write: true },
    { page: 0, write: true },
  ],
] as const;
const nobody = [[]] as const;
/** Dirty logging splits the SPTEs of a huge page, and at its end they become one again, in place. */
const logged = { operation: 'dirty-log-enable', next: { operation: 'dirty-log-disable' } } as const;
const hugePage = { backing: 'anonymous', mapped: '2m', folios: '2m', kernel: '6.18' } as const;

/** Of the secondary MMU. */
export const kvmFaults: readonly SeededFault[] = [
  {
    name: 'the end of a section does not move the sequence',
    file: 'src/kvm/invalidation.ts',
    edits: [['    this.#mmuInvalidateSeq += 1;\n', '']],
    question: dontneed,
    expects: ['stale-spte', 'guest-uses-freed-page'],
  },
  {
    name: 'the sequence moves when a section begins, and not when it ends',
    file: 'src/kvm/invalidation.ts',
    edits: [
      ['    this.#mmuInvalidateSeq += 1;\n', ''],
      [
        '  begin(first: number, end: number): void {\n',
        '  begin(first: number, end: number): void {\n    this.mmuInvalidateSeq += 1;\n',
      ],
    ],
    question: { ...dontneed, kernel: '6.1' },
    expects: ['stale-spte', 'guest-uses-freed-page'],
  },
  {
    name: 'a fault looks at the sequence, and not at sections in progress',
    file: 'src/kvm/invalidation.ts',
    edits: [
      [
        'return this.isInvalidating(frame, 1) || this.mmuInvalidateSeq !== seq;',
        'return this.mmuInvalidateSeq !== seq;',
      ],
    ],
    question: dontneed,
    expects: ['stale-spte', 'guest-uses-freed-page'],
  },
  {
    name: 'a fault does not look again under mmu_lock',
    file: 'src/kvm/page-fault.ts',
    edits: [['  if (!invalidation.retryGfn(mmuSeq, frame)) {\n', '  {\n']],
    question: dontneed,
    expects: ['stale-spte', 'guest-uses-freed-page'],
  },
  {
    name: 'a fault takes the sequence after it has looked up the page',
    file: 'src/kvm/page-fault.ts',
    edits: [
      ['  const mmuSeq = invalidation.mmuInvalidateSeq;\n', '  let mmuSeq = invalidation.mmuInvalidateSeq;\n'],
      [
        "  if (page === 'aside') return { outcome: 'aside', level: 0 };\n",
        "  mmuSeq = invalidation.mmuInvalidateSeq;\n  if (page === 'aside') return { outcome: 'aside', level: 0 };\n",
      ],
    ],
    question: dontneed,
    expects: ['stale-spte', 'guest-uses-freed-page'],
  },
  {
    name: 'the hull is not grown for a second section',
    file: 'src/kvm/invalidation.ts',
    edits: [
      ['      this.#hullStart = Math.min(this.#hullStart, first);\n', ''],
      ['      this.#hullEnd = Math.max(this.#hullEnd, end);\n', ''],
    ],
    question: {
      ...dontneed,
      operations: [
        { operation: 'madv-dontneed', pages: { first: 0, count: 1 } },
        { operation: 'madv-dontneed', pages: { first: 1, count: 1 } },
      ],
    },
    expects: ['stale-spte', 'guest-uses-freed-page'],
  },
  {
    name: 'range_start returns without a flush',
    file: 'src/kvm/mmu-notifier-client.ts',
    edits: [['    if (flush) yield* kvmFlushRemoteTlbs(kvm);\n', '']],
    question: { ...dontneed, sptes: 'as-host', guest: twice },
    expects: ['guest-uses-freed-page'],
  },
  {
    // Two reductions that were sound each by itself have once missed it together.
    name: 'a lock break drops the flush that is pending',
    file: 'src/kvm/tdp-mmu.ts',
    edits: [
      ['  if (flush) yield* kvmFlushRemoteTlbs(kvm);\n  kvm.machine.work.lockBreaks', '  kvm.machine.work.lockBreaks'],
    ],
    question: {
      operations: ['madv-dontneed'],
      backing: 'anonymous',
      holes: [1],
      guest: [...twice, [{ page: 1, write: true }]],
    },
    expects: ['guest-uses-freed-page'],
  },
  {
    name: 'a flush leaves one vCPU out',
    file: 'src/kvm/tlb.ts',
    edits: [
      ['for (const vcpu of kvm.vcpus) vcpu.flushed?.();', 'for (const vcpu of kvm.vcpus.slice(1)) vcpu.flushed?.();'],
    ],
    question: { ...dontneed, sptes: 'as-host', guest: twice },
    expects: ['guest-uses-freed-page'],
  },
  {
    name: 'a zap ends one SPTE too early',
    file: 'src/kvm/tdp.ts',
    edits: [
      [
        '(kvm, first, end) => tdpMmuZapLeafs(kvm, first, end),',
        '(kvm, first, end) => tdpMmuZapLeafs(kvm, first, (end - 1) as typeof end),',
      ],
    ],
    question: { ...dontneed, sptes: 'as-host' },
    expects: ['stale-spte', 'guest-uses-freed-page'],
  },
  {
    name: 'the last page of a section is rounded away from its memslot',
    file: 'src/kvm/memslot.ts',
    edits: [['end: gfn(toGfn(to - 1) + 1) }', 'end: toGfn(to - 1) }']],
    question: { ...dontneed, sptes: 'as-host' },
    expects: ['stale-spte', 'guest-uses-freed-page'],
  },
  {
    name: 'an SPTE may be written though the page of the host may not',
    file: 'src/kvm/tdp-mmu.ts',
    edits: [
      [
        'table.setLeaf(index, page.pfn - (frame - firstGfn), page.writable);',
        'table.setLeaf(index, page.pfn - (frame - firstGfn), true);',
      ],
    ],
    question: { operations: ['mprotect'], backing: 'anonymous', guest: [[{ page: 0, write: false }]] },
    expects: ['write-through-read-only'],
  },
  {
    name: 'the fast page fault takes any read-only SPTE for one of dirty logging',
    file: 'src/kvm/page-fault.ts',
    edits: [
      ['  if (!table.isProtected(index) || (table.level > 1 && slot.dirtyLogging)) return null;\n', ''],
      ['  if (kvm.tdp.top.find(frame, 1) !== table || !table.isProtected(index)) return null;\n', ''],
    ],
    question: {
      operations: ['mprotect'],
      backing: 'anonymous',
      guest: [
        [
          { page: 0, write: false },
          { page: 0, write: true },
        ],
      ],
    },
    expects: ['write-through-read-only'],
  },
  {
    name: 'nobody wakes who waits to swap memslots',
    file: 'src/kvm/mmu-notifier-client.ts',
    edits: [['    if (invalidation.mnActiveInvalidateCount === 0) memslotsUpdateWait.wakeAll();\n', '']],
    question: { ...dontneed, operations: ['dirty-log-enable', 'madv-dontneed'], guest: nobody },
    expects: ['asleep-for-ever', 'waiter-asleep'],
  },
  {
    name: 'the cut of a table is not flushed',
    file: 'src/kvm/handlers/cut.ts',
    edits: [['  yield* kvmFlushRemoteTlbs(kvm);\n', '']],
    question: {
      operations: [{ operation: 'madv-collapse', next: { operation: 'truncate' } }],
      scheme: 'post-collapse/cut',
      guest: twice,
    },
    expects: ['guest-uses-freed-page'],
  },
  {
    name: 'the leaves that a collapse lets go are not flushed',
    file: 'src/kvm/handlers/zap.ts',
    edits: [['  if (flush) yield* kvmFlushRemoteTlbs(kvm);\n', '']],
    question: {
      operations: [{ operation: 'madv-collapse', next: { operation: 'truncate' } }],
      scheme: 'post-collapse/zap',
      guest: twice,
    },
    expects: ['guest-uses-freed-page'],
  },
  {
    name: 'promotion takes the frame of the first leaf for that of the region',
    file: 'src/kvm/handlers/promote.ts',
    edits: [
      [
        'table.setLeaf(index, leaf.pfn - (leaf.gfn - firstGfn), writable);',
        'table.setLeaf(index, leaf.pfn, writable);',
      ],
    ],
    question: {
      operations: ['madv-collapse'],
      scheme: 'post-collapse/promote',
      sptes: 'none',
      guest: [[{ page: 1, write: true }]],
    },
    expects: ['stale-spte'],
  },
  {
    // A guest does not suffer from it: what D.5 of the reference leans on holds. It is the test that makes it a rule.
    name: 'promotion does not look for sections in progress',
    file: 'src/kvm/handlers/promote.ts',
    edits: [['  if (kvm.invalidation.isInvalidating(firstGfn, table.entryPages)) return false;\n', '']],
    question: {
      operations: ['madv-collapse', { operation: 'madv-dontneed', pages: { first: 0, count: 1 } }],
      scheme: 'post-collapse/promote',
      backing: 'shmem',
      folios: '2m',
      guest: nobody,
    },
    stepChecks: true,
    expects: ['spte-in-section'],
  },
  {
    name: 'promotion reads the size of the host mapping before it has mmu_lock',
    file: 'src/kvm/handlers/collapsed-handler.ts',
    edits: [
      [
        '  yield* kvm.readLock();\n  for (let at: number = first; at < end; ) {',
        '  const levels = [...new Array(end - first).keys()].map((page) => hostMappingLevel(kvm.mm, slot.hva(gfn(first + page))));\n  yield* kvm.readLock();\n  for (let at: number = first; at < end; ) {',
      ],
      ['hostMappingLevel(kvm.mm, slot.hva(gfn(at))))', 'levels[at - first] ?? 1)'],
    ],
    question: { operations: [logged, 'madv-dontneed'], preemption: 'voluntary', ...hugePage },
    expects: ['stale-spte'],
  },
  {
    name: 'promotion lets all pages be written',
    file: 'src/kvm/handlers/promote.ts',
    edits: [
      [
        "const writable = permission === 'host' ? host.writable : leaf.writable || leaf.isProtected;",
        'const writable = true;',
      ],
    ],
    question: {
      operations: [{ operation: 'mprotect', next: { operation: 'madv-collapse' } }],
      scheme: 'post-collapse/promote',
      backing: 'shmem',
      folios: '2m',
      guest: [[{ page: 0, write: false }]],
    },
    expects: ['write-through-read-only'],
  },
  {
    name: 'promotion does not look whether dirty logging is on',
    file: 'src/kvm/handlers/collapsed-handler.ts',
    edits: [
      [
        'const level = Math.min(slot.maxLevel(gfn(at), geometry), hostMappingLevel(kvm.mm, slot.hva(gfn(at)))) as Level;',
        'const level = hostMappingLevel(kvm.mm, slot.hva(gfn(at)));',
      ],
    ],
    question: {
      operations: [{ operation: 'dirty-log-enable', next: { operation: 'madv-collapse' } }],
      scheme: 'post-collapse/promote',
      backing: 'shmem',
      folios: '2m',
      guest: [[{ page: 0, write: true }]],
    },
    expects: ['write-not-logged'],
  },
  {
    name: 'promotion does not read the size of the host mapping',
    file: 'src/kvm/handlers/collapsed-handler.ts',
    edits: [
      [
        'const level = Math.min(slot.maxLevel(gfn(at), geometry), hostMappingLevel(kvm.mm, slot.hva(gfn(at)))) as Level;',
        'const level = Math.min(slot.maxLevel(gfn(at), geometry), 2) as Level;',
      ],
      ["import { hostMappingLevel } from '../../mm/gup.ts';\n", ''],
    ],
    question: {
      operations: [
        { operation: 'dirty-log-enable', next: { operation: 'dirty-log-disable' } },
        { operation: 'madv-dontneed', pages: { first: 1, count: 1 } },
      ],
      backing: 'anonymous',
      kernel: '6.18',
      guest: [[{ page: 1, write: true }]],
    },
    expects: ['guest-uses-freed-page', 'stale-spte'],
  },
];
