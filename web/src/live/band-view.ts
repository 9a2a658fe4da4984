// Which part of the memory the maps show. Offsets and lengths are bytes, and multiples of a page.

export interface BandView {
  readonly start: number;
  readonly length: number;
}

export const PAGE = 4096;
/** So few entries fill the width, each wide enough to be pointed at. */
const LEAST = 16 * PAGE;

/** All of it. */
export const wholeView = (memory: number): BandView => ({ start: 0, length: memory });

/** Made to lie within the memory. */
export function fitted({ start, length }: BandView, memory: number): BandView {
  const size = Math.min(Math.max(toPage(length), LEAST), memory);
  const most = memory - size;
  return { start: Math.min(Math.max(toPage(start), 0), most), length: size };
}

/** `factor` above 1 shows less of it. What stands at the offset `at` stays where it is. */
export function zoomed(view: BandView, factor: number, at: number, memory: number): BandView {
  const length = Math.min(Math.max(view.length / factor, LEAST), memory);
  const share = (at - view.start) / view.length;
  return fitted({ start: at - share * length, length }, memory);
}

/** By a part of what is shown: 0.25 goes a quarter to the right. */
export const panned = (view: BandView, part: number, memory: number): BandView =>
  fitted({ ...view, start: view.start + part * view.length }, memory);

/** The same, and what stands at the offset is in it. */
export function showing(view: BandView, offset: number, memory: number): BandView {
  if (offset >= view.start && offset < view.start + view.length) return view;
  return fitted({ ...view, start: offset - view.length / 2 }, memory);
}

const toPage = (bytes: number): number => Math.round(bytes / PAGE) * PAGE;

/** Offsets at which the axis has a mark: round ones, about `wanted` of them. */
export function marksOf({ start, length }: BandView, wanted: number): number[] {
  const steps = Array.from({ length: 40 }, (_, power) => PAGE * 2 ** power);
  const step = steps.find((size) => length / size <= wanted) ?? length;
  const first = Math.ceil(start / step) * step;
  const count = Math.max(0, Math.floor((start + length - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step);
}
