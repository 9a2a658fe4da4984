// What is measured to hold the model against. The host's costs are taken from operations on 2 MiB, mostly beside a guest that does
// not touch them; here other operations, other sizes and a guest that does are asked about, so no case is fitted to itself.

import { MIB, SECOND } from '../../lab/units.ts';
import type { MeasurementRequest } from '../measurement-plan.ts';

export interface ValidationCase {
  readonly id: string;
  readonly request: MeasurementRequest;
}

const RANGE = 4 * MIB;
const common = { memoryBytes: 32 * MIB, timeNs: 2 * SECOND };

export const validationCases: readonly ValidationCase[] = [
  { id: 'collapse-anonymous', request: { operation: 'madv-collapse', rangeBytes: RANGE } },
  { id: 'collapse-shmem', request: { operation: 'madv-collapse', backing: 'shmem', rangeBytes: RANGE } },
  {
    id: 'collapse-pte-mapped',
    request: { operation: 'madv-collapse', backing: 'shmem', folios: '2m', mapped: '4k', rangeBytes: RANGE },
  },
  { id: 'collapse-beside', request: { operation: 'madv-collapse', places: ['outside'], rangeBytes: RANGE } },
  { id: 'dontneed-anonymous', request: { operation: 'madv-dontneed', rangeBytes: RANGE } },
  { id: 'dontneed-shmem', request: { operation: 'madv-dontneed', backing: 'shmem', rangeBytes: RANGE } },
  { id: 'dontneed-huge', request: { operation: 'madv-dontneed', folios: '2m', rangeBytes: RANGE } },
  { id: 'punch-hole', request: { operation: 'punch-hole', rangeBytes: RANGE } },
  { id: 'collapse-whole', request: { operation: 'madv-collapse', places: ['whole'], rangeBytes: 2 * RANGE } },
  { id: 'dontneed-16m', request: { operation: 'madv-dontneed', rangeBytes: 4 * RANGE } },
  {
    id: 'dontneed-whole',
    request: { operation: 'madv-dontneed', backing: 'shmem', places: ['whole'], rangeBytes: 2 * RANGE },
  },
  { id: 'punch-hole-8m', request: { operation: 'punch-hole', rangeBytes: 2 * RANGE } },
  { id: 'fork', request: { operation: 'fork', places: ['whole'], memoryBytes: 16 * MIB } },
  { id: 'munmap-beside', request: { operation: 'munmap', rangeBytes: 16 * MIB } },
  { id: 'munmap-no-slot', request: { operation: 'munmap', places: ['no-slot'], rangeBytes: 16 * MIB } },
].map(({ id, request }): ValidationCase => ({ id, request: { ...common, ...request } }));
