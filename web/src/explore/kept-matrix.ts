// The matrix, asked for once for as long as the page is open: it changes with the version of the service alone.

import { type Loaded, load } from '../api/loaded.ts';
import { service } from '../api/service.ts';
import type { Matrix } from './types.ts';

let matrix: Loaded<Matrix> | undefined;

export function useMatrix(): Loaded<Matrix> {
  matrix ??= load(async () => (await service.api.GET('/v1/catalog/matrix')).data!);
  return matrix;
}
