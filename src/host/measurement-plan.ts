// What a measurement is asked for, and its limits: memory, time and threads are bounded before the first is taken.

import { type InputError, InvalidInput } from '../lab/invalid-input.ts';
import { formatSize, formatTime, GIB, MIB, MINUTE, MS, SECOND, US } from '../lab/units.ts';
import { GUEST_MEMORY_MAX } from './guest-memory.ts';
import { HUGE_PAGE } from './linux.ts';
import { operationsById } from './operations/index.ts';
import {
  type HostOperationId,
  hostBackings,
  hostOperations,
  hostSizes,
  type MemoryKind,
  type Place,
  places,
} from './vocabulary.ts';

export interface MeasurementPlan {
  readonly operation: HostOperationId;
  readonly kind: MemoryKind;
  readonly places: readonly Place[];
  /** Of the mapping that the guest touches. A second one has the size of the range. */
  readonly memoryBytes: number;
  readonly rangeBytes: number;
  readonly strideBytes: number;
  readonly vcpus: number;
  readonly repetitions: number;
  /** Repetitions end when this is over, however many there have been. */
  readonly timeNs: number;
  /** Gaps shorter than this are not recorded. */
  readonly thresholdNs: number;
  /** Behind the end of the operation, in which gaps still count. */
  readonly tailNs: number;
  /** Whether the result lists all stall windows, one by one. */
  readonly windows: boolean;
  /** Whether the kernel's own events are recorded as well, which takes time of its own. */
  readonly kernelEvents: boolean;
}

/** As it comes from a command line or a request. Everything has a default but the operation. */
export interface MeasurementRequest {
  readonly operation: string;
  readonly backing?: string | undefined;
  readonly folios?: string | undefined;
  readonly mapped?: string | undefined;
  readonly places?: readonly string[] | undefined;
  readonly memoryBytes?: number | undefined;
  readonly rangeBytes?: number | undefined;
  readonly strideBytes?: number | undefined;
  readonly vcpus?: number | undefined;
  readonly repetitions?: number | undefined;
  readonly timeNs?: number | undefined;
  readonly thresholdNs?: number | undefined;
  readonly tailNs?: number | undefined;
  readonly windows?: boolean | undefined;
  readonly kernelEvents?: boolean | undefined;
}

interface Limit {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
  readonly show: (value: number) => string;
}

export const LIMITS = {
  memoryBytes: { least: 4 * MIB, most: GUEST_MEMORY_MAX, usual: 64 * MIB, show: formatSize },
  rangeBytes: { least: HUGE_PAGE, most: GIB / 2, usual: HUGE_PAGE, show: formatSize },
  strideBytes: { least: 64, most: HUGE_PAGE, usual: 4096, show: formatSize },
  vcpus: { least: 1, most: 16, usual: 1, show: String },
  repetitions: { least: 1, most: 1_000, usual: 20, show: String },
  timeNs: { least: 100 * MS, most: MINUTE, usual: 2 * SECOND, show: formatTime },
  thresholdNs: { least: 200, most: 10 * MS, usual: 2 * US, show: formatTime },
  tailNs: { least: 100 * US, most: SECOND, usual: 4 * MS, show: formatTime },
} as const satisfies Record<string, Limit>;

/** Checks all of it and fills in the defaults. InvalidInput names every field that cannot be so. */
export function planMeasurement(request: MeasurementRequest): MeasurementPlan {
  const errors: InputError[] = [];
  const oneOf = <Id extends string>(path: string, value: string, allowed: readonly Id[]): Id => {
    if (!(allowed as readonly string[]).includes(value)) {
      errors.push({ path, message: `no such ${path}: ${value}; there are ${allowed.join(', ')}` });
    }
    return value as Id;
  };
  const number = (path: keyof typeof LIMITS): number => {
    const { least, most, usual, show }: Limit = LIMITS[path];
    const value = request[path] ?? usual;
    if (!Number.isInteger(value) || value < least || value > most) {
      errors.push({ path: withoutUnit(path), message: `has to be from ${show(least)} to ${show(most)}` });
    }
    return value;
  };
  const operation = oneOf('operation', request.operation, hostOperations);
  const backing = oneOf('backing', request.backing ?? defaultBacking(operation), hostBackings);
  const largest = backing === 'hugetlb-2m' ? '2m' : '4k';
  const folios = oneOf('folios', request.folios ?? request.mapped ?? largest, hostSizes);
  const mapped = oneOf('mapped', request.mapped ?? (operation === 'madv-collapse' ? '4k' : folios), hostSizes);
  const ids = places.map(({ id }) => id);
  const wanted = (request.places ?? [defaultPlace(operation)]).map((place) => oneOf('place', place, ids));
  const plan: MeasurementPlan = {
    operation,
    kind: { backing, folios, mapped },
    places: [...new Set(wanted)],
    memoryBytes: number('memoryBytes'),
    rangeBytes: number('rangeBytes'),
    strideBytes: number('strideBytes'),
    vcpus: number('vcpus'),
    repetitions: number('repetitions'),
    timeNs: number('timeNs'),
    thresholdNs: number('thresholdNs'),
    tailNs: number('tailNs'),
    windows: request.windows ?? false,
    kernelEvents: request.kernelEvents ?? false,
  };
  if (errors.length === 0) errors.push(...contradictions(plan));
  if (errors.length > 0) throw new InvalidInput('measurement', errors);
  return plan;
}

/** A field as people name it: they give sizes and times with their units. */
const withoutUnit = (field: string): string => field.replace(/(Bytes|Ns)$/, '');

const defaultBacking = (operation: string): string =>
  operation === 'punch-hole' || operation === 'uffdio-continue' ? 'shmem' : 'anonymous';

const defaultPlace = (operation: string): string => (operation === 'munmap' ? 'other-vma' : 'inside');

function contradictions({ operation, kind, places, memoryBytes, rangeBytes }: MeasurementPlan): InputError[] {
  const errors: InputError[] = [];
  const { backing, folios, mapped } = kind;
  for (const [path, bytes] of Object.entries({ memoryBytes, rangeBytes })) {
    if (bytes % HUGE_PAGE !== 0) errors.push({ path: withoutUnit(path), message: 'has to be a multiple of 2MiB' });
  }
  if (rangeBytes > memoryBytes / 2) errors.push({ path: 'range', message: 'has to be at most half of the memory' });
  if (folios === '4k' && mapped === '2m') {
    errors.push({ path: 'mapped', message: 'folios of 4k cannot be mapped by entries of 2m' });
  }
  if (backing === 'hugetlb-2m' && (folios !== '2m' || mapped !== '2m')) {
    errors.push({ path: 'backing', message: 'hugetlb-2m has folios and entries of 2m' });
  }
  for (const place of places) {
    const refusal = operationsById[operation].refuses(kind, place);
    if (refusal !== null) errors.push({ path: 'operation', message: `${operation}: ${refusal}` });
  }
  return errors;
}
