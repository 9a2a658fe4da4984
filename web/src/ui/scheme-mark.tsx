// How a scheme looks in charts, as a small sign beside its name.

import { colourIn, schemeStyle } from './colours.ts';
import { MARKER_PATHS } from './markers.ts';
import { theme } from './theme.ts';

export function SchemeMark({ scheme }: { readonly scheme: string }) {
  const { colour, dash, marker } = schemeStyle(scheme);
  const shade = colourIn(colour, theme.value);
  return (
    <svg class="scheme-mark" width="36" height="14" viewBox="0 0 36 14" aria-hidden="true">
      <line x1="0" y1="7" x2="36" y2="7" stroke={shade} stroke-width="2" stroke-dasharray={dash.join(' ')} />
      <path d={MARKER_PATHS[marker]} fill={shade} />
    </svg>
  );
}
