import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/server/store/store.ts';
import { StoreError } from '../../../src/server/store/store-error.ts';
import { defaultStoreFile } from '../../../src/server/store/store-file.ts';
import { storeFile, storeFolder } from '../support/store-file.ts';

/** The sentence with which the store is refused. */
function refusal(file: string): string {
  try {
    openStore(file).close();
  } catch (error) {
    if (error instanceof StoreError) return error.message;
    throw error;
  }
  return 'opened';
}

function changed(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

const entry = (name: string) => [name, { name, description: 'x'.repeat(5000) }, () => undefined] as const;

describe('openStore', () => {
  it('a folder that is not there: made, for its owner alone', () => {
    const folder = join(storeFolder(), 'state', 'stallscope');
    openStore(join(folder, 'stallscope.db')).close();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('an empty file: a new store', () => {
    const file = storeFile();
    writeFileSync(file, '');
    expect(refusal(file)).toBe('opened');
  });

  it('open already: refused until the first one is closed', () => {
    const file = storeFile();
    const first = openStore(file);
    expect(refusal(file)).toMatch(/is in use by another server\. Stop that one, or name another file with --store\.$/);
    first.close();
    expect(refusal(file)).toBe('opened');
  });

  it('written by a later version: refused, with both forms named, and left as it was', () => {
    const file = storeFile();
    openStore(file).close();
    changed(file, 'PRAGMA user_version = 99');
    expect(refusal(file)).toMatch(/written by a later version of this program \(form 99; this one knows \d+\)/);
    const database = new DatabaseSync(file);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
    database.close();
  });

  it('a database of another program: refused, and left as it was, byte for byte', () => {
    const file = storeFile();
    changed(file, 'CREATE TABLE song (title TEXT)');
    const before = readFileSync(file);
    expect(refusal(file)).toMatch(/a database of another program/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('no database at all: refused', () => {
    const file = storeFile();
    writeFileSync(file, 'Dear diary, '.repeat(1000));
    expect(refusal(file)).toMatch(/is no SQLite database/);
  });

  it('a page that was overwritten: refused as damaged', () => {
    const file = storeFile();
    const store = openStore(file);
    for (let index = 0; index < 200; index++) store.added('scenario').add(...entry(`entry-${index}`));
    store.close();
    const handle = openSync(file, 'r+');
    for (let page = 4; page < statSync(file).size / 4096 - 1; page += 3)
      writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    closeSync(handle);
    expect(refusal(file)).toMatch(/is damaged: /);
  });

  it('a folder in the place of the file: refused as not to be written', () => {
    const file = storeFile();
    mkdirSync(file);
    expect(refusal(file)).toMatch(/cannot be written: /);
  });

  it('a file in the place of the folder: refused with the reason', () => {
    const file = storeFile();
    writeFileSync(file, '');
    expect(refusal(join(file, 'stallscope.db'))).toMatch(/cannot be made: /);
  });

  it('a folder that no one can make: refused with the reason, and at once', () => {
    expect(refusal('/proc/nowhere/deeper/x.db')).toMatch(/^The store .* cannot be made: ENOENT.*nowhere/);
  });

  it('folders that are missing: made, for their owner alone', () => {
    const folder = join(storeFolder(), 'a', 'b');
    openStore(join(folder, 'stallscope.db')).close();
    expect([folder, join(folder, '..')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700]);
  });
});

describe('defaultStoreFile', () => {
  it.each([
    ['XDG_STATE_HOME', { XDG_STATE_HOME: '/state' }, /^\/state\/stallscope\/stallscope\.db$/],
    ['a relative XDG_STATE_HOME, which does not count', { XDG_STATE_HOME: 'state' }, /\/\.local\/state\/stallscope\//],
    ['none', {}, /^\/.*\/\.local\/state\/stallscope\/stallscope\.db$/],
  ])('%s', (_, env, expected) => {
    expect(defaultStoreFile(env)).toMatch(expected);
  });
});
