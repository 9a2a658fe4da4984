// Draws the bands. All that it needs comes in; it asks nobody and keeps nothing but patterns.

import { colourIn } from '../ui/colours.ts';
import { type ColumnPart, columnsOf, type EntryLook } from './band-columns.ts';
import { entryAt, LEVEL_BYTES, type Run } from './band-entry.ts';
import { type BandView, marksOf } from './band-view.ts';
import { roughBytes } from './bytes.ts';
import { colourOf, type Hatch, hatchOf, heightOf } from './map-colours.ts';

export interface Lane {
  readonly title: string;
  readonly runs: readonly Run[];
}

export interface MapPicture {
  readonly view: BandView;
  readonly lanes: readonly Lane[];
  /** Ranges of sections that are open. */
  readonly sections: readonly { readonly start: number; readonly length: number }[];
  /** Offset that is pointed at; null: none. */
  readonly cursor: number | null;
}

interface Shades {
  readonly theme: 'light' | 'dark';
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly page: string;
  readonly section: string;
  readonly font: string;
}

const AXIS_PX = 22;
const SECTIONS_PX = 16;
const TITLE_PX = 20;
const BAND_PX = 52;
const GAP_PX = 8;
const MARK_EVERY_PX = 110;
/** Entries that are as wide as this are told apart by lines. */
const ENTRY_PX = 5;

export const mapHeight = (lanes: number): number => AXIS_PX + SECTIONS_PX + lanes * (TITLE_PX + BAND_PX + GAP_PX);

/** Which lane is at a height; -1: none. */
export function laneAt(y: number, lanes: number): number {
  const lane = Math.floor((y - AXIS_PX - SECTIONS_PX) / (TITLE_PX + BAND_PX + GAP_PX));
  return lane >= 0 && lane < lanes ? lane : -1;
}

export function drawMap(context: CanvasRenderingContext2D, width: number, picture: MapPicture, shades: Shades): void {
  const { lanes, view, cursor } = picture;
  context.clearRect(0, 0, width, mapHeight(lanes.length));
  context.font = `12px ${shades.font}`;
  context.textBaseline = 'middle';
  drawAxis(context, width, view, shades);
  drawSections(context, width, picture, shades);
  lanes.forEach((lane, index) => {
    const top = AXIS_PX + SECTIONS_PX + index * (TITLE_PX + BAND_PX + GAP_PX);
    context.fillStyle = shades.text;
    context.fillText(lane.title, 0, top + TITLE_PX / 2);
    drawBand(context, width, top + TITLE_PX, lane.runs, view, shades);
  });
  if (cursor !== null) drawCursor(context, xOf(cursor, view, width), mapHeight(lanes.length), shades);
}

const xOf = (offset: number, { start, length }: BandView, width: number): number => ((offset - start) / length) * width;

function drawAxis(context: CanvasRenderingContext2D, width: number, view: BandView, shades: Shades): void {
  context.strokeStyle = shades.line;
  context.lineWidth = 1;
  for (const offset of marksOf(view, width / MARK_EVERY_PX)) {
    const x = Math.round(xOf(offset, view, width)) + 0.5;
    const text = roughBytes(offset);
    const wide = context.measureText(text).width;
    context.fillStyle = shades.muted;
    context.fillText(text, Math.min(Math.max(x + 4, 0), width - wide), AXIS_PX / 2);
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, AXIS_PX);
    context.stroke();
  }
}

function drawSections(
  context: CanvasRenderingContext2D,
  width: number,
  { sections, view }: MapPicture,
  shades: Shades,
): void {
  context.fillStyle = shades.section;
  for (const { start, length } of sections) {
    const from = Math.max(xOf(start, view, width), 0);
    const to = Math.min(xOf(start + length, view, width), width);
    if (to < 0 || from > width) continue;
    const wide = Math.max(to - from, 2);
    context.fillRect(from, AXIS_PX + 4, wide, 5);
    context.fillRect(from, AXIS_PX + 4, 2, SECTIONS_PX - 4);
    context.fillRect(from + wide - 2, AXIS_PX + 4, 2, SECTIONS_PX - 4);
  }
}

function drawBand(
  context: CanvasRenderingContext2D,
  width: number,
  top: number,
  runs: readonly Run[],
  view: BandView,
  shades: Shades,
): void {
  context.strokeStyle = shades.line;
  context.strokeRect(0.5, top + 0.5, width - 1, BAND_PX - 1);
  for (const { first, count, parts } of columnsOf(runs, view, width)) {
    if (parts.length === 0) drawUnknown(context, first, count, top, shades);
    // The tallest comes first, so that a lower one in front leaves it to be seen.
    else for (const { look } of tallestFirst(parts)) drawPart(context, first, count, top, look, shades);
  }
  drawEntryLines(context, width, top, runs, view, shades);
}

const tallestFirst = (parts: readonly ColumnPart[]): readonly ColumnPart[] =>
  parts.length === 1 ? parts : parts.toSorted((a, b) => heightOf(b.look) - heightOf(a.look));

function drawPart(
  context: CanvasRenderingContext2D,
  first: number,
  count: number,
  top: number,
  look: EntryLook,
  shades: Shades,
): void {
  const height = heightOf(look) * (BAND_PX - 2);
  const y = top + BAND_PX - 1 - height;
  const hatch = hatchOf(look);
  const colour = colourIn(colourOf(look), shades.theme);
  if (look.kind !== 'none') {
    context.fillStyle = colour;
    context.fillRect(first, y, count, height);
  }
  if (hatch === null) return;
  const ink = look.kind === 'none' ? colour : shades.page;
  context.fillStyle = patternOf(context, hatch, ink);
  context.fillRect(first, y, count, height);
}

function drawUnknown(
  context: CanvasRenderingContext2D,
  first: number,
  count: number,
  top: number,
  shades: Shades,
): void {
  context.fillStyle = shades.line;
  context.globalAlpha = 0.35;
  context.fillRect(first, top + 1, count, BAND_PX - 2);
  context.globalAlpha = 1;
}

/** Between the entries of a run, where they are wide enough to be told apart. */
function drawEntryLines(
  context: CanvasRenderingContext2D,
  width: number,
  top: number,
  runs: readonly Run[],
  view: BandView,
  shades: Shades,
): void {
  const pxAByte = width / view.length;
  context.fillStyle = shades.page;
  for (const run of runs) {
    if (run.size === null || run.kind === 'none') continue;
    const size = LEVEL_BYTES[run.size];
    if (size * pxAByte < ENTRY_PX) continue;
    const end = Math.min(run.start + run.length, view.start + view.length);
    const from = entryAt([run], Math.max(run.start, view.start))?.start ?? run.start;
    const height = heightOf({ level: run.size, kind: run.kind, access: 'writable' }) * (BAND_PX - 2);
    for (let at = from; at < end; at += size) {
      context.fillRect(Math.round(xOf(at, view, width)), top + BAND_PX - 1 - height, 1, height);
    }
  }
}

function drawCursor(context: CanvasRenderingContext2D, x: number, height: number, shades: Shades): void {
  context.fillStyle = shades.text;
  context.fillRect(Math.round(x), AXIS_PX, 1, height - AXIS_PX);
}

const patterns = new Map<string, CanvasPattern>();
const PATTERN_PX = 8;

function patternOf(context: CanvasRenderingContext2D, hatch: Hatch, ink: string): CanvasPattern {
  const key = `${hatch} ${ink}`;
  const known = patterns.get(key);
  if (known !== undefined) return known;
  const tile = new OffscreenCanvas(PATTERN_PX, PATTERN_PX);
  const draw = tile.getContext('2d')!;
  draw.strokeStyle = draw.fillStyle = ink;
  draw.lineWidth = 1.5;
  draw.beginPath();
  strokesOf(hatch).forEach(([fromX, fromY, toX, toY]) => {
    draw.moveTo(fromX, fromY);
    draw.lineTo(toX, toY);
  });
  draw.stroke();
  if (hatch === 'dots') draw.fillRect(2, 2, 3, 3);
  const pattern = context.createPattern(tile, 'repeat')!;
  patterns.set(key, pattern);
  return pattern;
}

type Stroke = readonly [number, number, number, number];

function strokesOf(hatch: Hatch): readonly Stroke[] {
  const rising: readonly Stroke[] = [
    [-2, 2, 2, -2],
    [0, 8, 8, 0],
    [6, 10, 10, 6],
  ];
  switch (hatch) {
    case 'diagonal':
      return rising;
    case 'vertical':
      return [[4, 0, 4, 8]];
    case 'grid':
      return [
        [4, 0, 4, 8],
        [0, 4, 8, 4],
      ];
    case 'cross':
      return [...rising, [0, 0, 8, 8]];
    case 'dots':
      return [];
  }
}
