// A result as a file. It is fetched and not linked to, so that the call has the token where the service asks for one.

import type { JobKind } from './job.ts';
import { service } from './service.ts';

export const RESULT_FORMATS = [
  { format: 'json', label: 'JSON' },
  { format: 'csv', label: 'CSV' },
  { format: 'parquet', label: 'Parquet' },
] as const;

export type ResultFormat = (typeof RESULT_FORMATS)[number]['format'];

export async function resultFile(kind: JobKind, id: string, format: ResultFormat): Promise<Blob> {
  const params = { path: { id }, query: { format } };
  const { data } = await service.api.GET(`/v1/${kind}/{id}/result`, { params, parseAs: 'blob' });
  return data as unknown as Blob;
}
