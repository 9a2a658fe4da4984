// Markers as paths, around (18, 7): the same in charts and beside names.

import type { Marker } from './colours.ts';

export const MARKER_PATHS: Readonly<Record<Marker, string>> = {
  circle: 'M18 2a5 5 0 1 0 0 10a5 5 0 1 0 0-10z',
  rect: 'M13 2h10v10h-10z',
  roundRect: 'M15 2h6a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2h-6a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2z',
  triangle: 'M18 1l6 11h-12z',
  diamond: 'M18 0l7 7-7 7-7-7z',
  pin: 'M18 14c-1-4-4-5-4-9a4 4 0 0 1 8 0c0 4-3 5-4 9z',
  arrow: 'M18 1l5 12-5-3-5 3z',
};

/** As a symbol of echarts, whose own pin and arrow stand beside their place. */
export const chartSymbol = (marker: Marker): string => `path://${MARKER_PATHS[marker]}`;
