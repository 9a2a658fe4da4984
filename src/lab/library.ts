// The scenarios and cost profiles that come with the project: one JSON file each. Only planning reads files; a run gets
// what it needs as data.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { InvalidInput } from './invalid-input.ts';
import { type CostProfile, type CostProfileDocument, parseProfile, parseProfileDocument } from './profile.ts';
import { parseScenario, type Scenario } from './scenario.ts';
import type { Overrides } from './scenario-overrides.ts';

type Shelf = 'scenario' | 'profile';

const folders: Readonly<Record<Shelf, URL>> = {
  scenario: new URL('../../scenarios/', import.meta.url),
  profile: new URL('../../profiles/', import.meta.url),
};

/** Where names are looked up. The service adds to it what its users have stored. */
export interface Library {
  /** The document of a name, or null. */
  scenario(name: string): unknown;
  profile(name: string): unknown;
  scenarioNames(): string[];
  profileNames(): string[];
}

export const builtInLibrary: Library = {
  scenario: (name) => readDocument('scenario', name),
  profile: (name) => readDocument('profile', name),
  scenarioNames: () => namesOn('scenario'),
  profileNames: () => namesOn('profile'),
};

export function loadScenario(name: string, overrides: Overrides = {}, library: Library = builtInLibrary): Scenario {
  return parseScenario(known(library.scenario(name), 'scenario', name, library.scenarioNames()), overrides);
}

export function loadProfile(name: string, library: Library = builtInLibrary): CostProfile {
  const document = library.profile(name);
  const before = parsedProfiles.get(document as object);
  if (before !== undefined) return before;
  const profile = parseProfile(known(document, 'profile', name, library.profileNames()));
  parsedProfiles.set(document as object, profile);
  return profile;
}

/** Reading a profile takes longer than all else that planning does, and a library may give out one document many times. */
const parsedProfiles = new WeakMap<object, CostProfile>();

/** With the evidence of each cost. */
export function loadProfileDocument(name: string, library: Library = builtInLibrary): CostProfileDocument {
  return parseProfileDocument(known(library.profile(name), 'profile', name, library.profileNames()));
}

export interface Listed {
  readonly name: string;
  readonly description: string;
}

export function listScenarios(library: Library = builtInLibrary): Listed[] {
  return library.scenarioNames().map((name) => pick(loadScenario(name, {}, library)));
}

export function listProfiles(library: Library = builtInLibrary): Listed[] {
  return library.profileNames().map((name) => pick(loadProfile(name, library)));
}

const pick = ({ name, description }: Listed): Listed => ({ name, description });

function known(document: unknown, path: Shelf, name: string, names: readonly string[]): unknown {
  if (document !== null) return document;
  throw new InvalidInput(path, [{ path, message: `no ${path} is named "${name}"; there are ${names.join(', ')}` }]);
}

const NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;

function readDocument(shelf: Shelf, name: string): unknown {
  // A name with a slash or dots in front never gets as far as a path.
  if (!NAME.test(name)) return null;
  const file = new URL(`${name}.json`, folders[shelf]);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown) : null;
}

function namesOn(shelf: Shelf): string[] {
  return readdirSync(folders[shelf])
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}
