import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readExploration } from '../../src/explore/exploration-request.ts';
import { explore } from '../../src/explore/explore.ts';
import { InvalidInput } from '../../src/lab/invalid-input.ts';

const pathsOf = (document: unknown): string[] => {
  try {
    readExploration(document);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.errors.map(({ path }) => path);
  }
};

describe('readExploration', () => {
  it('operations alone: a complete question, with the defaults of a search', () => {
    const { question, options, timeNs } = readExploration({ operations: ['madv-collapse', 'truncate'] });
    expect(question).toMatchObject({ scheme: 'range', mapcount: 'subpage', kernel: '6.12', backing: 'hugetlb-2m' });
    expect(options).toMatchObject({ search: 'exhaustive', seed: 1, all: true });
    expect(timeNs).toBe(600e9);
  });

  it('what follows in a thread, pages and protection: in the question', () => {
    const next = { operation: 'mprotect', pages: { first: 1, count: 1 }, protection: 'read-write' } as const;
    const first = { operation: 'madv-dontneed', pages: { first: 0, count: 1 }, next };
    const { question } = readExploration({ operations: [first], guest: [[{ page: 1, write: false }]] });
    expect(question.operations[0]).toMatchObject(first);
    expect(question.guest).toEqual([[{ page: 1, write: false }]]);
  });

  it('a complete question of a result: the same question again', () => {
    const { question } = readExploration({ operations: ['madv-collapse'], scheme: 'post-collapse/cut', guest: 2 });
    expect(readExploration(question).question).toEqual(question);
  });

  it.each<[string, object, string]>([
    ['no operation', {}, 'operations'],
    ['an empty list', { operations: [] }, 'operations'],
    ['four operations', { operations: ['fork', 'fork', 'fork', 'fork'] }, 'operations'],
    ['an unknown operation', { operations: ['fork', 'x'] }, 'operations.1'],
    ['operations as text', { operations: 'fork' }, 'operations'],
    ['a number as operation', { operations: [3] }, 'operations.0'],
    ['no vCPU', { operations: ['fork'], guest: 0 }, 'guest'],
    ['an empty guest', { operations: ['fork'], guest: [] }, 'guest'],
    ['four vCPUs', { operations: ['fork'], guest: 4 }, 'guest'],
    ['a page outside', { operations: ['fork'], guest: [[{ page: 2, write: true }]] }, 'guest.0'],
    ['a range outside', { operations: [{ operation: 'munmap', pages: { first: 1, count: 2 } }] }, 'operations.0.pages'],
    [
      'a range outside in what follows',
      { operations: [{ operation: 'munmap', next: { operation: 'munmap', pages: { first: 9, count: 1 } } }] },
      'operations.0.next.pages',
    ],
    [
      'an empty range',
      { operations: [{ operation: 'munmap', pages: { first: 0, count: 0 } }] },
      'operations.0.pages.count',
    ],
    ['five entries', { operations: ['fork'], geometry: { entries: 5 } }, 'geometry.entries'],
    ['no schedules', { operations: ['fork'], limits: { schedules: 0 } }, 'limits.schedules'],
    ['too many transitions', { operations: ['fork'], limits: { transitions: 1e12 } }, 'limits.transitions'],
    ['an infinite depth', { operations: ['fork'], limits: { depth: Number.POSITIVE_INFINITY } }, 'limits.depth'],
    ['no time', { operations: ['fork'], time: 0 }, 'time'],
    ['a day', { operations: ['fork'], time: '24h' }, 'time'],
    ['a negative seed', { operations: ['fork'], seed: -1 }, 'seed'],
    [
      'an operation that is not for the memory',
      { operations: ['truncate'], backing: 'anonymous' },
      'operations.0.operation',
    ],
    ['a field that is none', { operations: ['fork'], shceme: 'range' }, 'shceme'],
  ])('%s: refused, with the field', (_, document, path) => {
    expect(pathsOf(document)).toContain(path);
  });

  it('a hostile document: an InvalidInput or a plan, never another error', () => {
    const odd = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.jsonValue());
    const keys = [
      'scheme',
      'mapcount',
      'kernel',
      'backing',
      'hgm',
      'geometry',
      'mapped',
      'folios',
      'holes',
      'guest',
      'limits',
      'time',
      '__proto__',
    ];
    const extra = fc.dictionary(fc.constantFrom(...keys), odd, { maxKeys: 4 });
    const operations = fc.oneof(
      odd,
      fc.array(fc.oneof(odd, fc.constantFrom('fork', 'munmap', 'truncate')), { maxLength: 4 }),
    );
    fc.assert(
      fc.property(operations, extra, (given, fields) => {
        pathsOf({ ...fields, operations: given });
      }),
      { numRuns: 500 },
    );
  });

  it('whatever is taken in: can be explored', () => {
    const known = fc.record({
      operations: fc.array(
        fc.constantFrom(
          'madv-collapse',
          'khugepaged-scan',
          'munmap',
          'mremap',
          'fork',
          'truncate',
          'punch-hole',
          'uffdio-copy',
          'uffdio-continue',
          'uffdio-writeprotect',
          'memory-failure',
          'migrate-pages',
          'dirty-log-enable',
          'dirty-log-disable',
          'mprotect',
          'madv-dontneed',
        ),
        { minLength: 1, maxLength: 3 },
      ),
      scheme: fc.constantFrom(
        'range',
        'range-chunked',
        'narrow',
        'post-collapse/zap',
        'post-collapse/cut',
        'post-collapse/promote',
        'none',
      ),
      backing: fc.constantFrom('anonymous', 'shmem', 'hugetlb-2m', 'hugetlb-1g'),
      mapped: fc.constantFrom('4k', '2m', '1g', 'none'),
      folios: fc.constantFrom('4k', '2m'),
      sptes: fc.constantFrom('as-host', 'none'),
      mapcount: fc.constantFrom(
        'subpage',
        'head-per-pte',
        'hstate-entry',
        'hstate-special',
        'folio-pairs',
        'folio-vmas',
      ),
      kernel: fc.constantFrom('6.1', '6.12', '6.18'),
      geometry: fc.record({ entries: fc.constantFrom(2, 3, 4), blocks: fc.constantFrom(1, 2) }),
      hgm: fc.record({
        version: fc.constantFrom('rfc1', 'rfc2', 'v1', 'v2'),
        protection: fc.constantFrom('version-locks', 'folio-lock', 'atomic-swap'),
      }),
      guest: fc.constantFrom(1, 2, 3),
    });
    const limits = { schedules: 2, transitions: 400, depth: 300 };
    let explored = 0;
    fc.assert(
      fc.property(known, (document) => {
        if (pathsOf({ ...document, limits }).length > 0) return;
        const { question, options } = readExploration({ ...document, limits, search: 'random' });
        expect(explore(question, options).schedules).toBeGreaterThan(0);
        explored += 1;
      }),
      { numRuns: 12, seed: 1 },
    );
    expect(explored).toBeGreaterThan(2);
  });
});
