// From what a user leaves out to a complete question, and what makes no sense as one.

import { backings, hgmVersions, kernels, preemptions, schemeIds } from '../lab/vocabulary.ts';
import { mapcountSchemes } from '../mm/mapcount/index.ts';
import type { ExplorationQuestion, ExploredOperation, ExploredOperationId, GuestTouch } from './exploration-types.ts';
import { allOperations } from './finding-classes.ts';

/** What a user says; everything else has a default. */
export interface QuestionInput {
  readonly operations: readonly (ExploredOperationId | OperationInput)[];
  readonly scheme?: ExplorationQuestion['scheme'];
  readonly mapcount?: ExplorationQuestion['mapcount'];
  readonly kernel?: ExplorationQuestion['kernel'];
  readonly preemption?: ExplorationQuestion['preemption'];
  readonly backing?: ExplorationQuestion['backing'];
  readonly hgm?: Partial<ExplorationQuestion['hgm']>;
  readonly geometry?: Partial<ExplorationQuestion['geometry']>;
  readonly mapped?: ExplorationQuestion['mapped'];
  readonly folios?: ExplorationQuestion['folios'];
  readonly userfault?: Partial<ExplorationQuestion['userfault']>;
  readonly sptes?: ExplorationQuestion['sptes'];
  readonly holes?: readonly number[];
  readonly readOnlySptes?: readonly number[];
  /** The accesses of each vCPU, or how many vCPUs: each of them then writes to one page, the first to the first. */
  readonly guest?: readonly (readonly GuestTouch[])[] | number;
}

export interface OperationInput {
  readonly operation: ExploredOperationId;
  readonly pages?: ExploredOperation['pages'];
  readonly protection?: ExploredOperation['protection'];
  readonly next?: OperationInput;
}

export interface QuestionError {
  readonly path: string;
  readonly message: string;
}

/** A question that cannot be asked; `errors` name the fields and what is allowed. */
export class InvalidQuestion extends Error {
  override readonly name = 'InvalidQuestion';
  readonly errors: readonly QuestionError[];

  constructor(errors: readonly QuestionError[]) {
    super(errors.map(({ path, message }) => `${path} ${message}`).join('; '));
    this.errors = errors;
  }
}

/** Operations that can be explored, with the memory that they are for. */
const backingsOf: Readonly<Record<ExploredOperationId, readonly ExplorationQuestion['backing'][]>> = (() => {
  const all = ['anonymous', 'shmem', 'hugetlb-2m', 'hugetlb-1g'] as const;
  const files = ['shmem', 'hugetlb-2m', 'hugetlb-1g'] as const;
  return {
    'madv-collapse': all,
    'khugepaged-scan': ['anonymous', 'shmem'],
    'madv-dontneed': all,
    munmap: all,
    mprotect: all,
    mremap: all,
    fork: all,
    truncate: files,
    'punch-hole': files,
    'migrate-pages': all,
    'memory-failure': all,
    'uffdio-continue': files,
    'uffdio-copy': all,
    'uffdio-writeprotect': all,
    'dirty-log-enable': all,
    'dirty-log-disable': all,
    'unmap-pieces': ['hugetlb-2m', 'hugetlb-1g'],
  };
})();

export const exploredOperations = Object.keys(backingsOf) as readonly ExploredOperationId[];

/** Whether an operation works on memory of that kind. */
export const worksOn = (operation: ExploredOperationId, backing: ExplorationQuestion['backing']): boolean =>
  backingsOf[operation].includes(backing);

/** Pages of the small memory of a question. */
export function pagesOf({ backing, geometry }: Pick<ExplorationQuestion, 'backing' | 'geometry'>): number {
  return geometry.blocks * geometry.entries ** (backing === 'hugetlb-1g' ? 2 : 1);
}

const cutters: readonly ExploredOperationId[] = ['truncate', 'punch-hole'];
const collapses: readonly ExploredOperationId[] = ['madv-collapse', 'khugepaged-scan'];

export const userfaultModes = ['none', 'missing', 'minor', 'wp'] as const;

const protections = ['version-locks', 'folio-lock', 'atomic-swap'] as const;

/** Throws InvalidQuestion. */
export function questionOf(input: QuestionInput): ExplorationQuestion {
  const errors: QuestionError[] = [];
  const oneOf = <T>(path: string, value: T, allowed: readonly T[]): void => {
    if (!allowed.includes(value))
      errors.push({ path, message: `must be one of ${allowed.join(', ')}, got ${String(value)}` });
  };
  const scheme = input.scheme ?? 'range';
  const backing = input.backing ?? 'hugetlb-2m';
  const geometry = { entries: input.geometry?.entries ?? 2, blocks: input.geometry?.blocks ?? 1 } as const;
  const withoutSection = scheme === 'none' || scheme.startsWith('post-collapse');
  const hgm = {
    version: input.hgm?.version ?? 'v2',
    protection: input.hgm?.protection ?? (withoutSection ? 'folio-lock' : 'version-locks'),
  } as const;
  oneOf('scheme', scheme, schemeIds);
  oneOf('mapcount', input.mapcount ?? 'subpage', Object.keys(mapcountSchemes) as ExplorationQuestion['mapcount'][]);
  oneOf('kernel', input.kernel ?? '6.12', idsOf(kernels));
  oneOf('preemption', input.preemption ?? 'full', idsOf(preemptions));
  oneOf('backing', backing, idsOf(backings));
  oneOf('hgm.version', hgm.version, idsOf(hgmVersions));
  oneOf('hgm.protection', hgm.protection, protections);
  oneOf('geometry.entries', geometry.entries, [2, 3, 4]);
  oneOf('geometry.blocks', geometry.blocks, [1, 2]);
  if (errors.length > 0) throw new InvalidQuestion(errors);

  const pages = pagesOf({ backing, geometry });
  const operations = input.operations.map((operation, at) => complete(operation, `operations[${at}]`));
  const protects = allOperations({ operations }).some(({ operation }) => operation === 'uffdio-writeprotect');
  const guest = typeof input.guest === 'object' ? input.guest : defaultGuest(input.guest ?? 1, pages);
  const question: ExplorationQuestion = {
    operations,
    scheme,
    mapcount: input.mapcount ?? 'subpage',
    kernel: input.kernel ?? '6.12',
    preemption: input.preemption ?? 'full',
    backing,
    hgm,
    geometry,
    mapped: input.mapped ?? '4k',
    folios: input.folios ?? '4k',
    // Protection by a userfaultfd is for memory that is registered for it, and somebody has to take it back.
    userfault: {
      mode: input.userfault?.mode ?? (protects ? 'wp' : 'none'),
      answered: input.userfault?.answered ?? true,
    },
    sptes: input.sptes ?? 'as-host',
    holes: input.holes ?? [],
    readOnlySptes: input.readOnlySptes ?? [],
    guest,
  };
  check();
  if (errors.length > 0) throw new InvalidQuestion(errors);
  return question;

  function complete(given: ExploredOperationId | OperationInput, path: string): ExploredOperation {
    const operation = typeof given === 'string' ? { operation: given } : given;
    oneOf(`${path}.operation`, operation.operation, exploredOperations);
    const range = operation.pages ?? { first: 0, count: pages };
    const inside = range.first >= 0 && range.count >= 1 && range.first + range.count <= pages;
    if (!inside || !Number.isInteger(range.first) || !Number.isInteger(range.count)) {
      errors.push({ path: `${path}.pages`, message: `must lie inside of the ${pages} pages of the memory` });
    }
    if (exploredOperations.includes(operation.operation) && !worksOn(operation.operation, backing)) {
      const allowed = backingsOf[operation.operation].join(', ');
      errors.push({ path: `${path}.operation`, message: `${operation.operation} is for ${allowed}, got ${backing}` });
    }
    const protection = operation.protection ?? 'read';
    oneOf(`${path}.protection`, protection, ['read', 'read-write']);
    const done = { operation: operation.operation, pages: range, protection };
    return operation.next === undefined ? done : { ...done, next: complete(operation.next, `${path}.next`) };
  }

  /** The model lets go of large folios of a file whole; the kernel splits them, or leaves them with a hole of zeroes. */
  function checkCuts({ operation, pages: { first, count }, next }: ExploredOperation, path: string): void {
    const large = question.folios === '2m' || allOperations(question).some((one) => collapses.includes(one.operation));
    const block = geometry.entries;
    const end = operation === 'truncate' ? pages : first + count;
    if (backing === 'shmem' && large && cutters.includes(operation) && (first % block !== 0 || end % block !== 0)) {
      const message = `must be whole blocks of ${block} pages where the file has large folios, or gets them`;
      errors.push({ path: `${path}.pages`, message });
    }
    if (next !== undefined) checkCuts(next, `${path}.next`);
  }

  function check(): void {
    if (operations.length < 1 || operations.length > 3) {
      errors.push({ path: 'operations', message: `must be one to three, got ${operations.length}` });
    }
    if (guest.length < 1 || guest.length > 3) {
      errors.push({ path: 'guest', message: `must have one to three vCPUs, got ${guest.length}` });
    }
    for (const [vcpu, touches] of guest.entries()) {
      if (touches.length > 4) errors.push({ path: `guest[${vcpu}]`, message: 'must be at most four accesses' });
      if (touches.some(({ page }) => !Number.isInteger(page) || page < 0 || page >= pages)) {
        errors.push({ path: `guest[${vcpu}]`, message: `must touch pages 0 to ${pages - 1}` });
      }
    }
    for (const path of ['holes', 'readOnlySptes'] as const) {
      if (question[path].some((page) => !Number.isInteger(page) || page < 0 || page >= pages)) {
        errors.push({ path, message: `must be pages 0 to ${pages - 1}` });
      }
    }
    const largest = backing === 'hugetlb-1g' ? ['4k', '2m', '1g', 'none'] : ['4k', '2m', 'none'];
    oneOf('mapped', question.mapped, largest as ExplorationQuestion['mapped'][]);
    oneOf('folios', question.folios, ['4k', '2m']);
    for (const [at, operation] of operations.entries()) checkCuts(operation, `operations[${at}]`);
    oneOf('userfault.mode', question.userfault.mode, userfaultModes);
    if (question.userfault.mode === 'minor' && backing === 'anonymous') {
      errors.push({ path: 'userfault.mode', message: 'minor is for memory of a file, got anonymous' });
    }
    if (!backing.startsWith('hugetlb') && question.mapped === '2m' && question.folios === '4k') {
      errors.push({ path: 'folios', message: 'must be 2m where mapped is 2m, got 4k' });
    }
  }
}

/** Each vCPU writes to one page: the first vCPU to the first page. */
const defaultGuest = (vcpus: number, pages: number): GuestTouch[][] =>
  Array.from({ length: vcpus }, (_, vcpu) => [{ page: vcpu % pages, write: true }]);

const idsOf = <Id extends string>(terms: readonly { readonly id: Id }[]): Id[] => terms.map(({ id }) => id);
