// The scenarios and cost profiles that come with the project, and those that callers have added, which are stored. Nothing
// replaces an entry, so a name means one thing.

import type { FastifyBaseLogger } from 'fastify';
import { InvalidInput } from '../lab/invalid-input.ts';
import { builtInLibrary, type Library, type Listed } from '../lab/library.ts';
import { parseProfileDocument } from '../lab/profile.ts';
import { parseScenario } from '../lab/scenario.ts';
import { refusing } from './error-handler.ts';
import { EdgeError } from './errors.ts';

const ADDED_MAX = 256;

type Parse = (document: unknown) => Listed;

/** Where what was added is kept. */
export interface AddedEntries {
  all(): readonly { readonly name: string; readonly document: unknown }[];
  /** `then` when it is stored. */
  add(name: string, document: unknown, then: () => void): void;
}

/** Scenarios, or profiles. */
class Shelf {
  readonly kind: 'scenario' | 'profile';
  readonly #parse: Parse;
  readonly #max: number;
  readonly #added: AddedEntries;
  readonly #documents = new Map<string, unknown>();
  readonly #listed = new Map<string, Listed>();

  constructor(
    kind: 'scenario' | 'profile',
    parse: Parse,
    { added, max, logger }: { added: AddedEntries; max: number; logger: FastifyBaseLogger },
  ) {
    this.kind = kind;
    this.#parse = parse;
    this.#added = added;
    // The files are read once: they come with the project and do not change under a running service.
    const names = kind === 'scenario' ? builtInLibrary.scenarioNames() : builtInLibrary.profileNames();
    for (const name of names) this.#put(name, builtInLibrary[kind](name));
    this.#max = names.length + max;
    for (const { name, document } of added.all()) {
      try {
        // A later version may have an entry of its own under this name: that one counts.
        if (!names.includes(name)) this.#put(name, document);
      } catch (error) {
        logger.warn({ [kind]: name, err: error }, `this version cannot read an added ${kind}`);
      }
    }
  }

  /** By name. */
  list(): Listed[] {
    return this.names().map((name) => this.#listed.get(name)!);
  }

  names(): string[] {
    return [...this.#documents.keys()].sort();
  }

  /** The document as it was written, or null. */
  get(name: string): unknown {
    return this.#documents.get(name) ?? null;
  }

  /** Adds a document under the name that stands in it, and returns that name. */
  add(document: Readonly<Record<string, unknown>>): string {
    const { name } = refusing(this.kind === 'scenario' ? 'SCENARIO_INVALID' : 'PROFILE_INVALID', () => {
      if (document.name === undefined) {
        throw new InvalidInput(this.kind, [
          { path: 'name', message: `is missing: a ${this.kind} is added under its name` },
        ]);
      }
      return this.#parse(document);
    });
    if (this.#documents.has(name))
      throw new EdgeError('NAME_TAKEN', `There is a ${this.kind} named "${name}" already.`);
    if (this.#documents.size >= this.#max) throw new EdgeError('LIBRARY_FULL');
    this.#added.add(name, document, () => this.#put(name, document));
    return name;
  }

  #put(name: string, document: unknown): void {
    const { description } = this.#parse(document);
    this.#documents.set(name, document);
    this.#listed.set(name, { name, description });
  }
}

export class ServiceLibrary implements Library {
  readonly scenarios: Shelf;
  readonly profiles: Shelf;

  constructor(
    added: (kind: 'scenario' | 'profile') => AddedEntries,
    logger: FastifyBaseLogger,
    max: number = ADDED_MAX,
  ) {
    const parseScenarioDocument = (document: unknown): Listed => parseScenario(document);
    this.scenarios = new Shelf('scenario', parseScenarioDocument, { added: added('scenario'), max, logger });
    this.profiles = new Shelf('profile', parseProfileDocument, { added: added('profile'), max, logger });
  }

  scenario(name: string): unknown {
    return this.scenarios.get(name);
  }

  profile(name: string): unknown {
    return this.profiles.get(name);
  }

  scenarioNames(): string[] {
    return this.scenarios.names();
  }

  profileNames(): string[] {
    return this.profiles.names();
  }
}

export type { Shelf };
