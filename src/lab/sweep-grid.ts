// The grid of a sweep: fields of the scenario, and the values that each takes. Its points are all combinations, the last axis
// fastest.

import { type InputError, InvalidInput } from './invalid-input.ts';
import { isPlainObject } from './schema-reader.ts';

export const AXES_MAX = 8;
export const POINTS_MAX = 256;

/** As it is written, before anybody has read it as that field of a scenario. */
export type GridValue = string | number | boolean | null;

export interface Axis {
  /** With a dot before each index, as in timeline.0.at. */
  readonly path: string;
  readonly values: readonly GridValue[];
}

/** A point by the place of its value on each axis. */
export type GridPoint = readonly number[];

/** Throws `InvalidInput` for what is no grid, or one with too many points. */
export function readGrid(grid: unknown): readonly Axis[] {
  if (!isPlainObject(grid)) throw refused([{ path: 'grid', message: `must be ${EXPECTED}` }]);
  const entries = Object.entries(grid);
  if (entries.length === 0 || entries.length > AXES_MAX) {
    throw refused([{ path: 'grid', message: `must have 1 to ${AXES_MAX} fields, got ${entries.length}` }]);
  }
  const axes = entries.map(([path, values]) => ({ path: dotted(path), values }));
  const errors = axes.flatMap(({ path, values }, index): InputError[] => {
    if (axes.findIndex((axis) => axis.path === path) < index) {
      return [{ path: `grid.${path}`, message: 'must be named once' }];
    }
    if (!Array.isArray(values) || values.length === 0 || values.length > POINTS_MAX) {
      return [{ path: `grid.${path}`, message: `must be a list of 1 to ${POINTS_MAX} values` }];
    }
    return Array.from(values as unknown[], (value, place) => ({ value, place }))
      .filter(({ value }) => !isGridValue(value))
      .map(({ place }) => ({
        path: `grid.${path}[${place}]`,
        message: 'must be a text, a number, true, false or null',
      }));
  });
  if (errors.length > 0) throw refused(errors);
  const read = axes as Axis[];
  const points = read.reduce((product, { values }) => product * values.length, 1);
  if (points > POINTS_MAX) {
    const product = read.map(({ values }) => values.length).join(' x ');
    throw refused([{ path: 'grid', message: `must have at most ${POINTS_MAX} points, got ${product} = ${points}` }]);
  }
  return read;
}

/** timeline[0].at is timeline.0.at. */
export const dotted = (path: string): string => path.replaceAll(/\[(\d+)\]/g, '.$1');

export const EXPECTED = 'an object from paths of the scenario to lists of values, such as {"vm.vcpus": [4, 8]}';

export const pointsOf = (axes: readonly Axis[]): GridPoint[] =>
  axes.reduce<GridPoint[]>(
    (points, { values }) => points.flatMap((point) => values.map((_, place) => [...point, place])),
    [[]],
  );

/** Its path among the grid's values, where what is wrong with a point is wrong with one of them. */
export function pathInGrid(axes: readonly Axis[], point: GridPoint, path: string): string | null {
  for (const [index, axis] of axes.entries()) {
    const isInside = path === axis.path || path.startsWith(`${axis.path}.`);
    if (isInside) return `grid.${axis.path}[${point[index]}]${path.slice(axis.path.length)}`;
  }
  return null;
}

/** "vm.vcpus=4, machine.kernel=6.1" */
export const pointText = (axes: readonly Axis[], point: GridPoint): string =>
  axes.map(({ path, values }, index) => `${path}=${values[point[index] ?? 0]}`).join(', ');

export const refused = (errors: readonly InputError[], unlisted = 0): InvalidInput =>
  new InvalidInput('sweep', errors, unlisted);

const isGridValue = (value: unknown): value is GridValue =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value));
