// Where on the picture each lane is. Heights are pixels of the style sheet, and the labels beside the picture have the same.

import type { Lane } from './timeline.ts';

export interface LanePlace {
  readonly top: number;
  readonly height: number;
  /** Of each of its rows. */
  readonly rowHeight: number;
}

export interface LaneLayout {
  readonly places: readonly LanePlace[];
  readonly height: number;
}

const GAP = 3;
const VCPU_HEIGHT = 19;
const ONE_ROW = 16;
const ROW = 8;
/** Below the stalls of a vCPU: how many there are in a column. */
export const DENSITY_HEIGHT = 4;

export function layoutOf(lanes: readonly Lane[]): LaneLayout {
  let top = 0;
  const places = lanes.map(({ group, rows }): LanePlace => {
    const rowHeight = group === 'vcpu' ? VCPU_HEIGHT : rows.length < 2 ? ONE_ROW : rows.length === 2 ? 10 : ROW;
    const height = Math.max(rowHeight * Math.max(1, rows.length), ONE_ROW);
    const place = { top, height, rowHeight };
    top += height + GAP;
    return place;
  });
  return { places, height: top };
}

/** The lane and the row at that height; null between two lanes and below the last. */
export function laneAt({ places }: LaneLayout, y: number): { readonly lane: number; readonly row: number } | null {
  const lane = places.findIndex(({ top, height }) => y >= top && y < top + height + GAP);
  const place = places[lane];
  if (place === undefined) return null;
  return { lane, row: Math.max(0, Math.floor((place.top + place.height - 1 - y) / place.rowHeight)) };
}
