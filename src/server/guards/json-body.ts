// JSON of strangers. What is read later goes down into it by recursion, so depth is bounded before anything is built; and no
// key of it may be one that every object of JavaScript has already.

import type { App } from '../app.ts';
import { EdgeError } from '../errors.ts';

const DEPTH_MAX = 32;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export function readJsonBodies(app: App): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, body: string | Buffer) => parseBody(String(body)),
  );
}

function parseBody(text: string): unknown {
  if (text.trim() === '') throw new EdgeError('BODY_MALFORMED', 'The body is empty.');
  assertShallow(text);
  // A SyntaxError becomes BODY_MALFORMED.
  const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
  refuseForbiddenKeys(value, []);
  return value;
}

/** Counts brackets outside of strings, which is right for every text that is JSON. */
function assertShallow(text: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i);
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++;
        if (depth > DEPTH_MAX) throw new EdgeError('BODY_TOO_DEEP', `The limit is ${DEPTH_MAX} levels.`);
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        break;
    }
  }
}

/** Index of the quote that closes the one at `start`, or of the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

function refuseForbiddenKeys(value: unknown, path: readonly string[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const here = [...path, key];
    if (FORBIDDEN_KEYS.has(key)) {
      const errors = [
        { path: here.join('.'), message: `must not be there: no key may be ${[...FORBIDDEN_KEYS].join(', ')}` },
      ];
      throw new EdgeError('BODY_KEY_FORBIDDEN', `${here.join('.')} must not be there.`, { errors });
    }
    refuseForbiddenKeys(inner, here);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
