import type { Colour } from '../ui/colours.ts';
import type { EntryLook } from './band-columns.ts';
import { colourOf, hatchOf, heightOf, LEGEND } from './map-colours.ts';

export function MapLegend() {
  return (
    <ul class="live-legend">
      {LEGEND.map(({ look, text }) => (
        <li key={text}>
          <Swatch look={look} />
          {text}
        </li>
      ))}
      <li>
        <span class="live-swatch-section" aria-hidden="true" />
        open section: its range, above the bands
      </li>
    </ul>
  );
}

const SIZE = 16;

function Swatch({ look }: { readonly look: EntryLook }) {
  const height = Math.max(3, heightOf(look) * SIZE);
  const y = SIZE - height;
  const colour = cssOf(colourOf(look));
  const hatch = hatchOf(look);
  const isNone = look.kind === 'none';
  return (
    <svg class="live-swatch" width={SIZE} height={SIZE} viewBox={`0 0 ${SIZE} ${SIZE}`} aria-hidden="true">
      <rect
        x="0"
        y={y}
        width={SIZE}
        height={height}
        fill={isNone ? 'none' : colour}
        stroke={isNone ? colour : 'none'}
      />
      {hatch === null ? null : <path d={PATHS[hatch]} class={isNone ? 'live-ink-none' : 'live-ink'} />}
    </svg>
  );
}

const cssOf = ({ light, dark }: Colour): string => `light-dark(${light}, ${dark})`;

const PATHS = {
  diagonal: 'M0 16L16 0M0 8L8 0M8 16L16 8',
  dots: 'M3 12h2M10 12h2M3 8h2M10 8h2',
  vertical: 'M4 9V16M9 9V16M14 9V16',
  grid: 'M4 9V16M10 9V16M0 12H16',
  cross: 'M2 10L8 16M8 10L2 16M9 10L15 16M15 10L9 16',
} as const;
