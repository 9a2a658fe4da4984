// Rows of the matrix: operations that meet, on some memory.

import type { MapcountSchemeId } from '../mm/mapcount/mapcount-scheme.ts';
import type { QuestionInput } from './question.ts';

export interface MatrixRow {
  readonly id: string;
  readonly about: string;
  readonly input: Omit<QuestionInput, 'scheme' | 'mapcount' | 'kernel'>;
  /** Of a row that needs more transitions than the others, or is too large for all that they may have. */
  readonly transitions?: number;
  /** Of a row that takes long: mapcount schemes that it is asked for, unless they are named; absent: all. */
  readonly mapcounts?: readonly MapcountSchemeId[];
}

const whole = { first: 0, count: 2 } as const;
const [firstPage, secondPage] = [
  { first: 0, count: 1 },
  { first: 1, count: 1 },
] as const;

/** The three that differ in when a page counts as mapped: by its small leaves, by its huge entry, and by a mark in the entry. */
const threeMapcounts = ['subpage', 'hstate-entry', 'hstate-special'] as const;
const twoMapcounts = ['subpage', 'hstate-entry'] as const;

const slow: Readonly<Record<string, Pick<MatrixRow, 'transitions' | 'mapcounts'>>> = {
  truncate: { mapcounts: twoMapcounts, transitions: 800_000 },
  'memory-failure': { mapcounts: twoMapcounts },
  // Somebody answers the messages: a thread more.
  'uffdio-writeprotect': { mapcounts: twoMapcounts },
  'migrate-pages': { mapcounts: twoMapcounts, transitions: 20_000 },
};

/** A collapse of a HugeTLB page in two small leaves, beside something else. */
const hugetlb: readonly MatrixRow[] = (
  [
    ['truncate', 'truncation of the whole file'],
    ['madv-dontneed', 'MADV_DONTNEED'],
    ['munmap', 'munmap()'],
    ['mprotect', 'mprotect() to read only'],
    ['mremap', 'mremap()'],
    ['fork', 'fork()'],
    ['migrate-pages', 'migration of the page'],
    ['memory-failure', 'a memory error'],
    ['uffdio-writeprotect', 'UFFDIO_WRITEPROTECT'],
    ['dirty-log-enable', 'the start of dirty logging'],
    ['dirty-log-disable', 'the end of dirty logging'],
    ['madv-collapse', 'another collapse'],
  ] as const
).map(([other, about]) => ({
  id: `madv-collapse+${other}`,
  about: `A collapse of a HugeTLB page meets ${about}.`,
  input: { operations: ['madv-collapse', other] },
  mapcounts: threeMapcounts,
  ...(slow[other] ?? {}),
}));

export const matrixRows: readonly MatrixRow[] = [
  {
    id: 'madv-collapse',
    about: 'A collapse of a HugeTLB page in two small leaves, and one vCPU that writes.',
    input: { operations: ['madv-collapse'] },
  },
  {
    id: 'madv-collapse, two vCPUs',
    about: 'The same, with two vCPUs that write to a page each.',
    input: { operations: ['madv-collapse'], guest: 2 },
    mapcounts: twoMapcounts,
  },
  ...hugetlb,
  {
    id: 'madv-collapse+uffdio-continue, a hole',
    about: 'A collapse meets UFFDIO_CONTINUE of the small page that is not mapped yet.',
    input: { operations: ['madv-collapse', { operation: 'uffdio-continue', pages: secondPage }], holes: [1] },
    mapcounts: threeMapcounts,
  },
  {
    id: 'madv-collapse+madv-dontneed, locks of v2',
    about: 'With no protection of the page but the locks of HGM v2, whatever the scheme.',
    input: { operations: ['madv-collapse', 'madv-dontneed'], hgm: { version: 'v2', protection: 'version-locks' } },
    mapcounts: twoMapcounts,
  },
  {
    id: 'madv-collapse+madv-dontneed, locks of v1',
    about: 'With no protection of the page but the locks of HGM v1, whatever the scheme.',
    input: { operations: ['madv-collapse', 'madv-dontneed'], hgm: { version: 'v1', protection: 'version-locks' } },
    mapcounts: twoMapcounts,
  },
  {
    id: 'madv-collapse+madv-dontneed, atomic swap',
    about: 'The collapse switches the page tables in one step.',
    input: { operations: ['madv-collapse', 'madv-dontneed'], hgm: { version: 'v2', protection: 'atomic-swap' } },
    mapcounts: twoMapcounts,
  },
  {
    id: 'truncate',
    about: 'Truncation of a file whose HugeTLB page is mapped in two small leaves.',
    input: { operations: ['truncate'] },
  },
  {
    id: 'unmap-pieces one by one',
    about: 'The two small leaves of a HugeTLB page are unmapped one after the other, and the page stays.',
    input: {
      operations: [
        { operation: 'unmap-pieces', pages: firstPage, next: { operation: 'unmap-pieces', pages: secondPage } },
      ],
    },
  },
  {
    id: 'madv-collapse+truncate, locks of v2',
    about: 'With no protection of the page but the locks of HGM v2, and a guest that touches nothing.',
    input: {
      operations: ['madv-collapse', 'truncate'],
      hgm: { version: 'v2', protection: 'version-locks' },
      guest: [[]],
    },
    mapcounts: twoMapcounts,
  },
  {
    id: 'madv-collapse+madv-collapse, two pages, v1',
    about: 'Two collapses of two HugeTLB pages, each with the relock of HGM v1, and a guest that touches nothing.',
    input: {
      operations: ['madv-collapse', 'madv-collapse'],
      hgm: { version: 'v1', protection: 'version-locks' },
      geometry: { blocks: 2 },
      guest: [[]],
    },
    mapcounts: ['subpage'],
  },
  {
    id: 'truncate, huge leaf',
    about: 'Truncation of a file whose HugeTLB page is mapped in one leaf.',
    input: { operations: ['truncate'], mapped: '2m' },
  },
  {
    id: 'madv-collapse, shmem',
    about: 'collapse_file(): small shmem pages move into a huge one.',
    input: { operations: ['madv-collapse'], backing: 'shmem' },
  },
  {
    id: 'madv-collapse, anonymous',
    about: 'collapse_huge_page(): small anonymous pages move into a huge one.',
    input: { operations: ['madv-collapse'], backing: 'anonymous' },
  },
  {
    id: 'madv-collapse, anonymous THP',
    about: 'collapse_pte_mapped_thp() or its like: the folio is huge already, only its page tables change.',
    input: { operations: ['madv-collapse'], backing: 'anonymous', folios: '2m' },
  },
  {
    id: 'madv-collapse, shmem THP',
    about: 'collapse_pte_mapped_thp(): the folio is huge already, only its page tables change.',
    input: { operations: ['madv-collapse'], backing: 'shmem', folios: '2m' },
  },
  {
    id: 'madv-collapse+madv-dontneed, anonymous',
    about: 'A collapse of anonymous memory meets MADV_DONTNEED.',
    input: { operations: ['madv-collapse', { operation: 'madv-dontneed', pages: whole }], backing: 'anonymous' },
  },
  {
    id: 'madv-collapse+truncate, shmem',
    about: 'A collapse of shmem meets the truncation of its file.',
    input: { operations: ['madv-collapse', 'truncate'], backing: 'shmem' },
    transitions: 20_000,
  },
];
