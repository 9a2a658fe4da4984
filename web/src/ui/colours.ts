// How schemes and causes look, the same in every view. Colours are those of Okabe and Ito, which people with any colour vision tell
// apart, darker or lighter where a background asks for it; a dash, a marker or a pattern says the same once more.

import type { theme } from './theme.ts';

type Theme = (typeof theme)['value'];

export interface Colour {
  readonly light: string;
  readonly dark: string;
}

export type Marker = 'circle' | 'rect' | 'triangle' | 'diamond' | 'pin' | 'arrow' | 'roundRect';

export interface SchemeStyle {
  readonly colour: Colour;
  /** Lengths of strokes and gaps of its line; none: unbroken. */
  readonly dash: readonly number[];
  /** A symbol of echarts. */
  readonly marker: Marker;
}

export type Pattern = 'solid' | 'diagonal' | 'counter-diagonal' | 'horizontal' | 'vertical' | 'dots' | 'grid';

export interface CauseStyle {
  readonly colour: Colour;
  readonly pattern: Pattern;
}

const BLACK: Colour = { light: '#3a4046', dark: '#dfe4e8' };
const ORANGE: Colour = { light: '#b97700', dark: '#e69f00' };
const SKY: Colour = { light: '#2a8fc9', dark: '#56b4e9' };
const GREEN: Colour = { light: '#008062', dark: '#1bbf92' };
const YELLOW: Colour = { light: '#a89a00', dark: '#f0e442' };
const BLUE: Colour = { light: '#0060a0', dark: '#5b9be0' };
const VERMILLION: Colour = { light: '#c44e00', dark: '#f2793a' };
const PURPLE: Colour = { light: '#b0568a', dark: '#d98fb9' };
const GREY: Colour = { light: '#7a828a', dark: '#9aa3ab' };

const SCHEMES: Readonly<Record<string, SchemeStyle>> = {
  range: { colour: VERMILLION, dash: [], marker: 'circle' },
  'range-chunked': { colour: ORANGE, dash: [8, 4], marker: 'rect' },
  narrow: { colour: PURPLE, dash: [2, 3], marker: 'triangle' },
  'post-collapse/zap': { colour: SKY, dash: [10, 3, 2, 3], marker: 'diamond' },
  'post-collapse/cut': { colour: BLUE, dash: [4, 4], marker: 'pin' },
  'post-collapse/promote': { colour: GREEN, dash: [14, 4], marker: 'roundRect' },
  none: { colour: BLACK, dash: [1, 4], marker: 'arrow' },
};

const CAUSES: Readonly<Record<string, CauseStyle>> = {
  'invalidate-retry': { colour: VERMILLION, pattern: 'solid' },
  'retry-sleep': { colour: VERMILLION, pattern: 'diagonal' },
  'mmu-lock': { colour: BLUE, pattern: 'solid' },
  'mmap-lock': { colour: SKY, pattern: 'solid' },
  'vma-lock': { colour: SKY, pattern: 'diagonal' },
  'i-mmap-lock': { colour: SKY, pattern: 'horizontal' },
  'fault-mutex': { colour: PURPLE, pattern: 'solid' },
  'folio-lock': { colour: PURPLE, pattern: 'diagonal' },
  userfault: { colour: YELLOW, pattern: 'solid' },
  fault: { colour: GREEN, pattern: 'solid' },
  'tlb-flush': { colour: ORANGE, pattern: 'solid' },
  'subtree-teardown': { colour: BLACK, pattern: 'counter-diagonal' },
};

/** Of what the catalog has and this page does not know yet. */
const OTHER_SCHEME: SchemeStyle = { colour: GREY, dash: [6, 2, 1, 2], marker: 'circle' };
const OTHER_CAUSE: CauseStyle = { colour: GREY, pattern: 'dots' };

/** `id` with its handler: "post-collapse/zap". */
export const schemeStyle = (id: string): SchemeStyle => SCHEMES[id] ?? OTHER_SCHEME;
export const causeStyle = (id: string): CauseStyle => CAUSES[id] ?? OTHER_CAUSE;
export const colourIn = (colour: Colour, of: Theme): string => colour[of];
