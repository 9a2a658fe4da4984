// A run must be a function of its input. Up to and including src/lab nothing in the path of a run may ask the host for
// anything; this test makes that a property of the folders.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

/** Files of src/lab that work before or after the runs, and what they may import. A run never reaches them: see below. */
const OUTSIDE_OF_RUNS: Readonly<Record<string, RegExp>> = {
  'lab/library.ts': /from 'node:fs'/g,
  'lab/histogram.ts': /from 'node:zlib'/g,
};

const FORBIDDEN: readonly [name: string, pattern: RegExp][] = [
  ['Date', /\bDate\b/],
  ['Math.random', /\bMath\s*\.\s*random\b/],
  ['crypto', /\bcrypto\b/],
  ['timers', /\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/],
  ['performance', /\bperformance\b/],
  ['Promise', /\bPromise\b/],
  ['async', /\basync\b|\bawait\b/],
  ['process of the host', /\bprocess\s*\.\s*(env|argv|hrtime|nextTick|memoryUsage|cwd|pid|stdout|stderr|exit)\b/],
  ['console', /\bconsole\s*\./],
  ['a module of Node', /from '(node:[^']+|fs|os|path|worker_threads)'/],
];

/** What a run may take from Node: an assert asks the host for nothing. */
const HARMLESS_IMPORT = /from 'node:assert(\/strict)?'/g;

function sourceFiles(folder: string): string[] {
  return readdirSync(SRC + folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`)
    .sort();
}

/** The code without comments and text, in which the words may stand. Import paths stay. */
function codeOf(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(^|[^:'"`])\/\/.*$/gm, '$1')
    .replaceAll(/(?<!from )'(?:[^'\\\n]|\\.)*'/g, "''")
    .replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replaceAll(/`(?:[^`\\$]|\\.|\$(?!\{))*`/g, '``')
    .replaceAll(HARMLESS_IMPORT, '');
}

function findings(text: string): string[] {
  const code = codeOf(text);
  return FORBIDDEN.filter(([, pattern]) => pattern.test(code)).map(([name]) => name);
}

/** All files of src that a file reaches by imports of values or types. */
function reachableFrom(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, specifier = ''] of readFileSync(SRC + file, 'utf8').matchAll(/from '(\.[^']+)'/g)) {
    reachableFrom(new URL(specifier, `file:///${file}`).pathname.slice(1), seen);
  }
  return seen;
}

describe.each(['engine', 'mm', 'kvm', 'lab'])('src/%s', (folder) => {
  it.each(sourceFiles(folder))('%s asks the host for nothing', (file) => {
    const text = readFileSync(SRC + file, 'utf8');
    expect(findings(text.replaceAll(OUTSIDE_OF_RUNS[file] ?? /(?!)/g, ''))).toEqual([]);
  });
});

describe('a run', () => {
  it('reaches no file that may import more', () => {
    const reached = reachableFrom('lab/run.ts');
    expect(reached.size).toBeGreaterThan(20);
    expect(Object.keys(OUTSIDE_OF_RUNS).filter((file) => reached.has(file))).toEqual([]);
  });
});

describe('the check', () => {
  it.each([
    ['const now = Date.now();', 'Date'],
    ['const x = Math.random();', 'Math.random'],
    ["import { readFileSync } from 'node:fs';", 'a module of Node'],
    ["if (process.env['X']) {}", 'process of the host'],
    ['console.log(1);', 'console'],
    ['async function f() {}', 'async'],
    ['setTimeout(f, 1);', 'timers'],
    ["const text = 'a'; const now = new Date(); // it's", 'Date'],
    [`const text = \`\${Date.now()}\`;`, 'Date'],
  ])('finds what it must: %s', (text, name) => {
    expect(findings(text)).toContain(name);
  });

  it.each(['// the Date of the host', "const text = 'new Date()';", "import assert from 'node:assert/strict';"])(
    'does not cry for nothing: %s',
    (text) => {
      expect(findings(text)).toEqual([]);
    },
  );
});
