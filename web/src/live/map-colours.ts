// How entries look. The level is told by colour and by height, the rest by a pattern.

import type { Colour } from '../ui/colours.ts';
import type { EntryLook, Level } from './band-columns.ts';

const LEVEL_COLOURS: Readonly<Record<Level, Colour>> = {
  '4k': { light: '#d98a00', dark: '#e69f00' },
  '2m': { light: '#2a8fc9', dark: '#56b4e9' },
  '1g': { light: '#008062', dark: '#1bbf92' },
};

/** Part of the height of a band. */
const LEVEL_HEIGHTS: Readonly<Record<Level, number>> = { '4k': 0.4, '2m': 0.7, '1g': 1 };
/** Of what maps nothing: a strip at the foot of the band. */
const NONE_HEIGHT = 0.16;

const NONE_COLOUR: Colour = { light: '#7a828a', dark: '#9aa3ab' };
/** Entries that stand for no page that could be touched just now. */
const SPECIAL_COLOUR: Colour = { light: '#b0568a', dark: '#d98fb9' };

export type Hatch = 'diagonal' | 'dots' | 'vertical' | 'grid' | 'cross';

export function hatchOf({ kind, access, level }: EntryLook): Hatch | null {
  if (kind === 'none') return 'diagonal';
  if (kind === 'migration') return 'vertical';
  if (kind === 'frozen' || kind === 'invalid') return 'grid';
  if (kind === 'poison') return 'cross';
  if (level !== null && access === 'read-only') return 'diagonal';
  return access === 'protected' ? 'dots' : null;
}

export function colourOf({ kind, level }: EntryLook): Colour {
  if (kind === 'none' || level === null) return kind === 'none' ? NONE_COLOUR : SPECIAL_COLOUR;
  return kind === 'present' ? LEVEL_COLOURS[level] : SPECIAL_COLOUR;
}

export const heightOf = ({ kind, level }: EntryLook): number =>
  kind === 'none' ? NONE_HEIGHT : LEVEL_HEIGHTS[level ?? '4k'];

/** What each look means, in the order of the legend. */
export const LEGEND: readonly { readonly look: EntryLook; readonly text: string }[] = [
  { look: { level: '1g', kind: 'present', access: 'writable' }, text: '1 GiB entry' },
  { look: { level: '2m', kind: 'present', access: 'writable' }, text: '2 MiB entry' },
  { look: { level: '4k', kind: 'present', access: 'writable' }, text: '4 KiB entry' },
  { look: { level: '2m', kind: 'present', access: 'read-only' }, text: 'read-only' },
  { look: { level: '2m', kind: 'present', access: 'protected' }, text: 'write-protected: uffd-wp or dirty logging' },
  { look: { level: '4k', kind: 'migration', access: 'writable' }, text: 'migration entry' },
  { look: { level: '4k', kind: 'frozen', access: 'writable' }, text: 'frozen or invalid' },
  { look: { level: '4k', kind: 'poison', access: 'writable' }, text: 'poisoned' },
  { look: { level: null, kind: 'none', access: 'writable' }, text: 'nothing mapped' },
];
