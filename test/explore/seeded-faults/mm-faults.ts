import type { SeededFault } from './seeded-fault.ts';

const dontneed = { operations: ['madv-dontneed'], backing: 'anonymous', sptes: 'none' } as const;
const nobody = [[]] as const;

/** Of the primary MMU, and of what it tells the secondary one. */
export const mmFaults: readonly SeededFault[] = [
  {
    name: 'range_end comes before the entries change',
    file: 'src/mm/zap-page-range.ts',
    edits: [
      [
        '  yield* unmapSingleVma(gather, vma, start, end, !outside);\n  yield* vma.mm.notifiers.rangeEnd(section);\n',
        '  yield* vma.mm.notifiers.rangeEnd(section);\n  yield* unmapSingleVma(gather, vma, start, end, !outside);\n',
      ],
    ],
    question: { ...dontneed, sptes: 'as-host' },
    expects: ['stale-spte', 'guest-uses-freed-page'],
  },
  {
    name: 'pages are given up before the CPUs have forgotten them',
    file: 'src/mm/mmu-gather.ts',
    edits: [['    yield* this.flushTlb();\n    // Each put', '    // Each put']],
    question: dontneed,
    expects: ['stale-tlb'],
  },
  {
    name: 'fork write-protects without a section',
    file: 'src/mm/operations/copy-page-range.ts',
    edits: [
      ["  const section = yield* mm.notifiers.rangeStart('protection', start, end);\n", ''],
      ['  yield* mm.notifiers.rangeEnd(section);\n', ''],
    ],
    question: { operations: ['fork'], backing: 'anonymous' },
    expects: ['write-through-read-only'],
  },
  {
    name: 'mprotect tells of the first page alone',
    file: 'src/mm/change-protection.ts',
    edits: [["rangeStart('protection', at, end)", "rangeStart('protection', at, hva(at + PAGE_SIZE))"]],
    question: { operations: ['mprotect'], backing: 'anonymous', guest: [[{ page: 1, write: true }]] },
    expects: ['write-through-read-only'],
  },
  {
    name: 'a collapse closes its section before it clears the entry',
    file: 'src/mm/operations/collapse-huge-page.ts',
    edits: [
      [
        '  const section = yield* openThpSection(scheme, mm, address, end);\n',
        '  yield* closeThpSection(mm, yield* openThpSection(scheme, mm, address, end));\n',
      ],
      ['  yield* closeThpSection(mm, section);\n', ''],
    ],
    question: { operations: ['madv-collapse'], backing: 'anonymous' },
    expects: ['lost-write', 'stale-spte', 'guest-uses-freed-page'],
  },
  {
    name: 'migration closes its section before it clears the entries',
    file: 'src/mm/migrate.ts',
    edits: [
      [
        "    const section = yield* vma.mm.notifiers.rangeStart('clear', start, end);\n",
        "    yield* vma.mm.notifiers.rangeEnd(yield* vma.mm.notifiers.rangeStart('clear', start, end));\n",
      ],
      ['    yield* vma.mm.notifiers.rangeEnd(section);\n', ''],
    ],
    question: { operations: ['migrate-pages'], backing: 'anonymous' },
    expects: ['lost-write', 'stale-spte', 'guest-uses-freed-page'],
  },
  {
    name: 'nobody wakes who waits for a page under migration',
    file: 'src/mm/migrate.ts',
    edits: [['  waiters.wakeAll();\n', '']],
    question: { operations: ['migrate-pages'], backing: 'anonymous' },
    expects: ['asleep-for-ever'],
  },
  {
    name: 'nobody wakes who waits for a hole to be punched',
    file: 'src/mm/operations/punch-hole.ts',
    edits: [['  waiters.wakeAll();\n', '']],
    question: { operations: ['punch-hole'], backing: 'shmem' },
    expects: ['asleep-for-ever'],
  },
  {
    name: 'a page leaves its file though a fault has mapped it again',
    file: 'src/mm/shmem-truncate.ts',
    edits: [
      ['  if (folioMapcount(folio) > 0) yield* unmapMappingPages(machine, mapping, index, index + folio.pages);\n', ''],
    ],
    question: { operations: ['punch-hole'], backing: 'shmem', sptes: 'none', mapped: 'none' },
    expects: ['wrong-pfn'],
  },
  {
    name: 'an entry is set without a second look under its lock',
    file: 'src/mm/fault.ts',
    edits: [
      [
        '  const empty = table.kinds[index] === EntryKind.None;\n  if (empty) {',
        '  const empty = true;\n  if (empty) {',
      ],
    ],
    question: { operations: ['uffdio-copy'], backing: 'anonymous', mapped: 'none' },
    expects: ['lost-write', 'stale-spte', 'mapcount', 'refcount'],
  },
  {
    name: 'a collapse without a section does not lock the page',
    file: 'src/mm/operations/hugetlb-collapse.ts',
    edits: [["this.locksFolio = protection === 'folio-lock' || options", 'this.locksFolio = options']],
    question: { operations: ['madv-collapse', 'truncate'], scheme: 'post-collapse/promote', guest: nobody },
    expects: ['removed-while-mapped', 'mapped-outside-file'],
  },
  {
    name: 'the proposed notification comes before the page tables have changed',
    file: 'src/mm/notifier-schemes/post-collapse.ts',
    edits: [
      [
        '  begin: nothing,\n',
        '  *begin(collapse: HugetlbCollapse): Process<void> {\n    yield* collapse.vma.mm.notifiers.collapsed(collapse.start, collapse.end);\n  },\n',
      ],
      [
        '  *finished(collapse: HugetlbCollapse): Process<void> {\n    yield* collapse.vma.mm.notifiers.collapsed(collapse.start, collapse.end);\n  },\n',
        '  finished: nothing,\n',
      ],
    ],
    question: { operations: ['madv-collapse'], scheme: 'post-collapse/promote' },
    expects: ['small-sptes'],
  },
  {
    name: 'a collapse never drops the references of the leaves that it has replaced',
    file: 'src/mm/operations/hugetlb-collapse-v2.ts',
    edits: [['  yield* collapse.gather.finish();\n', '']],
    question: { operations: ['madv-collapse'] },
    expects: ['refcount'],
  },
  {
    name: 'tables are freed before the CPUs have left them',
    file: 'src/mm/mmu-gather.ts',
    edits: [['    this.#needsFlush = true;\n    this.#tables += 1;', '    this.#tables += 1;']],
    question: {
      operations: [{ operation: 'madv-dontneed', next: { operation: 'munmap' } }],
      backing: 'anonymous',
      guest: nobody,
    },
    expects: ['table-freed-early'],
  },
  {
    name: 'a fault on hugetlb takes the vma_lock before the fault mutex',
    file: 'src/mm/hugetlb-fault.ts',
    edits: [
      [
        '  yield* mutex.acquire();\n  yield* vma.walkLock.acquireRead();\n',
        '  yield* vma.walkLock.acquireRead();\n  yield* mutex.acquire();\n',
      ],
    ],
    question: { operations: ['truncate'], sptes: 'none', holes: [0] },
    expects: ['deadlock'],
  },
  {
    name: 'a fault does not look at the file again when it has locked the page',
    file: 'src/mm/fault.ts',
    edits: [['    if (vma.mapping.folio(index) !== folio) {\n', '    if (index < 0) {\n']],
    question: { operations: ['madv-collapse'], backing: 'shmem', sptes: 'none' },
    expects: ['wrong-pfn'],
  },
];
