// How a store comes to the form that this version works on. A step is never changed once it was released: what has to be
// different gets a step of its own. `user_version` counts the steps that were made.

import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store-error.ts';

/** "stal": so that a database of something else is not taken for a store. */
const APPLICATION_ID = 0x7374616c;

/**
 * job       in order of arrival; what was asked for, and what became of it
 * scheme    by which schemes a job can be found
 * job_text  every three letters in a row of what was asked for
 * result    once for each computation; jobs that asked the same question share one
 * part      what an unfinished job has done so far
 * entry     scenarios and profiles that callers have added
 * answer    answers to POSTs with an Idempotency-Key
 * used      how much there is of what is bounded, kept by triggers, so that nobody has to count
 */
const FIRST = `
CREATE TABLE result (
  id INTEGER PRIMARY KEY,
  question TEXT,
  size INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX result_by_question ON result (question) WHERE question IS NOT NULL;

CREATE TABLE job (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at TEXT NOT NULL,
  finished_at TEXT,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  scenario TEXT,
  schemes TEXT NOT NULL,
  question TEXT,
  fresh INTEGER NOT NULL,
  reused INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  result INTEGER REFERENCES result (id),
  error TEXT,
  spec BLOB NOT NULL
) STRICT;
CREATE INDEX job_by_kind ON job (kind, seq);
CREATE INDEX job_by_status ON job (kind, status, seq);
CREATE INDEX job_by_any_status ON job (status, seq);
CREATE INDEX job_by_scenario ON job (kind, scenario, seq);
CREATE INDEX job_by_any_scenario ON job (scenario, seq);
CREATE INDEX job_by_time ON job (created_at, seq);
CREATE INDEX job_by_result ON job (result) WHERE result IS NOT NULL;
CREATE INDEX finished_by_kind ON job (kind, finished_at, seq) WHERE finished_at IS NOT NULL;
CREATE INDEX finished ON job (finished_at, seq) WHERE finished_at IS NOT NULL;

CREATE TABLE scheme (
  scheme TEXT NOT NULL,
  seq INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
  PRIMARY KEY (scheme, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX scheme_by_job ON scheme (seq);

CREATE VIRTUAL TABLE job_text USING fts5 (text, tokenize = 'trigram', content = '', contentless_delete = 1);
CREATE TRIGGER job_text_deleted AFTER DELETE ON job BEGIN
  DELETE FROM job_text WHERE rowid = old.seq;
END;

CREATE TABLE part (
  job INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (job, place)
) STRICT;

CREATE TABLE entry (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  document BLOB NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT;

CREATE TABLE answer (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  request TEXT NOT NULL,
  status INTEGER NOT NULL,
  location TEXT,
  body BLOB NOT NULL
) STRICT;

CREATE TABLE used (
  what TEXT PRIMARY KEY,
  amount INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO used VALUES ('result', 0), ('part', 0);
CREATE TRIGGER job_finished AFTER UPDATE OF finished_at ON job
  WHEN old.finished_at IS NULL AND new.finished_at IS NOT NULL BEGIN
  INSERT INTO used VALUES (new.kind, 1) ON CONFLICT DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER job_added_finished AFTER INSERT ON job WHEN new.finished_at IS NOT NULL BEGIN
  INSERT INTO used VALUES (new.kind, 1) ON CONFLICT DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER finished_deleted AFTER DELETE ON job WHEN old.finished_at IS NOT NULL BEGIN
  UPDATE used SET amount = amount - 1 WHERE what = old.kind;
END;
CREATE TRIGGER result_added AFTER INSERT ON result BEGIN
  UPDATE used SET amount = amount + length(new.body) WHERE what = 'result';
END;
CREATE TRIGGER result_deleted AFTER DELETE ON result BEGIN
  UPDATE used SET amount = amount - length(old.body) WHERE what = 'result';
END;
CREATE TRIGGER result_left AFTER DELETE ON job WHEN old.result IS NOT NULL BEGIN
  DELETE FROM result WHERE id = old.result AND NOT EXISTS (SELECT 1 FROM job WHERE job.result = old.result);
END;
CREATE TRIGGER part_added AFTER INSERT ON part BEGIN
  UPDATE used SET amount = amount + length(new.body) WHERE what = 'part';
END;
CREATE TRIGGER part_deleted AFTER DELETE ON part BEGIN
  UPDATE used SET amount = amount - length(old.body) WHERE what = 'part';
END;
`;

const STEPS: readonly string[] = [FIRST];

/** Throws if the file has a database that is no store, or one of a later version. Changes nothing in it. */
export function assertStore(connection: DatabaseSync, file: string): void {
  const version = pragma(connection, 'user_version');
  const applicationId = pragma(connection, 'application_id');
  const isEmpty = connection.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (applicationId !== APPLICATION_ID && !isEmpty) {
    throw new StoreError(`The store ${file} is a database of another program. Name another file with --store.`);
  }
  if (version > STEPS.length) {
    throw new StoreError(
      `The store ${file} was written by a later version of this program (form ${version}; this one knows ${STEPS.length}). ` +
        'Start that version, or name another file with --store.',
    );
  }
}

/** Makes the steps that are missing, all or none. */
export function migrate(connection: DatabaseSync): void {
  const version = pragma(connection, 'user_version');
  connection.exec('BEGIN IMMEDIATE');
  try {
    for (const step of STEPS.slice(version)) connection.exec(step);
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${STEPS.length}`);
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

function pragma(connection: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(connection.prepare(`PRAGMA ${name}`).get()?.[name]);
}
