// Rows of a result by name: the scheme, and its mapcount scheme where there are several.

import type { components } from '../../../src/client/index.ts';

export type SchemeResult = components['schemas']['SchemeResult'];
export type PairedResult = components['schemas']['PairedResult'];
export type ComparisonResult = components['schemas']['ComparisonResult'];

export type RowId = Pick<SchemeResult, 'scheme' | 'mapcount'>;

export const rowKey = ({ scheme, mapcount }: RowId): string => `${scheme} ${mapcount}`;

/** Mapcount schemes of a result, in its order. */
export const mapcountsOf = ({ schemes }: ComparisonResult): readonly string[] => [
  ...new Set(schemes.map(({ mapcount }) => mapcount)),
];

export const rowNames =
  (result: ComparisonResult): ((row: RowId) => string) =>
  ({ scheme, mapcount }) =>
    mapcountsOf(result).length > 1 ? `${scheme} · ${mapcount}` : scheme;
