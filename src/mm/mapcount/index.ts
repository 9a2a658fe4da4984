import { headPerPte } from './head-per-pte.ts';
import type { MapcountScheme, MapcountSchemeId } from './mapcount-scheme.ts';
import { subpage } from './subpage.ts';

export const mapcountSchemes: Readonly<Record<MapcountSchemeId, MapcountScheme>> = {
  subpage,
  'head-per-pte': headPerPte,
};
