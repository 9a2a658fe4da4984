import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faultTable } from '../explore/seeded-faults/fault-table.ts';
import { seededFaults } from '../explore/seeded-faults/faults.ts';

const page = new URL('../../docs/seeded-faults.md', import.meta.url);

test('docs/seeded-faults.md · the faults of the tests · has all of them', () => {
  const text = readFileSync(page, 'utf8');
  const start = text.indexOf('| Fault |');
  const before = start === -1 ? text : text.slice(0, start);
  const table = faultTable(seededFaults);
  if (process.env.UPDATE_DOCS !== undefined && process.env.UPDATE_DOCS !== '') writeFileSync(page, before + table);
  else expect(text.slice(before.length)).toBe(table);
});
