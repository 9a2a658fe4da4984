// What a job asks, as one word: two jobs that ask the same have the same answer. Everything that the answer follows from goes
// into it, the program included.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../', import.meta.url));
/** A result follows from these folders and from nothing else. */
const FOLDERS = ['engine', 'mm', 'kvm', 'lab', 'explore'];

/** `asked` is plain data, complete: with every default filled in, and documents in the place of names. */
export function questionHash(kind: string, asked: unknown): string {
  return createHash('sha256')
    .update(programHash())
    .update(canonicalJson([kind, asked]))
    .digest('hex');
}

let programHashMemo: string | undefined;

/**
 * The program's own text: whoever changes a line of the model must not get an answer of the model as it was before. A version
 * number would not notice.
 */
function programHash(): string {
  if (programHashMemo !== undefined) return programHashMemo;
  const hash = createHash('sha256');
  for (const folder of FOLDERS) {
    const files = readdirSync(join(SOURCE, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => /\.[jt]s$/.test(name)).sort()) {
      const text = readFileSync(join(SOURCE, folder, file));
      hash.update(`${folder}/${file} ${text.length}\n`).update(text);
    }
  }
  programHashMemo = hash.digest('hex');
  return programHashMemo;
}

/** JSON with sorted keys. A field that is undefined is none, as in JSON; a number that JSON does not have is refused. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'number' && !Number.isFinite(part)) throw new TypeError(`${part} has no place in a question`);
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
