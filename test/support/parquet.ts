// Parquet as an independent reader sees it, and CSV beside it.

import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';

type ParquetValue = string | number | bigint | null;

interface ReadParquet {
  /** Physical type of each column, by name, in the order of the file. */
  readonly types: Readonly<Record<string, string | undefined>>;
  readonly rows: readonly Readonly<Record<string, ParquetValue>>[];
}

export async function readParquet(bytes: Uint8Array): Promise<ReadParquet> {
  const file = new Uint8Array(bytes).buffer;
  const { children } = parquetSchema(parquetMetadata(file));
  return {
    types: Object.fromEntries(children.map(({ element }) => [element.name, element.type])),
    rows: (await parquetReadObjects({ file })) as Record<string, ParquetValue>[],
  };
}

/** The rows as CSV has them: what is null is an empty cell. */
export const asCsvRows = ({ rows }: ReadParquet): Record<string, string>[] =>
  rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value ?? '')])));

/** RFC 4180. */
export function readCsv(text: string): Record<string, string>[] {
  const records: string[][] = [[]];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === '' && quoted === undefined && plain === '') break;
    records.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') records.push([]);
  }
  const [header = [], ...rows] = records.filter((record) => record.length > 0);
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}
