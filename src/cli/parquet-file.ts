import { closeSync, openSync, writeFileSync } from 'node:fs';
import { tableToParquet } from '../lab/parquet.ts';
import type { Table } from '../lab/table.ts';

/** What `--parquet` asks for. A file that cannot be written is better known before the work than after it. */
export function parquetFile(path: string | undefined): { write(table: Table): void } {
  if (path !== undefined) closeSync(openSync(path, 'a'));
  return {
    write(table) {
      if (path !== undefined) writeFileSync(path, tableToParquet(table));
    },
  };
}
