import { folioPairs } from './folio-pairs.ts';
import { folioVmas } from './folio-vmas.ts';
import { headPerPte } from './head-per-pte.ts';
import { hstateEntry } from './hstate-entry.ts';
import { hstateSpecial } from './hstate-special.ts';
import type { MapcountScheme, MapcountSchemeId } from './mapcount-scheme.ts';
import { subpage } from './subpage.ts';

export const mapcountSchemes = {
  subpage,
  'head-per-pte': headPerPte,
  'hstate-entry': hstateEntry,
  'hstate-special': hstateSpecial,
  'folio-pairs': folioPairs,
  'folio-vmas': folioVmas,
} as const satisfies Readonly<Record<MapcountSchemeId, MapcountScheme>>;
