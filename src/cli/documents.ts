// Scenarios and profiles as arguments: a name of the library, or a file.

import { closeSync, openSync, readSync } from 'node:fs';
import { InvalidInput } from '../lab/invalid-input.ts';
import { builtInLibrary, type Library } from '../lab/library.ts';
import { parseProfileDocument } from '../lab/profile.ts';
import { formatSize, MIB } from '../lab/units.ts';

/** Far more than the longest trace that a scenario takes. */
const MOST_BYTES = 64 * MIB;
const BYTES_IN_ONE_READ = MIB;

/** A name has no slash and no ending; everything else is a path. */
function isFile(argument: string): boolean {
  return argument.endsWith('.json') || argument.includes('/');
}

/** What `compare` and `run` take as their scenario: the name, or the document in the file. */
export function scenarioArgument(argument: string): string | Record<string, unknown> {
  return isFile(argument) ? readDocument(argument) : argument;
}

/** The library, with the profile in it that `--profile` names, and the name of that profile. */
export function libraryWithProfile(argument: string | undefined): { library: Library; profile: string | undefined } {
  if (argument === undefined || !isFile(argument)) return { library: builtInLibrary, profile: argument };
  const document = readDocument(argument);
  const { name } = parseProfileDocument(document);
  const library: Library = {
    ...builtInLibrary,
    profile: (wanted) => (wanted === name ? document : builtInLibrary.profile(wanted)),
    profileNames: () => [...new Set([...builtInLibrary.profileNames(), name])].sort(),
  };
  return { library, profile: name };
}

export function readDocument(file: string): Record<string, unknown> {
  const text = readText(file);
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
      return document as Record<string, unknown>;
    }
  } catch (error) {
    throw unreadable(file, `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw unreadable(file, 'has to hold one JSON object');
}

export function readText(file: string): string {
  try {
    return readUpTo(file, MOST_BYTES);
  } catch (error) {
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  }
}

/** A pipe or a device does not say how long it is, and may have no end. */
function readUpTo(file: string, most: number): string {
  const chunks: Buffer[] = [];
  const fd = openSync(file, 'r');
  try {
    for (let length = 0; ; ) {
      const chunk = Buffer.alloc(BYTES_IN_ONE_READ);
      const bytes = readSync(fd, chunk);
      if (bytes === 0) return Buffer.concat(chunks).toString('utf8');
      length += bytes;
      if (length > most) throw new Error(`must be at most ${formatSize(most)}`);
      chunks.push(chunk.subarray(0, bytes));
    }
  } finally {
    closeSync(fd);
  }
}

function unreadable(file: string, message: string): InvalidInput {
  return new InvalidInput('file', [{ path: file, message }]);
}
