// Columns as pixels. Written into memory and shown as one picture: ten thousand small rectangles, each with a pattern, would take a
// browser that draws without a graphics processor longer than a frame lasts.

import { type Colour, colourIn, type Pattern } from '../ui/colours.ts';
import { type Columns, NOTHING } from './columns.ts';
import { KINDS, styleOfKind } from './kinds.ts';

/** Side of the square of pixels that repeats. */
const TILE = 8;

/** Where a pattern has its full colour; elsewhere it is paler. */
const PATTERNS: Readonly<Record<Pattern, (x: number, y: number) => boolean>> = {
  solid: () => true,
  diagonal: (x, y) => (x + y) % TILE < 4,
  'counter-diagonal': (x, y) => (x - y + TILE) % TILE < 4,
  horizontal: (_x, y) => y % 4 < 2,
  vertical: (x) => x % 4 < 2,
  dots: (x, y) => x % 4 < 2 && y % 4 < 2,
  grid: (x, y) => x % TILE < 2 || y % TILE < 2,
};

/** For each kind the colours of one tile, row by row, as a little-endian machine has a pixel. */
export type Palette = readonly Uint32Array[];

export function paletteIn(theme: 'light' | 'dark'): Palette {
  return KINDS.map((_name, kind) => {
    const { colour, pattern } = styleOfKind(kind);
    const full = rgb(colourIn(colour, theme));
    const pale = mixed(full, rgb(theme === 'light' ? '#ffffff' : '#15181c'), PALENESS);
    const tile = new Uint32Array(TILE * TILE);
    for (let y = 0; y < TILE; y++) {
      for (let x = 0; x < TILE; x++) tile[y * TILE + x] = pixel(PATTERNS[pattern](x, y) ? full : pale);
    }
    return tile;
  });
}

const PALENESS = 0.62;

type Rgb = readonly [number, number, number];

const rgb = (hex: string): Rgb => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
};
const mixed = (a: Rgb, b: Rgb, share: number): Rgb =>
  a.map((own, at) => Math.round(own * (1 - share) + b[at]! * share)) as unknown as Rgb;
const pixel = ([red, green, blue]: Rgb): number => ((0xff << 24) | (blue << 16) | (green << 8) | red) >>> 0;

export const inkOf = (colour: Colour, theme: 'light' | 'dark'): number => pixel(rgb(colourIn(colour, theme)));

export interface Pixels {
  readonly data: Uint32Array;
  readonly width: number;
  readonly height: number;
  /** Which column a pixel is in. */
  readonly columnOf: Uint16Array;
}

/** Where on the picture, in its pixels; rows outside of it are left out. */
export interface Band {
  readonly top: number;
  readonly height: number;
}

/** The least of its height that a column has in which there is anything. */
const LEAST_HEIGHT = 0.35;

/** A column is as high as the share of its time that is taken. `phase` moves patterns along with time. */
export function paintColumns(pixels: Pixels, band: Band, columns: Columns, palette: Palette, phase: number): void {
  const { data, width, columnOf } = pixels;
  const [from, to] = [Math.max(0, band.top), Math.min(pixels.height, band.top + band.height)];
  for (let x = 0; x < width; x++) {
    const column = columnOf[x]!;
    const kind = columns.kind[column]!;
    if (kind === NOTHING) continue;
    const tile = palette[kind]!;
    const share = LEAST_HEIGHT + (1 - LEAST_HEIGHT) * columns.cover[column]!;
    const begin = Math.max(from, band.top + band.height - Math.max(1, Math.round(band.height * share)));
    const tileX = (x + phase) & (TILE - 1);
    for (let y = begin; y < to; y++) data[y * width + x] = tile[(y & (TILE - 1)) * TILE + tileX]!;
  }
}

/** The sign of density: where more than one begins in a column, a mark that grows with how many. */
export function paintDensity(pixels: Pixels, band: Band, columns: Columns, ink: number): void {
  const { data, width, columnOf } = pixels;
  for (let x = 0; x < width; x++) {
    const begun = columns.begun[columnOf[x]!]!;
    if (begun < 2) continue;
    const height = Math.min(band.height, Math.ceil((Math.log2(begun) / DENSEST) * band.height));
    const begin = Math.max(0, band.top + band.height - height);
    const end = Math.min(pixels.height, band.top + band.height);
    for (let y = begin; y < end; y++) data[y * width + x] = ink;
  }
}

/** From so many on, as a power of two, the mark does not grow any more. */
const DENSEST = 8;
