// One picture of the lanes of a timeline: columns as pixels, then text and marks on top. Drawn anew as a whole whenever something has
// changed, from arrays that are found by halving, so it costs as much as there is to see.

import { Columns } from './columns.ts';
import { isCause, kindName } from './kinds.ts';
import { DENSITY_HEIGHT, type LaneLayout, type LanePlace } from './lane-layout.ts';
import { inkOf, type Palette, type Pixels, paintColumns, paintDensity, paletteIn } from './raster.ts';
import { between, type Spans } from './spans.ts';
import { spanOf, type TimeRange } from './time-range.ts';
import type { Lane, SpanAt, Timeline } from './timeline.ts';

interface Marks {
  readonly cursorNs: number | null;
  readonly measure: TimeRange | null;
  readonly selected: SpanAt | null;
  /** The lane that has the focus. */
  readonly lane: number | null;
}

export interface Scene {
  readonly timeline: Timeline;
  readonly layout: LaneLayout;
  readonly range: TimeRange;
  readonly scrollTop: number;
  readonly theme: 'light' | 'dark';
  readonly marks: Marks;
}

interface Ink {
  readonly text: string;
  readonly page: string;
  readonly band: string;
  readonly accent: string;
  readonly bad: string;
}

const INKS: Readonly<Record<'light' | 'dark', Ink>> = {
  light: { text: '#16191d', page: '#ffffff', band: '#f3f5f7', accent: '#005a92', bad: '#a53a00' },
  dark: { text: '#e8ebee', page: '#15181c', band: '#1f242a', accent: '#6cbcf0', bad: '#ff9466' },
};

/** How many stretches a column may have before stalls are drawn whole, each in the colour that took most of it. */
const STRETCHES_A_COLUMN = 6;
/** Beyond that much the picture is drawn coarser. */
const PIXELS_MOST = 12_000_000;

export class LanePainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #image: ImageData | null = null;
  #pixels: Pixels | null = null;
  #columns = new Columns(1);
  #palette: Palette = [];
  #paletteIn: 'light' | 'dark' | null = null;
  #ratio = 1;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { alpha: false })!;
  }

  /** In pixels of the style sheet. */
  resize(width: number, height: number, deviceRatio: number): void {
    const ratio = Math.min(deviceRatio, Math.sqrt(PIXELS_MOST / Math.max(1, width * height)));
    const [wide, high] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
    if (this.#pixels?.width === wide && this.#pixels.height === high) return;
    this.#ratio = ratio;
    this.#canvas.width = wide;
    this.#canvas.height = high;
    this.#image = new ImageData(wide, high);
    const data = new Uint32Array(this.#image.data.buffer);
    const columns = Math.max(1, Math.round(width));
    const columnOf = Uint16Array.from({ length: wide }, (_, x) => Math.min(columns - 1, Math.floor(x / ratio)));
    this.#pixels = { data, width: wide, height: high, columnOf };
    this.#columns = new Columns(columns);
  }

  draw(scene: Scene): void {
    const [pixels, image] = [this.#pixels, this.#image];
    if (pixels === null || image === null) return;
    if (this.#paletteIn !== scene.theme) this.#palette = paletteIn(scene.theme);
    this.#paletteIn = scene.theme;
    const page = inkOf({ light: INKS.light.page, dark: INKS.dark.page }, scene.theme);
    const band = inkOf({ light: INKS.light.band, dark: INKS.dark.band }, scene.theme);
    const ink = inkOf({ light: INKS.light.text, dark: INKS.dark.text }, scene.theme);
    pixels.data.fill(page);
    const visible = this.#visible(scene);
    for (const lane of visible) this.#drawLane(scene, lane, pixels, band, ink);
    this.#context.putImageData(image, 0, 0);
    this.#context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    for (const lane of visible) this.#drawNames(scene, lane);
    this.#drawMarks(scene);
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
  }

  #visible({ layout, scrollTop }: Scene): number[] {
    const height = this.#canvas.height / this.#ratio;
    return layout.places.flatMap(({ top, height: own }, lane) =>
      top + own >= scrollTop && top <= scrollTop + height ? [lane] : [],
    );
  }

  #drawLane(scene: Scene, index: number, pixels: Pixels, background: number, ink: number): void {
    const lane = scene.timeline.lanes[index]!;
    const place = scene.layout.places[index]!;
    const phase = Math.round((scene.range.startNs / spanOf(scene.range)) * this.#columns.width * this.#ratio);
    const whole = this.#bandOf(scene, place.top, place.height);
    const [from, to] = [Math.max(0, whole.top), Math.min(pixels.height, whole.top + whole.height)];
    pixels.data.fill(background, from * pixels.width, Math.max(from, to) * pixels.width);
    for (const [row, spans] of lane.rows.entries()) {
      const isVcpu = lane.group === 'vcpu';
      this.#columns.clear();
      this.#columns.add(isVcpu ? this.#detailOf(lane, spans, scene.range) : spans, scene.range);
      this.#columns.settle();
      const top = place.top + place.height - (row + 1) * place.rowHeight;
      const height = place.rowHeight - (isVcpu ? DENSITY_HEIGHT : lane.rows.length > 1 ? 1 : 0);
      paintColumns(pixels, this.#bandOf(scene, top, height), this.#columns, this.#palette, phase);
      if (!isVcpu) continue;
      this.#columns.count(spans, scene.range);
      paintDensity(pixels, this.#bandOf(scene, top + height + 1, DENSITY_HEIGHT - 1), this.#columns, ink);
    }
  }

  /** Stretches where there are few enough to be told apart, whole stalls where there are not. */
  #detailOf({ stretches }: Lane, stalls: Spans, range: TimeRange): Spans {
    if (stretches === null) return stalls;
    const [first, end] = between(stretches, range.startNs, range.endNs);
    return end - first > this.#columns.width * STRETCHES_A_COLUMN || end === first ? stalls : stretches;
  }

  #bandOf({ scrollTop }: Scene, top: number, height: number) {
    const from = Math.round((top - scrollTop) * this.#ratio);
    return { top: from, height: Math.round((top + height - scrollTop) * this.#ratio) - from };
  }

  /** Names of what is wide enough for them. Of stalls the colour says enough. */
  #drawNames({ timeline, layout, range, scrollTop, theme }: Scene, index: number): void {
    const lane = timeline.lanes[index]!;
    const place = layout.places[index]!;
    if (lane.group !== 'process' && lane.group !== 'notifications') return;
    const context = this.#context;
    const size = Math.min(11, place.rowHeight);
    if (size < 8) return;
    context.font = `${size}px system-ui, "DejaVu Sans", sans-serif`;
    context.textBaseline = 'middle';
    for (const [row, spans] of lane.rows.entries()) {
      const y = place.top + place.height - (row + 0.5) * place.rowHeight - scrollTop;
      for (const { name, x, width } of this.#wideOnes(timeline, spans, range)) {
        const textWidth = context.measureText(name).width;
        if (textWidth + 8 > width) continue;
        context.fillStyle = INKS[theme].page;
        context.fillRect(x + 2, y - size / 2, textWidth + 4, size);
        context.fillStyle = INKS[theme].text;
        context.fillText(name, x + 4, y);
      }
    }
  }

  *#wideOnes(timeline: Timeline, spans: Spans, range: TimeRange) {
    const perNs = this.#columns.width / spanOf(range);
    const [first, end] = between(spans, range.startNs, range.endNs);
    let named = 0;
    for (let at = first; at < end && named < NAMES_MOST; at++) {
      const x = Math.max(0, (spans.startNs[at]! - range.startNs) * perNs);
      const width = Math.min(this.#columns.width, (spans.endNs[at]! - range.startNs) * perNs) - x;
      if (width < NAME_WIDTH) continue;
      named++;
      const kind = spans.kind[at]!;
      const { name, section } = timeline.notes[spans.note[at]!] ?? {};
      const text =
        section === undefined ? (name ?? (isCause(kind) ? '' : kindName(kind))) : `section ${String(section)}`;
      yield { name: String(text), x, width };
    }
  }

  #drawMarks({ timeline, layout, range, scrollTop, theme, marks }: Scene): void {
    const context = this.#context;
    const ink = INKS[theme];
    const [width, height] = [this.#columns.width, this.#canvas.height / this.#ratio];
    const xOf = (ns: number): number => ((ns - range.startNs) / spanOf(range)) * width;
    if (marks.measure !== null) {
      const [from, to] = [xOf(marks.measure.startNs), xOf(marks.measure.endNs)];
      context.globalAlpha = 0.16;
      context.fillStyle = ink.accent;
      context.fillRect(from, 0, Math.max(1, to - from), height);
      context.globalAlpha = 1;
      context.fillRect(from, 0, 1, height);
      context.fillRect(to, 0, 1, height);
    }
    context.fillStyle = ink.bad;
    for (const { atNs } of timeline.findings) context.fillRect(Math.round(xOf(atNs)), 0, 2, height);
    if (marks.cursorNs !== null) {
      context.fillStyle = ink.text;
      context.globalAlpha = 0.5;
      context.fillRect(Math.round(xOf(marks.cursorNs)), 0, 1, height);
      context.globalAlpha = 1;
    }
    if (marks.lane !== null) {
      const place = layout.places[marks.lane];
      context.fillStyle = ink.accent;
      if (place !== undefined) context.fillRect(0, place.top - scrollTop, 3, place.height);
    }
    if (marks.selected !== null) this.#drawSelected(timeline, layout, marks.selected, xOf, scrollTop, ink);
  }

  #drawSelected(
    { lanes }: Timeline,
    { places }: LaneLayout,
    { lane, row, index }: SpanAt,
    xOf: (ns: number) => number,
    scrollTop: number,
    ink: Ink,
  ): void {
    const place: LanePlace | undefined = places[lane];
    const spans = lanes[lane]?.rows[row];
    const [startNs, endNs] = [spans?.startNs[index], spans?.endNs[index]];
    if (place === undefined || startNs === undefined || endNs === undefined) return;
    const context = this.#context;
    const from = Math.max(-4, xOf(startNs));
    const to = Math.min(this.#columns.width + 4, xOf(endNs));
    if (to < 0 || from > this.#columns.width) return;
    const top = place.top + place.height - (row + 1) * place.rowHeight - scrollTop;
    context.lineWidth = 2;
    context.strokeStyle = ink.text;
    context.strokeRect(from - 1.5, top - 1, Math.max(1, to - from) + 3, place.rowHeight + 2);
  }
}

const NAME_WIDTH = 44;
const NAMES_MOST = 200;
